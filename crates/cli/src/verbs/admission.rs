//! `admission review`: what policies say of objects.

use std::fs;
use std::io::{Read as _, stdin};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use sealift::admission::{
    Document, Files, Operation, Policies, Request, Review, request_of, response,
};
use sealift::escape;
use sealift::policy::Limits;

use crate::args::{AdmissionReviewArgs, GlobalArgs, OperationKind, ReviewFormat};
use crate::failure::Failure;
use crate::{clock, files, output};

/// Exit status when what is enforced does not hold.
const REFUSED: u8 = 1;
/// More than any API server sends: its own limit is 3 MiB for a request.
const MAX_REVIEW_BYTES: u64 = 64 << 20;
/// How deep folders are looked into.
const MAX_FOLDERS: usize = 32;
/// What files of objects end in, and those of policies.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];
const POLICY_ENDINGS: [&str; 4] = ["yaml", "yml", "json", "rego"];

pub(crate) fn admission_review(
    args: &AdmissionReviewArgs,
    global: &GlobalArgs,
) -> Result<u8, Failure> {
    let policies = policies(args, global)?;
    let mut around = Files::new(args.as_of.unwrap_or_else(clock::now));
    let beside = args.values.iter().chain(&args.userinfo).chain(&args.cluster_resources);
    for path in beside {
        for document in documents(path)? {
            let source = document.source.clone();
            around.add(document).map_err(|error| unusable(source, error))?;
        }
    }
    let (review, text) = if args.resource.is_empty() {
        of_stdin(args, &policies, &around)?
    } else {
        let review = of_objects(args, &policies, &around)?;
        let text = written(&review, args.format);
        (review, text)
    };
    output::emit(args.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(if review.is_allowed() { 0 } else { REFUSED })
}

/// The policies and exceptions; in a folder, other documents may lie beside them.
fn policies(args: &AdmissionReviewArgs, global: &GlobalArgs) -> Result<Policies, Failure> {
    let mut all = Vec::new();
    for path in args.policy.iter().chain(&args.exceptions) {
        let of_folder = path.is_dir();
        let read = documents_of(path, &POLICY_ENDINGS)?;
        let (policies, others): (Vec<_>, Vec<_>) =
            read.into_iter().partition(|own| !of_folder || Policies::reads(own));
        all.extend(policies);
        for other in others.iter().filter(|_| !global.quiet) {
            let Document { source, number, .. } = other;
            let note = format!(
                "{source}, document {number}: {:?} of {:?} is no policy that is known",
                other.kind(),
                other.group()
            );
            eprintln!("note: {}", escape::terminal(&note));
        }
    }
    let policies = Policies::of(all).map_err(|error| unusable("the policies", error))?;
    if policies.is_empty() {
        return Err(unusable("the policies", "there are none"));
    }
    for note in policies.notes().iter().filter(|_| !global.quiet) {
        eprintln!("note: {}", escape::terminal(note));
    }
    Ok(policies)
}

/// What is said of the review on stdin; as JSON, the answer to it.
fn of_stdin(
    args: &AdmissionReviewArgs,
    policies: &Policies,
    around: &Files,
) -> Result<(Review, String), Failure> {
    let mut bytes = Vec::new();
    let read = stdin().lock().take(MAX_REVIEW_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| unusable("standard input", error))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_REVIEW_BYTES) {
        return Err(unusable(
            "standard input",
            format!("it is longer than {MAX_REVIEW_BYTES} bytes"),
        ));
    }
    let request = request_of(&bytes).map_err(|error| unusable("standard input", error))?;
    let mut review = Review::default();
    review.ask(policies, &request, around);
    let text = match args.format {
        ReviewFormat::Json => response(&request, &review),
        format => written(&review, format),
    };
    Ok((review, text))
}

fn of_objects(
    args: &AdmissionReviewArgs,
    policies: &Policies,
    around: &Files,
) -> Result<Review, Failure> {
    let mut requests = Vec::new();
    for path in &args.resource {
        let objects = documents(path)?.into_iter().filter(|document| !document.kind().is_empty());
        requests.extend(objects.map(|document| request(args, document, around)));
    }
    if requests.is_empty() {
        return Err(unusable("the objects", "there are none"));
    }
    Ok(asked(&requests, policies, around))
}

fn request(args: &AdmissionReviewArgs, document: Document, around: &Files) -> Request {
    let operation = match args.operation {
        None => return around.request(document.value),
        Some(OperationKind::Create) => Operation::Create,
        Some(OperationKind::Update) => Operation::Update,
        Some(OperationKind::Delete) => Operation::Delete,
        Some(OperationKind::Connect) => Operation::Connect,
    };
    around.request_for(document.value, operation)
}

/// Asks on as many threads as there are processors; the rows are in the order of the objects.
fn asked(requests: &[Request], policies: &Policies, around: &Files) -> Review {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let part = requests.len().div_ceil(threads).max(1);
    let mut all = Review::default();
    let of_part = |part: &[Request]| {
        let mut review = Review::default();
        for request in part {
            review.ask(policies, request, around);
        }
        review
    };
    thread::scope(|scope| {
        let parts = requests.chunks(part);
        let running: Vec<_> =
            parts.map(|part| (part, scope.spawn(move || of_part(part)))).collect();
        for (part, thread) in running {
            // A thread that broke off says nothing, and nothing may be taken for a yes.
            all.append(thread.join().unwrap_or_else(|_| of_part(part)));
        }
    });
    all
}

fn written(review: &Review, format: ReviewFormat) -> String {
    match format {
        ReviewFormat::Table => review.table(),
        ReviewFormat::Json => review.json(),
        ReviewFormat::Junit => review.junit(),
    }
}

/// The documents of a file, or of all YAML, JSON and Rego in a folder, by name; `-` is stdin.
fn documents(path: &Path) -> Result<Vec<Document>, Failure> {
    documents_of(path, &ENDINGS)
}

fn documents_of(path: &Path, endings: &[&str]) -> Result<Vec<Document>, Failure> {
    let mut all = Vec::new();
    for file in listed(path, endings)? {
        let bytes =
            if file.as_os_str() == "-" { files::whole(&file)? } else { files::document(&file)? };
        let source = file.display().to_string();
        let read = Document::read(&source, &bytes, &Limits::default());
        all.extend(read.map_err(|error| unusable(source, error))?);
    }
    Ok(all)
}

fn listed(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    look_into(path, MAX_FOLDERS, endings, &mut found)?;
    found.sort();
    Ok(found)
}

fn look_into(
    folder: &Path,
    left: usize,
    endings: &[&str],
    found: &mut Vec<PathBuf>,
) -> Result<(), Failure> {
    let name = || folder.display().to_string();
    let Some(left) = left.checked_sub(1) else {
        return Err(unusable(name(), format!("more than {MAX_FOLDERS} folders in each other")));
    };
    for entry in fs::read_dir(folder).map_err(|error| unusable(name(), error))? {
        let entry = entry.map_err(|error| unusable(name(), error))?;
        let (path, kind) = (entry.path(), entry.file_type());
        let kind = kind.map_err(|error| unusable(name(), error))?;
        if kind.is_dir() {
            look_into(&path, left, endings, found)?;
        } else if is_document(&path, endings) {
            found.push(path);
        }
    }
    Ok(())
}

fn is_document(path: &Path, endings: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|own| endings.contains(&own))
}

fn unusable(
    what: impl Into<String>,
    error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Failure {
    Failure::Unusable {
        what: what.into(),
        error: error.into(),
        hint: "nothing was judged: what cannot be read might have refused",
    }
}
