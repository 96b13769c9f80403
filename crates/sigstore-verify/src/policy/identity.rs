use super::TextMatcher;
use crate::certificate::{CertificateIdentity, FulcioExtension, Profile};

/// An accepted identity: the subject, the issuer that vouches for it, and required extensions.
#[derive(Clone, Debug)]
pub struct IdentityMatcher {
    subject: TextMatcher,
    issuer: TextMatcher,
    extensions: Vec<(FulcioExtension, TextMatcher)>,
}

/// Why a certificate's identity is not accepted: the first part that differs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityMismatch {
    /// The subject differs.
    #[error("the subject is {actual:?}, not {expected:?}")]
    Subject {
        /// The value in the certificate.
        actual: String,
        /// The required value.
        expected: String,
    },
    /// The issuer differs, or the certificate names none.
    #[error("the issuer is {}", other(actual, expected))]
    Issuer {
        /// The value in the certificate.
        actual: Option<String>,
        /// The required value.
        expected: String,
    },
    /// An extension differs, or the certificate does not have it.
    #[error("{} is {}", extension.name(), other(actual, expected))]
    Extension {
        /// The extension.
        extension: FulcioExtension,
        /// The value in the certificate.
        actual: Option<String>,
        /// The required value.
        expected: String,
    },
    /// The identity is none of several accepted ones.
    #[error("none of the {} accepted identities: {}", .0.len(), reasons(.0))]
    None(Vec<IdentityMismatch>),
}

impl IdentityMatcher {
    /// Accepts a subject (a subject alternative name of the certificate) together with its issuer.
    /// One without the other proves little: with some issuer, anyone can sign under any name.
    #[must_use]
    pub fn new(subject: TextMatcher, issuer: TextMatcher) -> Self {
        Self { subject, issuer, extensions: Vec::new() }
    }

    /// Also requires the value of an extension: the workflow's repository, its trigger.
    #[must_use]
    pub fn with_extension(mut self, extension: FulcioExtension, value: TextMatcher) -> Self {
        self.extensions.push((extension, value));
        self
    }

    /// The required subject.
    #[must_use]
    pub fn subject(&self) -> &TextMatcher {
        &self.subject
    }

    /// The required issuer.
    #[must_use]
    pub fn issuer(&self) -> &TextMatcher {
        &self.issuer
    }

    /// The required extensions, in the order in which they were added.
    pub fn extensions(&self) -> impl Iterator<Item = (FulcioExtension, &TextMatcher)> {
        self.extensions.iter().map(|(extension, value)| (*extension, value))
    }

    /// Whether every identity is accepted, whatever its subject, issuer and extensions.
    #[must_use]
    pub fn matches_anything(&self) -> bool {
        let mut all = self.extensions.iter().map(|(_, value)| value);
        self.subject.matches_anything()
            && self.issuer.matches_anything()
            && all.all(TextMatcher::matches_anything)
    }

    /// Compares it with the identity in a certificate.
    ///
    /// # Errors
    /// The first part that differs.
    pub fn check(&self, identity: &CertificateIdentity) -> Result<(), IdentityMismatch> {
        let subject = identity.subject.as_str();
        if !self.subject.matches(subject) {
            return Err(IdentityMismatch::Subject {
                actual: subject.to_owned(),
                expected: self.subject.as_str().to_owned(),
            });
        }
        let nobody = (identity.profile == Profile::Ordinary).then_some("");
        let issuer = identity.issuer.as_deref().or(nobody);
        if !issuer.is_some_and(|issuer| self.issuer.matches(issuer)) {
            return Err(IdentityMismatch::Issuer {
                actual: identity.issuer.clone(),
                expected: self.issuer.as_str().to_owned(),
            });
        }
        for (extension, expected) in &self.extensions {
            let actual = identity.extensions.get(*extension);
            if !actual.is_some_and(|actual| expected.matches(actual)) {
                return Err(IdentityMismatch::Extension {
                    extension: *extension,
                    actual: actual.map(str::to_owned),
                    expected: expected.as_str().to_owned(),
                });
            }
        }
        Ok(())
    }
}

/// The accepted identities: one, any of several, all of several, or any combination. Without any
/// identities, none is accepted.
#[derive(Clone, Debug)]
pub struct Identities(Rule);

#[derive(Clone, Debug)]
enum Rule {
    One(IdentityMatcher),
    Any(Vec<Identities>),
    All(Vec<Identities>),
}

impl From<IdentityMatcher> for Identities {
    fn from(matcher: IdentityMatcher) -> Self {
        Self(Rule::One(matcher))
    }
}

impl Identities {
    /// Accepts an identity that at least one of them accepts.
    #[must_use]
    pub fn any<I: Into<Self>>(of: impl IntoIterator<Item = I>) -> Self {
        Self(Rule::Any(of.into_iter().map(Into::into).collect()))
    }

    /// Accepts an identity that each of them accepts.
    #[must_use]
    pub fn all<I: Into<Self>>(of: impl IntoIterator<Item = I>) -> Self {
        Self(Rule::All(of.into_iter().map(Into::into).collect()))
    }

    /// Every matcher, in the order in which they were given.
    #[must_use]
    pub fn matchers(&self) -> Vec<&IdentityMatcher> {
        match &self.0 {
            Rule::One(matcher) => vec![matcher],
            Rule::Any(rules) | Rule::All(rules) => rules.iter().flat_map(Self::matchers).collect(),
        }
    }

    /// Whether every identity is accepted.
    #[must_use]
    pub fn matches_anything(&self) -> bool {
        match &self.0 {
            Rule::One(matcher) => matcher.matches_anything(),
            Rule::Any(rules) => rules.iter().any(Self::matches_anything),
            Rule::All(rules) => !rules.is_empty() && rules.iter().all(Self::matches_anything),
        }
    }

    /// Compares them with the identity in a certificate.
    ///
    /// # Errors
    /// When it is not accepted: the reason, or for several alternatives the reason of each.
    pub fn check(&self, identity: &CertificateIdentity) -> Result<(), IdentityMismatch> {
        match &self.0 {
            Rule::One(matcher) => matcher.check(identity),
            Rule::All(rules) if rules.is_empty() => Err(IdentityMismatch::None(Vec::new())),
            Rule::All(rules) => rules.iter().try_for_each(|rule| rule.check(identity)),
            Rule::Any(rules) => {
                let mut mismatches = Vec::new();
                for rule in rules {
                    match rule.check(identity) {
                        Ok(()) => return Ok(()),
                        Err(mismatch) => mismatches.push(mismatch),
                    }
                }
                Err(IdentityMismatch::only(mismatches))
            }
        }
    }
}

impl IdentityMismatch {
    /// The combined reasons of several alternatives; a single reason is returned unchanged.
    fn only(mut mismatches: Vec<Self>) -> Self {
        match mismatches.pop() {
            Some(single) if mismatches.is_empty() => single,
            last => Self::None(mismatches.into_iter().chain(last).collect()),
        }
    }
}

/// Describes how a value differs from the required text or expression; an absent value matches no
/// expression.
fn other(actual: &Option<String>, expected: &str) -> String {
    match actual {
        Some(actual) => format!("{actual:?}, not {expected:?}"),
        None => format!("absent, where {expected:?} is asked for"),
    }
}

fn reasons(mismatches: &[IdentityMismatch]) -> String {
    let reasons: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Extensions, SubjectAlternativeName};

    const ISSUER: &str = "https://issuer.example";

    fn identity(issuer: Option<&str>) -> CertificateIdentity {
        CertificateIdentity {
            subject: SubjectAlternativeName::Email("a@example.com".to_owned()),
            issuer: issuer.map(str::to_owned),
            extensions: Extensions::default(),
            profile: Profile::Sigstore,
        }
    }

    fn exact(text: &str) -> TextMatcher {
        TextMatcher::exact(text).unwrap()
    }

    fn matcher(subject: &str, issuer: &str) -> IdentityMatcher {
        IdentityMatcher::new(exact(subject), exact(issuer))
    }

    #[test]
    fn each_part_must_fit() {
        let signer = identity(Some(ISSUER));
        let accepted = matcher("a@example.com", ISSUER);
        assert_eq!(accepted.check(&signer), Ok(()));
        assert_eq!(
            matcher("b", ISSUER).check(&signer),
            Err(IdentityMismatch::Subject {
                actual: "a@example.com".to_owned(),
                expected: "b".to_owned()
            })
        );
        for (issuer, actual) in [(Some("x"), Some("x".to_owned())), (None, None)] {
            let expected = ISSUER.to_owned();
            assert_eq!(
                accepted.check(&identity(issuer)),
                Err(IdentityMismatch::Issuer { actual, expected })
            );
        }
        let accepted_but_for_issuer = matcher("a@example.com", "x");
        let trigger = FulcioExtension::BuildTrigger;
        let any = TextMatcher::expression(".*").unwrap();
        let extended = accepted.with_extension(trigger, any);
        assert_eq!(
            extended.check(&signer),
            Err(IdentityMismatch::Extension {
                extension: trigger,
                actual: None,
                expected: ".*".to_owned()
            })
        );
        let any = IdentityMatcher::new(
            TextMatcher::exact("a@example.com").unwrap(),
            TextMatcher::expression(".*").unwrap(),
        );
        let said = any.check(&identity(None)).unwrap_err().to_string();
        assert_eq!(said, r#"the issuer is absent, where ".*" is asked for"#);
        let said = accepted_but_for_issuer.check(&signer).unwrap_err().to_string();
        assert_eq!(said, format!(r#"the issuer is {ISSUER:?}, not "x""#));
    }

    #[test]
    fn rules_combine() {
        let signer = identity(Some(ISSUER));
        let good = || Identities::from(matcher("a@example.com", ISSUER));
        let bad = || Identities::from(matcher("b", ISSUER));
        assert_eq!(Identities::any([bad(), good()]).check(&signer), Ok(()));
        let mixed = Identities::all([good(), Identities::any([bad(), good()])]);
        assert_eq!(mixed.check(&signer), Ok(()));
        assert_eq!(mixed.matchers().len(), 3);
        let mismatch = bad().check(&signer).unwrap_err();
        assert_eq!(Identities::all([good(), bad()]).check(&signer), Err(mismatch.clone()));
        assert_eq!(Identities::any([bad()]).check(&signer), Err(mismatch.clone()));
        assert_eq!(
            Identities::any([bad(), bad()]).check(&signer),
            Err(IdentityMismatch::None(vec![mismatch.clone(), mismatch]))
        );
    }

    /// cosign compares the issuer that an authority of one's own does not name with the expression.
    #[test]
    fn an_ordinary_authority_may_name_no_issuer() {
        let expression = |text| TextMatcher::expression(text).unwrap();
        let ordinary = CertificateIdentity { profile: Profile::Ordinary, ..identity(None) };
        for (issuer, by_fulcio, by_others) in [
            (expression(".*"), false, true),
            (expression("^$"), false, true),
            (expression(".+"), false, false),
            (exact(ISSUER), false, false),
        ] {
            let matcher = IdentityMatcher::new(exact("a@example.com"), issuer);
            assert_eq!(matcher.check(&identity(None)).is_ok(), by_fulcio, "{matcher:?}");
            assert_eq!(matcher.check(&ordinary).is_ok(), by_others, "{matcher:?}");
        }
    }

    #[test]
    fn of_no_identities_none_is_accepted() {
        let none: [Identities; 0] = [];
        for rule in [Identities::any(none.clone()), Identities::all(none)] {
            let refused = Err(IdentityMismatch::None(Vec::new()));
            assert_eq!(rule.check(&identity(Some(ISSUER))), refused);
            assert!(!rule.matches_anything());
        }
    }

    #[test]
    fn anyone_is_told_from_someone() {
        let expression = |text| TextMatcher::expression(text).unwrap();
        let anyone = || Identities::from(IdentityMatcher::new(expression(".*"), expression(".+")));
        let someone = || Identities::from(IdentityMatcher::new(expression(".*"), exact(ISSUER)));
        assert!(anyone().matches_anything() && !someone().matches_anything());
        assert!(Identities::any([someone(), anyone()]).matches_anything());
        assert!(!Identities::all([someone(), anyone()]).matches_anything());
    }
}
