//! Networks and ports, for the checks of every provider.

use std::net::IpAddr;

use crate::terraform::model::Field;

/// Words by which some providers say all of the internet.
fn is_word_for_all(cidr: &str) -> bool {
    cidr == "*" || cidr.eq_ignore_ascii_case("internet") || cidr.eq_ignore_ascii_case("any")
}

/// Whether a network is all of the internet.
pub(super) fn is_anywhere(cidr: &str) -> bool {
    let all = ["0.0.0.0/0", "::/0", "0000:0000:0000:0000:0000:0000:0000:0000/0"];
    all.contains(&cidr) || is_word_for_all(cidr)
}

/// Whether a network, or a single address, is reached through the internet.
pub(super) fn is_public(cidr: &str) -> bool {
    if is_word_for_all(cidr) {
        return true;
    }
    let address = cidr.split_once('/').map_or(cidr, |(address, _)| address);
    match address.parse() {
        Ok(IpAddr::V4(address)) => {
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_multicast())
        }
        Ok(IpAddr::V6(address)) => {
            !(address.is_unique_local()
                || address.is_loopback()
                || address.is_unicast_link_local()
                || address.is_multicast())
        }
        Err(_) => false,
    }
}

/// The same of a network of more than one address.
pub(super) fn is_wide_and_public(cidr: &str) -> bool {
    is_public(cidr) && (is_word_for_all(cidr) || holds_many(cidr))
}

fn holds_many(cidr: &str) -> bool {
    let single = if cidr.contains(':') { "128" } else { "32" };
    cidr.split_once('/').is_some_and(|(_, prefix)| prefix != single)
}

/// A range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ports {
    from: f64,
    to: f64,
}

impl Ports {
    /// Between two attributes; none where one is not written or not known.
    pub(super) fn between(from: Field<'_>, to: Field<'_>) -> Option<Self> {
        Some(Self { from: from.value()?.to_number()?, to: to.value()?.to_number()? })
    }

    /// Whether a port is in the range.
    pub(super) fn has(self, port: u16) -> bool {
        (self.from..=self.to).contains(&f64::from(port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_told_apart() {
        assert!(is_anywhere("0.0.0.0/0") && is_anywhere("Internet") && !is_anywhere("1.0.0.0/8"));
        assert!(is_public("8.8.8.8") && is_public("2001:db8::/32") && is_public("0.0.0.0/0"));
        assert!(!is_public("10.0.0.0/8") && !is_public("fc00::/7") && !is_public("vpc"));
        assert!(is_wide_and_public("1.2.3.0/24") && !is_wide_and_public("1.2.3.4/32"));
    }
}
