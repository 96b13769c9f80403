//! The outcome of the gate, for people and for programs.

use std::fmt::Write;

use sealift_model::Package;
use sealift_policy::{About, Decision, Suppressed, Unused, Verdict};
use sealift_report::{Report, escape};
use serde::Serialize;

/// A decision with its circumstances.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The name of the target.
    pub target: String,
    /// Digest of the manifest, and of the index that it was chosen from.
    pub digests: Vec<String>,
    /// The decision.
    pub decision: Decision,
    /// The findings that do not count.
    pub suppressed: Vec<Suppressed>,
    /// Rules and statements that take nothing out.
    pub unused: Vec<Unused>,
    /// Other notes: what was not looked for, or left out.
    pub notes: Vec<String>,
    /// Messages for people about VEX attestations on the image.
    pub messages: Vec<String>,
    /// `name@version` of the package of each suppressed finding.
    packages: Vec<String>,
}

impl Outcome {
    pub(super) fn new(
        report: &Report,
        decision: Decision,
        suppressed: Vec<Suppressed>,
        unused: Vec<Unused>,
    ) -> Self {
        let image = report.artifact.image.as_ref();
        let manifest = image.and_then(|image| image.manifest.as_ref());
        let index = image.and_then(|image| image.index.as_ref());
        let digests = manifest.map(|manifest| &manifest.digest).into_iter().chain(index);
        let package =
            |it: &Suppressed| report.package_of(&it.finding).map(Package::id).unwrap_or_default();
        Self {
            target: report.artifact.name.clone(),
            digests: digests.map(ToString::to_string).collect(),
            packages: suppressed.iter().map(package).collect(),
            decision,
            suppressed,
            unused,
            notes: report.notes.clone(),
            messages: Vec::new(),
        }
    }

    /// The outcome as text: the verdict first, then the reasons, what was proved, what is
    /// suppressed and what was not seen.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, out: &mut String) -> std::fmt::Result {
        let Decision { verdict, reasons, proofs, listed, incomplete, judged_on, .. } =
            &self.decision;
        let said = match verdict {
            Verdict::Pass => "may pass",
            Verdict::Warn => "may pass, with warnings",
            Verdict::Fail => "may not pass",
            Verdict::Incomplete => "is not decided: not everything was seen",
        };
        let verdict = verdict.name().to_uppercase();
        let target = escape::terminal(&self.target);
        writeln!(out, "{verdict}: {target} {said}, judged on {judged_on}")?;
        for digest in &self.digests {
            writeln!(out, "  {digest}")?;
        }
        for reason in reasons {
            writeln!(out, "{:<5}{}", reason.action, escape::terminal(&reason.text))?;
        }
        for proof in proofs {
            writeln!(out, "proved: {}", escape::terminal(&proof.text))?;
        }
        for reason in incomplete {
            writeln!(out, "not seen: {}", escape::terminal(reason))?;
        }
        for note in &self.notes {
            writeln!(out, "note: {}", escape::terminal(note))?;
        }
        for (suppressed, package) in self.suppressed.iter().zip(&self.packages) {
            writeln!(out, "suppressed: {}", escape::terminal(&told(suppressed, package)))?;
        }
        for unused in self.unused.iter().filter(|unused| unused.reason.is_remarkable()) {
            writeln!(out, "takes nothing out: {}", escape::terminal(&unused.to_string()))?;
        }
        if *listed > 0 {
            writeln!(out, "{listed} other findings decide nothing")?;
        }
        Ok(())
    }

    /// The outcome as JSON, two spaces of indentation, a newline at the end.
    #[must_use]
    pub fn json(&self) -> String {
        let Decision { verdict, reasons, proofs, listed, incomplete, judged_on, .. } =
            &self.decision;
        let document = Document {
            verdict: verdict.name(),
            judged_on,
            artifact_name: &self.target,
            digests: &self.digests,
            reasons: reasons
                .iter()
                .map(|reason| JsonReason {
                    action: reason.action.name(),
                    about: about(&reason.about),
                    text: &reason.text,
                })
                .collect(),
            proofs: proofs.iter().map(|proof| proof.text.as_str()).collect(),
            incomplete,
            notes: &self.notes,
            suppressed: self
                .suppressed
                .iter()
                .zip(&self.packages)
                .map(JsonSuppressed::new)
                .collect(),
            unused: self.unused.iter().map(JsonUnused::new).collect(),
            listed: *listed,
        };
        // Texts and numbers always can be written.
        let text = serde_json::to_string_pretty(&document).unwrap_or_default();
        format!("{}\n", escape::json(&text))
    }
}

fn told(suppressed: &Suppressed, package: &str) -> String {
    let id = &suppressed.finding.id;
    let mut line =
        format!("{id} in {package} is {} by {}", suppressed.by.status(), suppressed.source);
    if let Some(place) = &suppressed.place {
        line.push_str(&format!(" ({place})"));
    }
    if let Some(end) = suppressed.expires {
        line.push_str(&format!(" until {}", end.day()));
    }
    let why = suppressed.statement.as_deref().unwrap_or("no justification");
    format!("{line}: {why}")
}

fn about(about: &About) -> &'static str {
    match about {
        About::Finding(_) => "finding",
        About::Package(_) => "package",
        About::Suppressed(_) => "suppression",
        About::Requirement(_) => "requirement",
        _ => "image",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'o> {
    verdict: &'static str,
    judged_on: &'o str,
    artifact_name: &'o str,
    digests: &'o [String],
    reasons: Vec<JsonReason<'o>>,
    proofs: Vec<&'o str>,
    incomplete: &'o [String],
    notes: &'o [String],
    suppressed: Vec<JsonSuppressed<'o>>,
    unused: Vec<JsonUnused<'o>>,
    /// Findings from which nothing follows.
    listed: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonReason<'o> {
    action: &'static str,
    about: &'static str,
    text: &'o str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonSuppressed<'o> {
    #[serde(rename = "VulnerabilityID")]
    id: &'o str,
    package: &'o str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<&'o str>,
    source: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

impl<'o> JsonSuppressed<'o> {
    fn new((suppressed, package): (&'o Suppressed, &'o String)) -> Self {
        Self {
            id: &suppressed.finding.id,
            package,
            status: suppressed.by.status(),
            statement: suppressed.statement.as_deref(),
            source: &suppressed.source,
            place: suppressed.place.as_deref(),
            expires: suppressed.expires.map(sealift_model::Timestamp::day),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct JsonUnused<'o> {
    source: &'o str,
    place: &'o str,
    #[serde(rename = "VulnerabilityID", skip_serializing_if = "str::is_empty")]
    id: &'o str,
    reason: String,
}

impl<'o> JsonUnused<'o> {
    fn new(unused: &'o Unused) -> Self {
        Self {
            source: &unused.source,
            place: &unused.place,
            id: &unused.id,
            reason: unused.reason.to_string(),
        }
    }
}
