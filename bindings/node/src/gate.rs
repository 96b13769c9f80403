//! The gate.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use napi::Env;
use napi::bindgen_prelude::{Object, Result};
use napi_derive::napi;
use sealift::policy::{
    FailingSeverities, Gate, GateOverrides, Identity, Outcome, PolicyFiles, Signer,
};
use sealift::{Hidden, Severity, Timestamp};
use serde::Deserialize;

use crate::call::{Callback, NodeCall, Watch};
use crate::database::NodeDatabase;
use crate::failure::Failure;
use crate::job::promise;
use crate::report::NodeReport;
use crate::scan::{self, parse, scanner, severity};
use crate::target;
use crate::time::{self, Clock};

type Loaded<T> = std::result::Result<T, Failure>;

/// The gate's policy, from JavaScript's options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Options {
    policy: Option<PathBuf>,
    ignore: Vec<PathBuf>,
    vex: Vec<PathBuf>,
    fail_on: Option<Vec<String>>,
    warn_on: Option<Vec<String>>,
    fixed_only: bool,
    allow_incomplete: bool,
    require_justification: bool,
    max_age_days: Option<u64>,
    judged_at: Option<String>,
    key: Option<PathBuf>,
    certificate_identity: Option<String>,
    certificate_identity_regexp: Option<String>,
    certificate_oidc_issuer: Option<String>,
    certificate_oidc_issuer_regexp: Option<String>,
    trusted_root: Option<PathBuf>,
    rekor_url: Option<String>,
    offline: bool,
    insecure_ignore_tlog: bool,
}

impl Options {
    fn gate(&self, clock: Clock, judged_at: Timestamp) -> Loaded<(Gate, Vec<String>)> {
        let files = PolicyFiles {
            policy: self.policy.clone(),
            ignore: self.ignore.clone(),
            vex: self.vex.clone(),
            ..PolicyFiles::default()
        };
        let loaded = files.load()?.with(self.overrides()?);
        let mut messages = loaded.messages.clone();
        messages.extend(loaded.check_requirements()?);
        Ok((Gate::of(loaded, judged_at)?.verified_at(clock.now()), messages))
    }

    fn overrides(&self) -> Loaded<GateOverrides> {
        let mut overrides = GateOverrides::default();
        overrides.fail_on = self.fail_on.as_deref().map(failing).transpose()?;
        overrides.warn_on = self.warn_on.as_deref().map(warned).transpose()?;
        overrides.fixed_only = self.fixed_only;
        overrides.allow_incomplete = self.allow_incomplete;
        overrides.require_justification = self.require_justification;
        overrides.max_age_days = self.max_age_days;
        overrides.signer = self.signer()?;
        overrides.trusted_root = self.trusted_root.as_ref().map(|root| root.display().to_string());
        overrides.rekor_url.clone_from(&self.rekor_url);
        overrides.insecure_ignore_tlog = self.insecure_ignore_tlog;
        Ok(overrides)
    }

    fn signer(&self) -> Loaded<Option<Signer>> {
        let mut identity = Identity::default();
        identity.subject.clone_from(&self.certificate_identity);
        identity.subject_regexp.clone_from(&self.certificate_identity_regexp);
        identity.issuer.clone_from(&self.certificate_oidc_issuer);
        identity.issuer_regexp.clone_from(&self.certificate_oidc_issuer_regexp);
        let key = self.key.as_ref().map(|key| key.display().to_string());
        Signer::of(key, identity).map_err(|_| {
            Failure::argument("give a key, or a certificateIdentity with its certificateOidcIssuer")
        })
    }

    /// The time to judge by, unless a call gives another.
    fn judged_at(&self) -> Loaded<Option<Timestamp>> {
        self.judged_at.as_deref().map(|text| time::parse("judgedAt", text)).transpose()
    }
}

fn failing(list: &[String]) -> Loaded<FailingSeverities> {
    let list = list.iter().map(|text| severity("failOn", text));
    FailingSeverities::new(list.collect::<Loaded<Vec<_>>>()?)
        .map_err(|gap| Failure::argument(format!("failOn: {gap}")))
}

fn warned(list: &[String]) -> Loaded<BTreeSet<Severity>> {
    list.iter().map(|text| severity("warnOn", text)).collect()
}

/// Checks the options of a gate without reading any file.
///
/// # Errors
/// The first invalid option.
#[napi]
pub fn check_gate(options: String) -> Result<()> {
    let check = || -> Loaded<()> {
        let options: Options = parse(&options)?;
        options.overrides()?;
        options.judged_at()?;
        Ok(())
    };
    check().map_err(Into::into)
}

/// The result of a scan and the decision.
#[napi(js_name = "Admission")]
#[derive(Debug)]
pub struct NodeAdmission {
    report: NodeReport,
    outcome: Arc<Outcome>,
    messages: Vec<String>,
}

#[napi]
impl NodeAdmission {
    /// The report, without suppressed findings.
    #[napi]
    #[must_use]
    pub fn report(&self) -> NodeReport {
        self.report.clone()
    }

    /// The decision as JSON.
    #[napi]
    #[must_use]
    pub fn outcome(&self) -> String {
        self.outcome.json()
    }

    /// The verdict, then the reasons, as text for people.
    #[napi]
    #[must_use]
    pub fn text(&self) -> String {
        self.outcome.text()
    }

    /// Messages for people: each file that was read, and what is weaker than it looks.
    #[napi]
    #[must_use]
    pub fn messages(&self) -> Vec<String> {
        self.messages.clone()
    }
}

/// Scans an image, verifies what the policy requires, and decides.
///
/// # Errors
/// No thread can be started.
#[napi]
pub fn admit<'env>(
    env: &'env Env,
    image: String,
    gate: String,
    options: String,
    database: Option<&NodeDatabase>,
    call: &NodeCall,
    progress: Option<Callback>,
) -> Result<Object<'env>> {
    let scanner = scanner(database);
    let (watch, clock) = (Watch::new(call, progress), call.clock);
    promise(env, move || {
        let given = scan::Options::parse(&options)?;
        given.check_unfiltered()?;
        let decides: Options = parse(&gate)?;
        let judged_at = given.judged_at()?.or(decides.judged_at()?).unwrap_or_else(|| clock.now());
        let options = given.to_scan(clock, judged_at)?;
        let (mut gate, messages) = decides.gate(clock, judged_at)?;
        if !decides.offline {
            gate = gate.asking(given.registry.client()?)?;
        }
        let target = target::image(&image, &given.registry)?;
        let admitted = gate.admit(&scanner, &target, &options, &watch)?;
        Ok(NodeAdmission {
            report: NodeReport::new(admitted.report, Hidden::default()),
            outcome: Arc::new(admitted.outcome),
            messages,
        })
    })
}
