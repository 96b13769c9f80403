//! `admission review`: judges objects by policies and image rules.

use std::io::{Read as _, stdin};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use sealift::admission::{
    Document, Files, LoadError, Operation, Others, Request, Review, Rules, World, objects,
    of_kinds, request_of, response,
};
use sealift::escape;
use sealift::policy::Limits;

use super::judged::{self, Known, Offline};
use crate::args::{Access, AdmissionReviewArgs, OperationKind, ReviewFormat};
use crate::failure::Failure;
use crate::{Context, clock, cluster, files, output};

/// Exit status when an enforced rule is violated.
const REFUSED: u8 = 1;
/// Larger than any API server sends: its own limit is 3 MiB for a request.
const MAX_REVIEW_BYTES: u64 = 64 << 20;
/// The longest wait for images if no timeout ends the command.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn admission_review(
    args: &AdmissionReviewArgs,
    context: Context<'_>,
) -> Result<u8, Failure> {
    let now = args.as_of.unwrap_or_else(clock::now);
    let around = Arc::new(around(args, now)?);
    let world = match args.offline {
        true => World::new(Offline, move || now),
        false => {
            let access = Access::from(&args.judged.access);
            World::new(Known::new(access, context.environment), move || now)
        }
    };
    // Only a server counts requests.
    let asked = cluster::opened(&args.cluster, context.environment, |_| {})?;
    let world = match asked {
        None => world.with_files(around.clone()),
        Some((cluster, note)) => {
            if let Some(note) = note {
                eprintln!("warning: {}", escape::terminal(&note));
            }
            world.with_cluster(cluster)
        }
    };
    let rules = Rules::new(world);
    load(&rules, args, context)?;
    let patience = Some(context.global.timeout).filter(|time| !time.is_zero()).unwrap_or(LONGEST);
    let asking = Asking { rules, until: Instant::now() + patience };
    let (is_allowed, text) = if args.resource.is_empty() {
        asking.of_stdin(args.format)?
    } else {
        let review = asking.of_all(&requests(args, &around)?);
        if review.rows.is_empty() && !context.global.quiet {
            eprintln!("note: no policy and no rule is about any of the objects");
        }
        (review.is_allowed(), written(&review, args.format))
    };
    output::emit(args.output.as_deref(), |out| out.write_all(text.as_bytes()))?;
    Ok(if is_allowed { 0 } else { REFUSED })
}

/// The files that stand in for a cluster.
fn around(args: &AdmissionReviewArgs, now: sealift::Timestamp) -> Result<Files, Failure> {
    let mut around = Files::new(now);
    let beside = args.values.iter().chain(&args.userinfo).chain(&args.cluster_resources);
    for path in beside {
        for document in documents(path)? {
            let source = document.source.clone();
            around.add(document).map_err(|error| unusable(source, error))?;
        }
    }
    Ok(around)
}

fn load(rules: &Rules, args: &AdmissionReviewArgs, context: Context<'_>) -> Result<(), Failure> {
    let mut sources = judged::sources(&args.judged, args.offline, context)?;
    sources.policies.extend_from_slice(&args.exceptions);
    sources.others = Others::Noted;
    let told = sources.load_into(rules).map_err(judged::unusable)?;
    for note in told.notes.iter().filter(|_| !context.global.quiet) {
        eprintln!("note: {}", escape::terminal(note));
    }
    let is_told = args.values.is_some()
        || args.userinfo.is_some()
        || !args.cluster_resources.is_empty()
        || args.cluster.is_some();
    for asked in told.asked.iter().filter(|_| !is_told && !context.global.quiet) {
        let asked = escape::terminal(asked);
        eprintln!("note: {asked} are not known, and judged as if there were none");
    }
    Ok(())
}

fn requests(args: &AdmissionReviewArgs, around: &Files) -> Result<Vec<Request>, Failure> {
    let mut requests = Vec::new();
    for path in &args.resource {
        let objects = of_kinds(documents(path)?).map_err(unread)?;
        requests.extend(objects.into_iter().map(|document| request(args, document, around)));
    }
    if requests.is_empty() {
        return Err(unusable("the objects", "there are none"));
    }
    Ok(requests)
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

/// The rules to judge by, and the deadline.
struct Asking {
    rules: Rules,
    until: Instant,
}

impl Asking {
    /// Judges the review on stdin: whether it is admitted, and the text to print; as JSON, the
    /// answer to the review.
    fn of_stdin(&self, format: ReviewFormat) -> Result<(bool, String), Failure> {
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
        let decision = self.rules.review(&request, self.until);
        let text = match format {
            ReviewFormat::Json => format!("{:#}\n", response(&request.uid, &decision)),
            format => {
                let mut review = Review::default();
                review.add(&request, decision.answers.clone());
                written(&review, format)
            }
        };
        Ok((decision.is_allowed(), text))
    }

    /// Judges on as many threads as there are processors; the rows are in the order of the objects.
    fn of_all(&self, requests: &[Request]) -> Review {
        let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let part = requests.len().div_ceil(threads).max(1);
        let mut all = Review::default();
        thread::scope(|scope| {
            let parts = requests.chunks(part);
            let running: Vec<_> =
                parts.map(|part| (part, scope.spawn(move || self.of_part(part)))).collect();
            for (part, thread) in running {
                // A thread that panicked gives no answer, and that must not count as admitted.
                all.append(thread.join().unwrap_or_else(|_| self.of_part(part)));
            }
        });
        all
    }

    fn of_part(&self, requests: &[Request]) -> Review {
        let mut review = Review::default();
        for request in requests {
            review.add(request, self.rules.review(request, self.until).answers);
        }
        review
    }
}

fn written(review: &Review, format: ReviewFormat) -> String {
    match format {
        ReviewFormat::Table => review.table(),
        ReviewFormat::Json => review.json(),
        ReviewFormat::Junit => review.junit(),
    }
}

/// The documents of a file, or of all YAML and JSON in a folder, by name; `-` is stdin.
fn documents(path: &Path) -> Result<Vec<Document>, Failure> {
    if path.as_os_str() == "-" {
        let read = Document::read("-", &files::whole(path)?, &Limits::default());
        return read.map_err(|error| unusable("-", error));
    }
    objects(path).map_err(unread)
}

fn unread(error: LoadError) -> Failure {
    unusable(error.path.display().to_string(), error.reason)
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
