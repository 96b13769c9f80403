//! The build information that the Go linker leaves in a program, after `debug/buildinfo` of Go
//! 1.26 (the layout is described in its `readRawBuildInfo`).

use sealift_layers::Pieces;

use crate::catalogers::program::{Block, Program};

/// `buildInfoMagic`; its address is divisible by [`ALIGNMENT`].
const MAGIC: &[u8] = b"\xff Go buildinf:";
const ALIGNMENT: usize = 16;
const HEADER_BYTES: usize = 32;

/// The sections that hold nothing else, on ELF and Mach-O.
const SECTIONS: [&str; 2] = [".go.buildinfo", "__go_buildinfo"];

/// What the linker wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BuildInfo {
    /// `go1.21.0`, as `runtime.Version` gives it.
    pub(super) toolchain: String,
    /// The module list; empty for a program built without modules.
    pub(super) modules: String,
}

/// Why build information that is there cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BuildInfoError {
    /// Something points outside the program.
    #[error("its Go build information is cut")]
    Cut,
    /// Neither 4 nor 8 bytes.
    #[error("its Go build information has pointers of {0} bytes")]
    PointerSize(u8),
    /// The toolchain is always named.
    #[error("its Go build information names no toolchain")]
    Nameless,
}

/// Finds the build information of a program; none in what the Go linker did not make.
///
/// The section of its own is looked at first. A program without section headers (stripped, packed)
/// has it in a data segment; one whose headers are broken may still have it somewhere.
pub(super) fn find(pieces: Pieces<'_>) -> Result<Option<BuildInfo>, BuildInfoError> {
    let program = Program::parse(pieces);
    let blocks = match &program {
        Some(program) => match SECTIONS.iter().find_map(|name| program.section(name)) {
            Some(section) => vec![section],
            None => program.data(),
        },
        None => {
            let whole = pieces.whole().map(|bytes| Block { address: 0, bytes });
            whole.into_iter().collect()
        }
    };
    let mut outcome = Ok(None);
    for header in blocks.iter().flat_map(|block| headers(*block)) {
        match decode(header, program.as_ref()) {
            Ok(info) => return Ok(Some(info)),
            // The magic may also be a constant of a program that reads other programs.
            Err(error) => outcome = Err(error),
        }
    }
    outcome
}

/// Every place in a block where a header may begin, with what follows it.
fn headers(block: Block<'_>) -> impl Iterator<Item = &[u8]> {
    let past = usize::try_from(block.address % 16).unwrap_or_default();
    let aligned = block.bytes.get((ALIGNMENT - past) % ALIGNMENT..).unwrap_or_default();
    (0..aligned.len())
        .step_by(ALIGNMENT)
        .filter_map(|at| aligned.get(at..))
        .filter(|rest| rest.starts_with(MAGIC))
}

fn decode(header: &[u8], program: Option<&Program<'_>>) -> Result<BuildInfo, BuildInfoError> {
    const IS_INLINE: u8 = 2;
    let (head, rest) = header.split_at_checked(HEADER_BYTES).ok_or(BuildInfoError::Cut)?;
    let &[pointer_size, flags, ref pointers @ ..] =
        head.get(MAGIC.len()..).ok_or(BuildInfoError::Cut)?
    else {
        return Err(BuildInfoError::Cut);
    };
    let (toolchain, modules) = if flags & IS_INLINE != 0 {
        let (toolchain, rest) = counted(rest).ok_or(BuildInfoError::Cut)?;
        let (modules, _) = counted(rest).ok_or(BuildInfoError::Cut)?;
        (toolchain, modules)
    } else {
        let layout = Layout::new(pointer_size, flags)?;
        let program = program.ok_or(BuildInfoError::Cut)?;
        let (first, second) =
            pointers.split_at_checked(layout.pointer_size).ok_or(BuildInfoError::Cut)?;
        let toolchain = layout.string(program, first).ok_or(BuildInfoError::Cut)?;
        // A program built without modules has a null pointer here.
        (toolchain, layout.string(program, second).unwrap_or_default())
    };
    if toolchain.is_empty() {
        return Err(BuildInfoError::Nameless);
    }
    Ok(BuildInfo { toolchain: text(toolchain), modules: text(unframed(modules)) })
}

/// A string with its length in front, since Go 1.18: an unsigned varint of `encoding/binary`.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_u64;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        let shift = u32::try_from(index).ok()?.checked_mul(7)?;
        let part = u64::from(byte & 0x7f);
        length |= part.checked_shl(shift).filter(|moved| moved >> shift == part)?;
        if byte & 0x80 == 0 {
            return bytes.get(index + 1..)?.split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

/// How a program before Go 1.18 writes pointers.
#[derive(Clone, Copy)]
struct Layout {
    pointer_size: usize,
    is_big_endian: bool,
}

impl Layout {
    fn new(pointer_size: u8, flags: u8) -> Result<Self, BuildInfoError> {
        match pointer_size {
            4 | 8 => {
                Ok(Self { pointer_size: usize::from(pointer_size), is_big_endian: flags & 1 != 0 })
            }
            other => Err(BuildInfoError::PointerSize(other)),
        }
    }

    /// The bytes of the Go string to whose header `pointer` points: an address and a length.
    fn string<'d>(self, program: &Program<'d>, pointer: &[u8]) -> Option<&'d [u8]> {
        let header = program.at(self.number(pointer)?)?;
        let (address, length) = header.split_at_checked(self.pointer_size)?;
        let length = usize::try_from(self.number(length)?).ok()?;
        program.at(self.number(address)?)?.get(..length)
    }

    fn number(self, bytes: &[u8]) -> Option<u64> {
        let bytes = bytes.get(..self.pointer_size)?;
        let push = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(match self.is_big_endian {
            true => bytes.iter().fold(0, push),
            false => bytes.iter().rev().fold(0, push),
        })
    }
}

/// The module list lies between two marks of 16 bytes (`cmd/go/internal/modload`, `infoStart` and
/// `infoEnd`); without them there is none.
fn unframed(modules: &[u8]) -> &[u8] {
    const MARK_BYTES: usize = 16;
    let end = modules.len().saturating_sub(MARK_BYTES);
    let framed = modules.get(MARK_BYTES..end).filter(|list| list.ends_with(b"\n"));
    framed.unwrap_or_default()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{inline, pointing};
    use super::*;
    use crate::catalogers::program::testing::{Machine, X86_64};

    const LIST: &str = "path\tx\n";

    fn find(bytes: &[u8]) -> Result<Option<BuildInfo>, BuildInfoError> {
        super::find(bytes.into())
    }

    fn expected() -> Result<Option<BuildInfo>, BuildInfoError> {
        let (toolchain, modules) = ("go1.21.0".to_owned(), LIST.to_owned());
        Ok(Some(BuildInfo { toolchain, modules }))
    }

    #[test]
    fn reads_strings_in_line() {
        let data = inline("go1.21.0", LIST);
        for section in [Some(".go.buildinfo"), Some(".data"), None] {
            assert_eq!(find(&X86_64.elf(section, &data)), expected(), "{section:?}");
        }
    }

    #[test]
    fn follows_pointers_of_every_machine() {
        for (is_64, is_big_endian) in [(true, false), (true, true), (false, false), (false, true)] {
            let machine = Machine { is_64, is_big_endian };
            let data = pointing(machine, "go1.21.0", LIST);
            assert_eq!(find(&machine.elf(Some(".go.buildinfo"), &data)), expected());
        }
    }

    #[test]
    fn a_magic_out_of_line_is_a_constant() {
        let data = [&[0; 8][..], &inline("go1.21.0", LIST)].concat();
        assert_eq!(find(&X86_64.elf(None, &data)), Ok(None));
        let data = [MAGIC, &[0; 18], &inline("go1.21.0", LIST)].concat();
        assert_eq!(find(&X86_64.elf(None, &data)), expected());
    }

    #[test]
    fn a_program_with_broken_headers_still_tells() {
        let mut file = X86_64.elf(None, &inline("go1.21.0", LIST));
        file[32..40].fill(0xff);
        assert!(Program::parse(file.as_slice().into()).is_none());
        assert_eq!(find(&file), expected());
    }

    #[test]
    fn what_is_cut_is_an_error() {
        let data = inline("go1.21.0", LIST);
        let cut = &data[..data.len() - 1];
        assert_eq!(find(&X86_64.elf(Some(".go.buildinfo"), cut)), Err(BuildInfoError::Cut));
        let mut odd = pointing(X86_64, "go1.21.0", LIST);
        odd[MAGIC.len()] = 3;
        assert_eq!(find(&X86_64.elf(None, &odd)), Err(BuildInfoError::PointerSize(3)));
        let nameless = inline("", LIST);
        assert_eq!(find(&X86_64.elf(None, &nameless)), Err(BuildInfoError::Nameless));
    }

    #[test]
    fn a_length_without_end_is_none() {
        assert_eq!(counted(&[0xff; 12]), None);
        assert_eq!(counted(&[0x81, 0x80, 0, 9]).map(|(text, _)| text), Some(&[9][..]));
    }

    proptest! {
        #[test]
        fn damaged_programs_never_panic(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            is_inline in any::<bool>(),
        ) {
            let data = if is_inline {
                inline("go1.21.0", LIST)
            } else {
                pointing(X86_64, "go1.21.0", LIST)
            };
            let mut file = X86_64.elf(Some(".go.buildinfo"), &data);
            for (place, value) in damage {
                let at = place.index(file.len());
                file[at] = value;
            }
            drop(find(&file));
        }
    }
}
