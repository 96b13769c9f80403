//! Counts for Prometheus (text format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sealift::admission::{Asked, Tally};
use sealift::kubernetes::Outcome;

/// The metrics: name, kind, description. All servers share the table; each one only reports what it
/// has counted.
const FAMILIES: &[(&str, Kind, &str)] = &[
    ("sealift_connections", Kind::Gauge, "Connections that are open."),
    ("sealift_connections_total", Kind::Counter, "Connections that were accepted."),
    ("sealift_connection_errors_total", Kind::Counter, "Connections that failed."),
    ("sealift_requests_refused_total", Kind::Counter, "Requests that are no good HTTP."),
    ("sealift_requests_total", Kind::Counter, "Requests, by path and status."),
    ("sealift_panics_total", Kind::Counter, "Panics; what was asked was refused."),
    ("sealift_certificate_not_after_seconds", Kind::Gauge, "End of the server's certificate."),
    ("sealift_reloads_total", Kind::Counter, "Loads of certificates and policies, by outcome."),
    ("sealift_ready", Kind::Gauge, "Whether the server says to be ready."),
    ("sealift_reviews_total", Kind::Counter, "Admission reviews, by decision."),
    ("sealift_review_seconds", Kind::Histogram, "Time to an admission decision."),
    ("sealift_reviews_late_total", Kind::Counter, "Reviews answered before they were judged."),
    ("sealift_reviews_busy_total", Kind::Counter, "Reviews refused since too many are judged."),
    ("sealift_image_cache_total", Kind::Counter, "Verdicts on images: kept, joined or made."),
    ("sealift_image_cache_entries", Kind::Gauge, "Verdicts on images that are kept."),
    ("sealift_cluster_requests_total", Kind::Counter, "Requests to the cluster, by outcome."),
    ("sealift_scans_total", Kind::Counter, "Scans, by outcome."),
    ("sealift_scan_seconds", Kind::Histogram, "Time that a scan takes."),
    ("sealift_scans_queued", Kind::Gauge, "Scans that wait."),
    ("sealift_scans_running", Kind::Gauge, "Scans that are under way."),
    ("sealift_database_built_seconds", Kind::Gauge, "When the advisory database was built."),
];

/// Upper bounds of the buckets, in seconds.
const BUCKETS: [(f64, &str); 12] = [
    (0.0005, "0.0005"),
    (0.001, "0.001"),
    (0.0025, "0.0025"),
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.05, "0.05"),
    (0.25, "0.25"),
    (1.0, "1"),
    (5.0, "5"),
    (10.0, "10"),
    (60.0, "60"),
    (600.0, "600"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Metrics. A clone counts into the same values.
#[derive(Clone, Debug, Default)]
pub struct Metrics(Arc<Mutex<BTreeMap<&'static str, Family>>>);

/// One row for each set of labels.
type Family = BTreeMap<String, Row>;

#[derive(Clone, Debug)]
enum Row {
    Number(u64),
    Times { buckets: [u64; BUCKETS.len()], count: u64, sum: Duration },
}

impl Metrics {
    /// Adds one to a count.
    pub(crate) fn count(&self, name: &'static str, labels: &[(&str, &str)]) {
        let mut families = self.lock();
        let row = families.entry(name).or_default().entry(written(labels));
        if let Row::Number(number) = row.or_insert(Row::Number(0)) {
            *number = number.saturating_add(1);
        }
    }

    /// Sets a value.
    pub(crate) fn set(&self, name: &'static str, labels: &[(&str, &str)], value: usize) {
        let value = u64::try_from(value).unwrap_or(u64::MAX);
        self.lock().entry(name).or_default().insert(written(labels), Row::Number(value));
    }

    /// Sets a time, in seconds since 1970.
    pub(crate) fn set_time(&self, name: &'static str, at: sealift::Timestamp) {
        let value = u64::try_from(at.unix_seconds()).unwrap_or(0);
        self.lock().entry(name).or_default().insert(String::new(), Row::Number(value));
    }

    /// Records a duration.
    pub(crate) fn took(&self, name: &'static str, time: Duration) {
        let mut families = self.lock();
        let fresh = Row::Times { buckets: [0; BUCKETS.len()], count: 0, sum: Duration::ZERO };
        let row = families.entry(name).or_default().entry(String::new()).or_insert(fresh);
        if let Row::Times { buckets, count, sum } = row {
            for (bucket, (end, _)) in buckets.iter_mut().zip(BUCKETS) {
                *bucket += u64::from(time.as_secs_f64() <= end);
            }
            *count += 1;
            *sum = sum.saturating_add(time);
        }
    }

    /// Counts the outcomes of requests to a cluster.
    pub fn of_cluster(&self) -> impl Fn(Outcome) + Send + Sync + 'static {
        let metrics = self.clone();
        move |outcome| {
            metrics.count("sealift_cluster_requests_total", &[("outcome", outcome.name())]);
        }
    }

    /// The total of a metric, for tests only.
    #[must_use]
    pub fn counted(&self, name: &str) -> u64 {
        let families = self.lock();
        let rows = families.get(name).into_iter().flat_map(BTreeMap::values);
        rows.map(|row| match row {
            Row::Number(number) => *number,
            Row::Times { count, .. } => *count,
        })
        .sum()
    }

    /// All metrics, in Prometheus's text format.
    #[must_use]
    pub fn text(&self) -> String {
        let families = self.lock();
        let mut text = String::new();
        for (name, kind, help) in FAMILIES {
            let Some(family) = families.get(name) else { continue };
            let kind = match kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
                Kind::Histogram => "histogram",
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (labels, row) in family {
                let _ = write_row(&mut text, name, labels, row);
            }
        }
        text
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Family>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_row(text: &mut String, name: &str, labels: &str, row: &Row) -> std::fmt::Result {
    match row {
        Row::Number(number) if labels.is_empty() => writeln!(text, "{name} {number}"),
        Row::Number(number) => writeln!(text, "{name}{{{labels}}} {number}"),
        Row::Times { buckets, count, sum } => {
            for (bucket, (_, end)) in buckets.iter().zip(BUCKETS) {
                writeln!(text, "{name}_bucket{{le=\"{end}\"}} {bucket}")?;
            }
            writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}")?;
            writeln!(text, "{name}_sum {}", sum.as_secs_f64())?;
            writeln!(text, "{name}_count {count}")
        }
    }
}

impl Tally for Metrics {
    fn asked(&self, how: Asked) {
        let outcome = match how {
            Asked::Kept => "kept",
            Asked::Joined => "joined",
            Asked::Made => "made",
        };
        self.count("sealift_image_cache_total", &[("outcome", outcome)]);
    }

    fn kept(&self, entries: usize) {
        self.set("sealift_image_cache_entries", &[], entries);
    }
}

fn written(labels: &[(&str, &str)]) -> String {
    let pairs = labels.iter().map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{name}=\"{value}\"")
    });
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::default();
        metrics.count("sealift_scans_total", &[("outcome", "a\"b")]);
        metrics.count("sealift_scans_total", &[("outcome", "a\"b")]);
        metrics.set("sealift_scans_queued", &[], 3);
        metrics.took("sealift_scan_seconds", Duration::from_millis(700));
        let text = metrics.text();
        assert!(text.contains("# TYPE sealift_scans_total counter\n"));
        assert!(text.contains("sealift_scans_total{outcome=\"a\\\"b\"} 2\n"));
        assert!(text.contains("sealift_scans_queued 3\n"));
        assert!(text.contains("sealift_scan_seconds_bucket{le=\"0.25\"} 0\n"));
        assert!(text.contains("sealift_scan_seconds_bucket{le=\"1\"} 1\n"));
        assert!(text.contains("sealift_scan_seconds_count 1\n"));
        assert!(!text.contains("sealift_panics_total"));
    }
}
