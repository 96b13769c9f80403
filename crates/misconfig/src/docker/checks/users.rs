//! The user of a container.

use super::at;
use crate::Failure;
use crate::docker::Dockerfile;

/// `DS-0002`: the last `USER` of the file decides, in whichever stage.
pub(super) fn root(file: &Dockerfile) -> Vec<Failure> {
    let Some(last) = file.all("user").last() else {
        return vec![Failure::new("no USER is named, so the container runs as root", None)];
    };
    let user = last.values.first().map(String::as_str).unwrap_or_default();
    let (name, group) = user.split_once(':').unwrap_or((user, "-"));
    if ["root", "0"].contains(&name) && !group.is_empty() && !group.contains('\n') {
        return vec![at(last, "the last USER is root")];
    }
    Vec::new()
}
