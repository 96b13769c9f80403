//! Addresses and networks: whether they belong to the internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The networks that are no part of the internet, with the bits that name them: RFC 1918 3,
/// RFC 1122 3.2.1.3, RFC 3927 2.1.
const PRIVATE: [(Ipv4Addr, u32); 5] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
];

/// The same of IPv6: RFC 4193 3.1, RFC 4291 2.5.3 and 2.5.6.
const PRIVATE6: [(Ipv6Addr, u32); 3] = [
    (Ipv6Addr::LOCALHOST, 128),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10),
];

/// Whether an address, or some of a network, is of the internet. What is neither is not.
pub(super) fn is_public(text: &str) -> bool {
    let text = text.trim();
    if text == "*" {
        return true;
    }
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, bits.parse::<u32>().ok()),
        None => (text, Some(128)),
    };
    let Some(bits) = bits else { return false };
    match address.parse() {
        Ok(IpAddr::V4(address)) => !PRIVATE.iter().any(|(network, length)| {
            let same = (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length;
            same && bits >= *length
        }),
        Ok(IpAddr::V6(address)) => !PRIVATE6.iter().any(|(network, length)| {
            let same = (address.to_bits() ^ network.to_bits()).leading_zeros() >= *length;
            same && bits >= *length
        }),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_not_public() {
        for private in ["10.0.0.1", "10.128.0.0/9", "172.16.0.0/12", "192.168.1.0/24", "fd00::/8"] {
            assert!(!is_public(private), "{private}");
        }
    }

    #[test]
    fn what_holds_more_than_a_private_network_is_public() {
        for public in ["0.0.0.0", "0.0.0.0/0", "10.0.0.0/4", "172.32.0.0/16", "::/0", "*"] {
            assert!(is_public(public), "{public}");
        }
        assert!(!is_public("no address"));
    }
}
