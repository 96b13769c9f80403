//! Ports.

use super::{at, quote};
use crate::Failure;
use crate::docker::Dockerfile;

/// `DS-0004`.
pub(super) fn ssh_port(file: &Dockerfile) -> Vec<Failure> {
    let ssh = |port: &String| ["22", "22/tcp", "22/udp"].contains(&port.as_str());
    let exposed = file.all("expose").filter(|expose| expose.values.iter().any(ssh));
    exposed.map(|expose| at(expose, "port 22 is exposed")).collect()
}

/// `DS-0008`. Ranges and variables are not looked at.
pub(super) fn port_range(file: &Dockerfile) -> Vec<Failure> {
    let mut failures = Vec::new();
    for expose in file.all("expose") {
        for port in &expose.values {
            let number = port.split('/').next().unwrap_or_default();
            if number.parse::<f64>().is_ok_and(|number| number > 65_535.0) {
                failures.push(at(expose, format!("there is no port {}", quote(number))));
            }
        }
    }
    failures
}
