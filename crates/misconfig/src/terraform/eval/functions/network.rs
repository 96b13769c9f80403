//! Address blocks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::{Reason, Value};
use super::{Function, text, whole};

pub(super) const TABLE: &[(&str, Function)] = &[
    ("cidrhost", cidrhost),
    ("cidrnetmask", cidrnetmask),
    ("cidrsubnet", cidrsubnet),
    ("cidrsubnets", cidrsubnets),
];

/// An address block: the address as a number, the bits of its prefix, and of the whole address.
#[derive(Clone, Copy)]
struct Block {
    address: u128,
    prefix: u32,
    bits: u32,
}

impl Block {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let prefix: u32 = prefix.parse().ok()?;
        let (address, bits) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let block = Self { address, prefix, bits };
        (prefix <= bits).then(|| Self { address: address & !block.host_mask(), ..block })
    }

    fn host_mask(self) -> u128 {
        match self.bits - self.prefix {
            0 => 0,
            host_bits => u128::MAX >> (128 - host_bits),
        }
    }

    fn show(self, address: u128) -> String {
        match u32::try_from(address) {
            Ok(short) if self.bits == 32 => Ipv4Addr::from(short).to_string(),
            _ => Ipv6Addr::from(address).to_string(),
        }
    }

    fn subnet(self, new_bits: u32, number: u128) -> Option<Self> {
        let prefix = self.prefix.checked_add(new_bits).filter(|prefix| *prefix <= self.bits)?;
        if new_bits < 128 && number >> new_bits != 0 {
            return None;
        }
        let offset = number.checked_shl(self.bits - prefix).unwrap_or(0);
        Some(Self { address: self.address | offset, prefix, bits: self.bits })
    }

    fn to_value(self) -> Value {
        Value::text(format!("{}/{}", self.show(self.address), self.prefix))
    }
}

fn block(arguments: &[Value]) -> Result<Block, &'static str> {
    Block::parse(&text(arguments, 0)?).ok_or("not an address block")
}

fn cidrhost(arguments: &[Value]) -> Result<Value, Reason> {
    let block = block(arguments)?;
    let number = whole(arguments, 1)?;
    let distance = u128::from(number.unsigned_abs());
    let mask = block.host_mask();
    let host = if number < 0 {
        (mask.checked_add(1)).and_then(|end| end.checked_sub(distance))
    } else {
        Some(distance)
    };
    match host.filter(|host| *host <= mask) {
        Some(host) => Ok(Value::text(block.show(block.address | host))),
        None => Err(Reason::Invalid("no such host in the block")),
    }
}

fn cidrnetmask(arguments: &[Value]) -> Result<Value, Reason> {
    let block = block(arguments)?;
    let all = if block.bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
    Ok(Value::text(block.show(all & !block.host_mask())))
}

fn cidrsubnet(arguments: &[Value]) -> Result<Value, Reason> {
    let new_bits = u32::try_from(whole(arguments, 1)?).map_err(|_| "not a number of bits")?;
    let number = u128::try_from(whole(arguments, 2)?).map_err(|_| "not a subnet's number")?;
    let subnet = block(arguments)?.subnet(new_bits, number);
    subnet.map(Block::to_value).ok_or(Reason::Invalid("no such subnet in the block"))
}

/// Subnets one after another, each of its own size.
fn cidrsubnets(arguments: &[Value]) -> Result<Value, Reason> {
    let block = block(arguments)?;
    let mut next = block.address;
    let mut subnets = Vec::new();
    for index in 1..arguments.len() {
        let new_bits =
            u32::try_from(whole(arguments, index)?).map_err(|_| "not a number of bits")?;
        let prefix = block.prefix.checked_add(new_bits).filter(|prefix| *prefix <= block.bits);
        let subnet = Block { prefix: prefix.ok_or("too many bits")?, ..block };
        let mask = subnet.host_mask();
        let start = next.checked_add(mask).ok_or("no room in the block")? & !mask;
        if start & !block.host_mask() != block.address {
            return Err(Reason::Invalid("no room in the block"));
        }
        subnets.push(Block { address: start, ..subnet }.to_value());
        next = start.saturating_add(mask).saturating_add(1);
    }
    Ok(Value::list(subnets))
}
