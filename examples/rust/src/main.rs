//! Verify who signed an image, scan it, decide: `example DATABASE PUBLIC-KEY IMAGE`.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a program, not a library")]

use std::error::Error;
use std::process::ExitCode;
use std::time::SystemTime;

use sealift::policy::{Gate, Policy as GatePolicy, Suppressions, Verdict};
use sealift::verify::{Policy, TrustedKey, TrustedRoot, Verifier, public_key};
use sealift::{Database, NoProgress, ScanOptions, Scanner, Target, Timestamp};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [database, key, image] = &arguments[..] else { return Err("three arguments".into()) };
    let now = Timestamp::from(SystemTime::now());
    let target = Target::local_image(image).ok_or("name a layout as oci:DIR:TAG")?;

    let key = TrustedKey::new(public_key(&std::fs::read(key)?)?);
    let verifier =
        Verifier::new(TrustedRoot::default(), Policy::keys([key]).insecure_ignore_tlog());
    println!("signed: {}", verifier.verify_image(&target, &[], now, &NoProgress)?.digest);

    let scanner = Scanner::new(Database::open(database.as_ref())?);
    let gate = Gate::new(GatePolicy::default(), Suppressions::default(), now);
    let admission = gate.admit(&scanner, &target, &ScanOptions::default(), &NoProgress)?;
    println!("{}", admission.outcome.text());
    let passes = matches!(admission.outcome.decision.verdict, Verdict::Pass | Verdict::Warn);
    Ok(if passes { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
