//! Addresses and networks (Kubernetes, ip and cidr).

use std::fmt;
use std::net::IpAddr;

use super::{Function, global, member, mismatch, opaque, text};
use crate::admission::cel::error::{Error, Result};
use crate::admission::cel::value::{Opaque, Value};

pub(super) static FUNCTIONS: &[Function] = &[
    global("isIP", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(address(text).is_ok())),
        _ => Err(mismatch("isIP", arguments)),
    }),
    global("ip", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Ip(address(text)?)),
        _ => Err(mismatch("ip", arguments)),
    }),
    global("ip.isCanonical", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(address(text)?.to_string() == **text)),
        _ => Err(mismatch("ip.isCanonical", arguments)),
    }),
    member("family", 1, |_, arguments| {
        of_ip("family", arguments, |ip| Value::Int(if ip.is_ipv4() { 4 } else { 6 }))
    }),
    member("isUnspecified", 1, |_, arguments| {
        of_ip("isUnspecified", arguments, |ip| Value::Bool(ip.is_unspecified()))
    }),
    member("isLoopback", 1, |_, arguments| {
        of_ip("isLoopback", arguments, |ip| Value::Bool(ip.is_loopback()))
    }),
    member("isLinkLocalMulticast", 1, |_, arguments| {
        of_ip("isLinkLocalMulticast", arguments, |ip| Value::Bool(is_local_multicast(ip)))
    }),
    member("isLinkLocalUnicast", 1, |_, arguments| {
        of_ip("isLinkLocalUnicast", arguments, |ip| Value::Bool(is_local_unicast(ip)))
    }),
    member("isGlobalUnicast", 1, |_, arguments| {
        of_ip("isGlobalUnicast", arguments, |ip| Value::Bool(is_global_unicast(ip)))
    }),
    global("isCIDR", 1, |_, arguments| match arguments {
        [Value::String(text)] => Ok(Value::Bool(Cidr::read(text).is_ok())),
        _ => Err(mismatch("isCIDR", arguments)),
    }),
    global("cidr", 1, |_, arguments| match arguments {
        [Value::String(text)] => opaque(Opaque::Cidr(Cidr::read(text)?)),
        _ => Err(mismatch("cidr", arguments)),
    }),
    member("containsIP", 2, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Cidr(cidr)), ip] => {
            let ip = match ip {
                Value::Opaque(Opaque::Ip(ip)) => *ip,
                other => address(text(other).ok_or_else(|| mismatch("containsIP", arguments))?)?,
            };
            Ok(Value::Bool(cidr.contains(ip)))
        }
        _ => Err(mismatch("containsIP", arguments)),
    }),
    member("containsCIDR", 2, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Cidr(cidr)), other] => {
            let other = match other {
                Value::Opaque(Opaque::Cidr(other)) => *other,
                other => {
                    Cidr::read(text(other).ok_or_else(|| mismatch("containsCIDR", arguments))?)?
                }
            };
            Ok(Value::Bool(cidr.length <= other.length && cidr.contains(other.address)))
        }
        _ => Err(mismatch("containsCIDR", arguments)),
    }),
    member("ip", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Cidr(cidr))] => opaque(Opaque::Ip(cidr.address)),
        _ => Err(mismatch("ip", arguments)),
    }),
    member("masked", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Cidr(cidr))] => opaque(Opaque::Cidr(cidr.masked())),
        _ => Err(mismatch("masked", arguments)),
    }),
    member("prefixLength", 1, |_, arguments| match arguments {
        [Value::Opaque(Opaque::Cidr(cidr))] => Ok(Value::Int(cidr.length.into())),
        _ => Err(mismatch("prefixLength", arguments)),
    }),
];

fn of_ip<'a>(
    name: &str,
    arguments: &[Value<'a>],
    say: fn(&IpAddr) -> Value<'a>,
) -> Result<Value<'a>> {
    match arguments {
        [Value::Opaque(Opaque::Ip(ip))] => Ok(say(ip)),
        _ => Err(mismatch(name, arguments)),
    }
}

/// Reads an address without a zone; IPv4 within IPv6 is refused, as in Kubernetes.
fn address(text: &str) -> Result<IpAddr> {
    let wrong = || Error::invalid(format!("{text:?} is no IP address"));
    let address: IpAddr = text.parse().map_err(|_| wrong())?;
    match address {
        IpAddr::V6(six) if six.to_ipv4_mapped().is_some() => Err(wrong()),
        other => Ok(other),
    }
}

fn is_local_multicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => matches!(ip.octets(), [224, 0, 0, _]),
        IpAddr::V6(ip) => ip.segments().first().is_some_and(|first| first & 0xff0f == 0xff02),
    }
}

fn is_local_unicast(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

fn is_global_unicast(ip: &IpAddr) -> bool {
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    !(broadcast
        || ip.is_unspecified()
        || ip.is_loopback()
        || ip.is_multicast()
        || is_local_unicast(ip))
}

/// An address with the length of its network's prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cidr {
    address: IpAddr,
    length: u8,
}

impl Cidr {
    fn read(text: &str) -> Result<Self> {
        let wrong = || Error::invalid(format!("{text:?} is no CIDR"));
        let (ip, length) = text.split_once('/').ok_or_else(wrong)?;
        let address = address(ip).map_err(|_| wrong())?;
        let plain = length.bytes().all(|byte| byte.is_ascii_digit())
            && (length == "0" || !length.starts_with('0'));
        let length: u8 = length.parse().ok().filter(|_| plain).ok_or_else(wrong)?;
        if u32::from(length) > bits(address).1 {
            return Err(wrong());
        }
        Ok(Self { address, length })
    }

    fn contains(self, ip: IpAddr) -> bool {
        let (own, width) = bits(self.address);
        let (other, other_width) = bits(ip);
        let shift = width - u32::from(self.length).min(width);
        width == other_width && own.checked_shr(shift) == other.checked_shr(shift)
    }

    fn masked(self) -> Self {
        let (own, width) = bits(self.address);
        let shift = width - u32::from(self.length).min(width);
        let network = own.checked_shr(shift).and_then(|own| own.checked_shl(shift)).unwrap_or(0);
        let address = match self.address {
            IpAddr::V4(_) => IpAddr::V4(u32::try_from(network).unwrap_or_default().into()),
            IpAddr::V6(_) => IpAddr::V6(network.into()),
        };
        Self { address, length: self.length }
    }
}

/// Returns the bits of an address, and their number.
fn bits(ip: IpAddr) -> (u128, u32) {
    match ip {
        IpAddr::V4(ip) => (u32::from(ip).into(), 32),
        IpAddr::V6(ip) => (ip.into(), 128),
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}
