//! The Pod Security Standards, by level and version, with exclusions from them.
//!
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>

mod checks;
mod pod;

use serde_json::Value;

use super::super::wildcard;
use super::document::{self, Exclusion};
use super::images;
use checks::{CHECKS, Check};
use pod::{Container, Pod, Spec};

/// A level of the standards that pods must meet.
#[derive(Debug)]
pub(super) struct PodSecurity {
    level: Level,
    version: Version,
    exclude: Vec<Exclusion>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Baseline,
    Restricted,
}

/// A version of Kubernetes: `v1.25` by its minor number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32);

const LATEST: Version = Version(u32::MAX);

/// A violation of the standards by a pod.
#[derive(Clone, Debug)]
pub(super) struct Violation {
    check: &'static str,
    control: &'static str,
    pub(super) field: String,
    /// The container with the violation, if it is in one.
    container: Option<String>,
    values: Vec<String>,
}

impl PodSecurity {
    pub(super) fn read(security: document::PodSecurity) -> Result<Self, (String, String)> {
        let wrong = |field: &str, problem: String| Err((field.to_owned(), problem));
        let level = match security.level.as_str() {
            "baseline" => Level::Baseline,
            // Kyverno runs all checks at this level, too.
            "restricted" | "privileged" => Level::Restricted,
            other => return wrong("level", format!("{other:?} is no level")),
        };
        let version = match security.version.as_str() {
            "" | "latest" => LATEST,
            text => match text.strip_prefix("v1.").and_then(|minor| minor.parse().ok()) {
                Some(minor) => Version(minor),
                None => return wrong("version", format!("{text:?} is no version")),
            },
        };
        for (at, exclusion) in security.exclude.iter().enumerate() {
            if let Err(problem) = check_exclusion(exclusion) {
                return wrong(&format!("exclude[{at}]"), problem);
            }
        }
        Ok(Self { level, version, exclude: security.exclude })
    }

    /// Returns the violations of an object's pod, without those that the rule excludes.
    ///
    /// # Errors
    /// When the object has no pod, or an invalid one.
    pub(super) fn violations(&self, object: &Value) -> Result<Vec<Violation>, String> {
        let pod = pod_of(object)?;
        Ok(self.without(self.of(&pod), &self.exclude, &pod))
    }

    /// Returns the violations that remain when exceptions exclude more.
    pub(super) fn excepted(
        &self,
        violations: Vec<Violation>,
        exclude: &[Exclusion],
        object: &Value,
    ) -> Result<Vec<Violation>, String> {
        Ok(self.without(violations, exclude, &pod_of(object)?))
    }

    fn of(&self, pod: &Pod) -> Vec<Violation> {
        let mut violations = Vec::new();
        for check in CHECKS {
            if self.level == Level::Restricted || check.level == Level::Baseline {
                self.check(check, pod, &mut violations);
            }
        }
        violations
    }

    /// Runs the newest form of a check that the version knows; the oldest where it knows none.
    fn check(&self, check: &'static Check, pod: &Pod, violations: &mut Vec<Violation>) {
        let known = check.versions.iter().rev().find(|(since, _)| *since <= self.version);
        if let Some((_, run)) = known.or(check.versions.first()) {
            let mut add = |field: String, container: Option<&Container>, values: Vec<String>| {
                violations.push(Violation {
                    check: check.id,
                    control: check.control,
                    field,
                    container: container.map(|container| container.name.clone()),
                    values,
                });
            };
            run(pod, &mut add);
        }
    }

    fn without(
        &self,
        mut violations: Vec<Violation>,
        exclude: &[Exclusion],
        pod: &Pod,
    ) -> Vec<Violation> {
        for exclusion in exclude {
            for excluded in self.of(&excluded_part(exclusion, pod)) {
                if exclusion.covers(&excluded) {
                    let is_it = |own: &Violation| excluded.is_of(own, !exclusion.images.is_empty());
                    if let Some(at) = violations.iter().position(is_it) {
                        violations.remove(at);
                    }
                }
            }
        }
        violations
    }
}

/// Returns the part of a pod that an exclusion is about: the containers with its images, or the
/// fields outside of containers.
fn excluded_part(exclusion: &Exclusion, pod: &Pod) -> Pod {
    if exclusion.images.is_empty() {
        let mut part = pod.clone();
        part.spec.containers = vec![Container { name: "fake".to_owned(), ..Container::default() }];
        part.spec.init_containers.clear();
        part.spec.ephemeral_containers.clear();
        return part;
    }
    let matching = |all: &[Container]| -> Vec<Container> {
        let fits = |own: &&Container| wildcard::any(&exclusion.images, &own.image);
        all.iter().filter(fits).cloned().collect()
    };
    Pod {
        spec: Spec {
            containers: matching(&pod.spec.containers),
            init_containers: matching(&pod.spec.init_containers),
            ephemeral_containers: matching(&pod.spec.ephemeral_containers),
            ..Spec::default()
        },
        ..Pod::default()
    }
}

impl Exclusion {
    fn covers(&self, violation: &Violation) -> bool {
        self.control_name == violation.control
            && (self.restricted_field.is_empty() || self.restricted_field == violation.pattern())
            && (self.values.is_empty()
                || violation.values.iter().all(|value| wildcard::any(&self.values, value)))
    }
}

impl Violation {
    /// Returns the field with `*` for indexes.
    fn pattern(&self) -> String {
        let mut pattern = String::with_capacity(self.field.len());
        let mut in_number = false;
        for next in self.field.chars() {
            if next.is_ascii_digit() {
                if !in_number {
                    pattern.push('*');
                }
                in_number = true;
            } else {
                in_number = false;
                pattern.push(next);
            }
        }
        pattern
    }

    fn is_of(&self, other: &Self, by_container: bool) -> bool {
        self.check == other.check
            && self.pattern() == other.pattern()
            && (!by_container || other.container.is_none() || self.container == other.container)
    }

    pub(super) fn control(&self) -> &'static str {
        self.control
    }
}

/// Checks that an exclusion names a known control.
pub(super) fn check_exclusion(exclusion: &Exclusion) -> Result<(), String> {
    if CHECKS.iter().any(|check| check.control == exclusion.control_name) {
        return Ok(());
    }
    Err(format!("controlName {:?} is no control of the standards", exclusion.control_name))
}

fn pod_of(object: &Value) -> Result<Pod, String> {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let spec = images::pod_spec(kind).ok_or_else(|| format!("a {kind} has no pod"))?;
    let template = spec.strip_suffix("/spec").unwrap_or_default();
    let pod = object.pointer(template).ok_or("it has no template of a pod")?;
    serde::Deserialize::deserialize(pod).map_err(|error| format!("its pod is none: {error}"))
}
