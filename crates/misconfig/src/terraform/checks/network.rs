//! Networks and ports, as the checks of every provider ask for them.

use crate::terraform::model::Field;

/// Whether a network is all of the internet.
pub(super) fn is_anywhere(cidr: &str) -> bool {
    matches!(cidr.trim(), "0.0.0.0/0" | "::/0" | "0000:0000:0000:0000:0000:0000:0000:0000/0" | "*")
}

/// A range of ports, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ports {
    from: f64,
    to: f64,
}

impl Ports {
    /// Between two attributes; none where one is not written or not known. -1 is all ports.
    pub(super) fn between(from: Field<'_>, to: Field<'_>) -> Option<Self> {
        let (from, to) = (from.value()?.to_number()?, to.value()?.to_number()?);
        Some(if from < 0.0 { Self { from: 0.0, to: 65535.0 } } else { Self { from, to } })
    }

    /// Whether a port is in the range.
    pub(super) fn has(self, port: u16) -> bool {
        (self.from..=self.to).contains(&f64::from(port))
    }
}
