//! SLSA provenance v1 of a build in continuous integration, from the system's variables
//! (slsa.dev/spec/v1.0/provenance). Only named variables are read, and none of them can be a
//! secret.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::CiError;

/// The build type in GitHub's own provenance.
const GITHUB_BUILD_TYPE: &str = "https://actions.github.io/buildtypes/workflow/v1";
const GITHUB: &str = "GitHub Actions";
const GITLAB: &str = "GitLab CI";

/// The provenance of the job that has these variables.
///
/// # Errors
/// When the system is not known, or a variable is missing.
pub fn provenance(variables: &BTreeMap<String, String>) -> Result<Value, CiError> {
    let is = |name: &str| variables.get(name).is_some_and(|value| value == "true");
    if is("GITHUB_ACTIONS") {
        github(&Job { variables, system: GITHUB })
    } else if is("GITLAB_CI") {
        gitlab(&Job { variables, system: GITLAB })
    } else {
        Err(CiError::Unknown)
    }
}

struct Job<'a> {
    variables: &'a BTreeMap<String, String>,
    system: &'static str,
}

impl<'a> Job<'a> {
    fn get(&self, name: &'static str) -> Result<&'a str, CiError> {
        self.optional(name).ok_or(CiError::Missing { name, system: self.system })
    }

    fn optional(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The members whose variables are set.
    fn some_of(&self, names: &[(&str, &str)]) -> Map<String, Value> {
        let set = names.iter().filter_map(|(member, name)| {
            Some(((*member).to_owned(), Value::from(self.optional(name)?)))
        });
        set.collect()
    }
}

/// docs.github.com, "Default environment variables"; the members are those of
/// actions.github.io/buildtypes/workflow/v1.
fn github(job: &Job<'_>) -> Result<Value, CiError> {
    let (server, repository) = (job.get("GITHUB_SERVER_URL")?, job.get("GITHUB_REPOSITORY")?);
    let source = format!("{server}/{repository}");
    let workflow = job.get("GITHUB_WORKFLOW_REF")?;
    let malformed = CiError::Malformed { name: "GITHUB_WORKFLOW_REF", system: GITHUB };
    let (path, workflow_ref) = workflow.split_once('@').ok_or_else(|| malformed.clone())?;
    let path = path.splitn(3, '/').nth(2).ok_or(malformed)?;
    let (run, attempt) = (job.get("GITHUB_RUN_ID")?, job.get("GITHUB_RUN_ATTEMPT")?);
    let internal = job.some_of(&[
        ("event_name", "GITHUB_EVENT_NAME"),
        ("repository_id", "GITHUB_REPOSITORY_ID"),
        ("repository_owner_id", "GITHUB_REPOSITORY_OWNER_ID"),
        ("runner_environment", "RUNNER_ENVIRONMENT"),
    ]);
    Ok(json!({
        "buildDefinition": {
            "buildType": GITHUB_BUILD_TYPE,
            "externalParameters": {
                "workflow": { "ref": workflow_ref, "repository": source, "path": path },
            },
            "internalParameters": { "github": internal },
            "resolvedDependencies": [{
                "uri": format!("git+{source}@{}", job.get("GITHUB_REF")?),
                "digest": { "gitCommit": job.get("GITHUB_SHA")? },
            }],
        },
        "runDetails": {
            "builder": { "id": format!("{server}/{workflow}") },
            "metadata": {
                "invocationId": format!("{source}/actions/runs/{run}/attempts/{attempt}"),
            },
        },
    }))
}

/// docs.gitlab.com, "Predefined CI/CD variables"; the members are those of GitLab Runner's own
/// provenance.
fn gitlab(job: &Job<'_>) -> Result<Value, CiError> {
    let (server, project) = (job.get("CI_SERVER_URL")?, job.get("CI_PROJECT_URL")?);
    let version = job.get("CI_RUNNER_VERSION")?;
    let mut metadata = Map::new();
    metadata.insert("invocationId".to_owned(), job.get("CI_JOB_URL")?.into());
    metadata.extend(job.some_of(&[("startedOn", "CI_JOB_STARTED_AT")]));
    let mut external = job.some_of(&[
        ("configPath", "CI_CONFIG_PATH"),
        ("ref", "CI_COMMIT_REF_NAME"),
        ("pipelineSource", "CI_PIPELINE_SOURCE"),
    ]);
    external.insert("source".to_owned(), project.into());
    external.insert("entryPoint".to_owned(), job.get("CI_JOB_NAME")?.into());
    let internal = job.some_of(&[
        ("architecture", "CI_RUNNER_EXECUTABLE_ARCH"),
        ("job", "CI_JOB_ID"),
        ("pipeline", "CI_PIPELINE_ID"),
        ("project", "CI_PROJECT_ID"),
        ("runner", "CI_RUNNER_ID"),
    ]);
    Ok(json!({
        "buildDefinition": {
            "buildType": format!(
                "https://gitlab.com/gitlab-org/gitlab-runner/-/blob/{version}/PROVENANCE.md"
            ),
            "externalParameters": external,
            "internalParameters": internal,
            "resolvedDependencies": [{
                "uri": format!("git+{project}"),
                "digest": { "gitCommit": job.get("CI_COMMIT_SHA")? },
            }],
        },
        "runDetails": {
            "builder": {
                "id": format!("{server}/-/runners/{}", job.get("CI_RUNNER_ID")?),
                "version": { "gitlab-runner": version },
            },
            "metadata": metadata,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn workflow() -> BTreeMap<String, String> {
        variables(&[
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "o/r"),
            ("GITHUB_WORKFLOW_REF", "o/r/.github/workflows/a.yml@refs/heads/main"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_SHA", "0123"),
            ("GITHUB_RUN_ID", "7"),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_EVENT_NAME", "push"),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "hidden"),
        ])
    }

    #[test]
    fn a_workflow_of_github() {
        let made = provenance(&workflow()).unwrap();
        let expected = json!({
            "buildDefinition": {
                "buildType": GITHUB_BUILD_TYPE,
                "externalParameters": { "workflow": {
                    "ref": "refs/heads/main",
                    "repository": "https://github.com/o/r",
                    "path": ".github/workflows/a.yml",
                }},
                "internalParameters": { "github": { "event_name": "push" } },
                "resolvedDependencies": [{
                    "uri": "git+https://github.com/o/r@refs/heads/main",
                    "digest": { "gitCommit": "0123" },
                }],
            },
            "runDetails": {
                "builder": {
                    "id": "https://github.com/o/r/.github/workflows/a.yml@refs/heads/main",
                },
                "metadata": { "invocationId": "https://github.com/o/r/actions/runs/7/attempts/1" },
            },
        });
        assert_eq!(made, expected);
    }

    #[test]
    fn a_job_of_gitlab() {
        let mut job = variables(&[
            ("GITLAB_CI", "true"),
            ("CI_SERVER_URL", "https://gitlab.com"),
            ("CI_PROJECT_URL", "https://gitlab.com/o/r"),
            ("CI_RUNNER_VERSION", "17.0.0"),
            ("CI_RUNNER_ID", "5"),
            ("CI_JOB_NAME", "build"),
            ("CI_JOB_URL", "https://gitlab.com/o/r/-/jobs/9"),
            ("CI_COMMIT_SHA", "0123"),
            ("CI_JOB_TOKEN", "hidden"),
        ]);
        let made = provenance(&job).unwrap();
        assert_eq!(made["runDetails"]["builder"]["id"], "https://gitlab.com/-/runners/5");
        let external = &made["buildDefinition"]["externalParameters"];
        assert_eq!(external["entryPoint"], "build");
        assert!(!made.to_string().contains("hidden"));
        job.remove("CI_COMMIT_SHA");
        let missing = CiError::Missing { name: "CI_COMMIT_SHA", system: GITLAB };
        assert_eq!(provenance(&job), Err(missing));
    }

    #[test]
    fn what_is_missing_or_malformed_is_named() {
        assert_eq!(provenance(&BTreeMap::new()), Err(CiError::Unknown));
        let mut job = workflow();
        job.insert("GITHUB_WORKFLOW_REF".into(), "o/r".into());
        let malformed = CiError::Malformed { name: "GITHUB_WORKFLOW_REF", system: GITHUB };
        assert_eq!(provenance(&job), Err(malformed));
        job.insert("GITHUB_SHA".into(), String::new());
        job.insert("GITHUB_WORKFLOW_REF".into(), "o/r/f@x".into());
        let missing = CiError::Missing { name: "GITHUB_SHA", system: GITHUB };
        assert_eq!(provenance(&job), Err(missing));
    }
}
