//! Reads numbers at positions in bytes; none if the position is out of bounds.

/// The byte order of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    /// The 16-bit number at `at`.
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let number = array(bytes, at)?;
        Some(match self {
            Self::Little => u16::from_le_bytes(number),
            Self::Big => u16::from_be_bytes(number),
        })
    }

    /// The 32-bit number at `at`.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let number = array(bytes, at)?;
        Some(match self {
            Self::Little => u32::from_le_bytes(number),
            Self::Big => u32::from_be_bytes(number),
        })
    }

    /// The 32-bit number at `at` as a count or place in memory.
    pub(super) fn size(self, bytes: &[u8], at: usize) -> Option<usize> {
        usize::try_from(self.u32(bytes, at)?).ok()
    }
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// `length` bytes at `at`.
pub(super) fn slice(bytes: &[u8], at: usize, length: usize) -> Option<&[u8]> {
    bytes.get(at..)?.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_none() {
        let bytes = [1, 2, 3, 4, 5];
        assert_eq!(Order::Little.u16(&bytes, 3), Some(0x0504));
        assert_eq!(Order::Big.u32(&bytes, 1), Some(0x0203_0405));
        assert_eq!(Order::Big.size(&bytes, 0), Some(0x0102_0304));
        for at in [2, 5, usize::MAX] {
            assert_eq!(Order::Big.u32(&bytes, at), None);
        }
        assert_eq!(slice(&bytes, 4, 1), Some(&[5][..]));
        assert_eq!((slice(&bytes, 4, 2), slice(&bytes, 1, usize::MAX)), (None, None));
    }
}
