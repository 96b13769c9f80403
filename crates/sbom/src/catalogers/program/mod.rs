//! The common part of the readers of compiled programs: ELF, PE and Mach-O files as addresses and
//! bytes.

mod elf;
#[cfg(test)]
pub(super) mod testing;

use std::ops::Range;

use object::Endianness;
use object::elf::{FileHeader32, FileHeader64};
use object::read::{File, Object, ObjectSection, ObjectSegment};
use sealift_layers::Pieces;

use elf::{Elf, Held};

/// How often segments may cover a file, all together.
const MAX_OVERLAP: u64 = 2;

/// Whether a file begins like a program or shared library that can be loaded. Permission bits do
/// not count: libraries have none, and copies into images lose them.
pub(super) fn is_program(head: &[u8]) -> bool {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => is_loadable_elf(head),
        [b'M', b'Z', ..] => true,
        // MH_MAGIC and MH_MAGIC_64 in both byte orders (mach-o/loader.h). Universal files, which
        // begin like Java classes, are not read.
        [0xfe, 0xed, 0xfa, 0xce | 0xcf, ..] | [0xce | 0xcf, 0xfa, 0xed, 0xfe, ..] => true,
        _ => false,
    }
}

/// `e_type` is ET_EXEC or ET_DYN (System V ABI, 4.1, "ELF Header"); object files and kernel modules
/// are neither. The byte order is in `EI_DATA`.
fn is_loadable_elf(head: &[u8]) -> bool {
    let kind = head.get(16..18).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
    let kind = kind.map(|bytes| match head.get(5) {
        Some(2) => u16::from_be_bytes(bytes),
        _ => u16::from_le_bytes(bytes),
    });
    matches!(kind, Some(2 | 3))
}

/// The parts of a program that are not needed, by its first bytes: for ELF files, loaded parts that
/// are not data.
pub(super) fn needless(start: &[u8]) -> Vec<Range<u64>> {
    let ranges = match start {
        [0x7f, b'E', b'L', b'F', 1, ..] => elf::needless::<FileHeader32<Endianness>>(start),
        [0x7f, b'E', b'L', b'F', 2, ..] => elf::needless::<FileHeader64<Endianness>>(start),
        _ => None,
    };
    ranges.unwrap_or_default()
}

/// A program whose headers could be read.
#[derive(Debug)]
pub(super) struct Program<'d> {
    held: Held<'d>,
    form: Form<'d>,
}

#[derive(Debug)]
enum Form<'d> {
    Elf32(Elf<'d, FileHeader32<Endianness>>),
    Elf64(Elf<'d, FileHeader64<Endianness>>),
    /// PE and Mach-O, which are held whole.
    Other(Box<File<'d>>),
}

/// Bytes with the address at which they are loaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'d> {
    pub(super) address: u64,
    pub(super) bytes: &'d [u8],
}

/// Where a part of a program lies in its file, and the address at which it is loaded.
#[derive(Clone, Copy, Debug)]
struct Extent {
    address: u64,
    offset: u64,
    size: u64,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    extent: Extent,
    /// Written to and not run: where variables are.
    is_data: bool,
}

impl<'d> Program<'d> {
    /// Reads the headers; none where they are broken.
    pub(super) fn parse(pieces: Pieces<'d>) -> Option<Self> {
        let held = Held(pieces);
        let form = match pieces.get(0..5) {
            Some([0x7f, b'E', b'L', b'F', 1]) => Form::Elf32(Elf::parse(held).ok()?),
            Some([0x7f, b'E', b'L', b'F', 2]) => Form::Elf64(Elf::parse(held).ok()?),
            _ => Form::Other(Box::new(File::parse(pieces.whole()?).ok()?)),
        };
        Some(Self { held, form })
    }

    /// The section of that name.
    pub(super) fn section(&self, name: &str) -> Option<Block<'d>> {
        match &self.form {
            Form::Elf32(elf) => self.block(elf.section(name)?),
            Form::Elf64(elf) => self.block(elf.section(name)?),
            Form::Other(file) => {
                let section = file.section_by_name_bytes(name.as_bytes())?;
                Some(Block { address: section.address(), bytes: section.data().ok()? })
            }
        }
    }

    /// Where variables are: the writable segments. A program without section headers may have been
    /// changed by a packer, so there every segment counts, writable ones first.
    pub(super) fn data(&self) -> Vec<Block<'d>> {
        let has_sections = match &self.form {
            Form::Elf32(elf) => elf.has_sections(),
            Form::Elf64(elf) => elf.has_sections(),
            Form::Other(file) => file.sections().next().is_some(),
        };
        let (mut data, rest): (Vec<_>, Vec<_>) =
            self.segments().into_iter().partition(|segment| segment.is_data);
        if !has_sections {
            data.extend(rest);
        }
        // Segments of real programs lie beside each other. Thousands over the same bytes would have
        // those searched as often.
        let mut left = self.held.0.size().saturating_mul(MAX_OVERLAP);
        let mut fits = |extent: &Extent| {
            let rest = left.checked_sub(extent.size);
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        let extents = data.into_iter().map(|segment| segment.extent);
        extents.filter(|extent| fits(extent)).filter_map(|extent| self.block(extent)).collect()
    }

    /// Bytes from an address on, to the end of the segment that holds it.
    pub(super) fn at(&self, address: u64) -> Option<&'d [u8]> {
        self.segments().into_iter().find_map(|Segment { extent, .. }| {
            let past = address.checked_sub(extent.address)?;
            let size = extent.size.checked_sub(past).filter(|size| *size > 0)?;
            let rest = Extent { address, offset: extent.offset.checked_add(past)?, size };
            self.block(rest).map(|block| block.bytes)
        })
    }

    fn segments(&self) -> Vec<Segment> {
        match &self.form {
            Form::Elf32(elf) => elf.segments().collect(),
            Form::Elf64(elf) => elf.segments().collect(),
            Form::Other(file) => file.segments().map(|segment| other_segment(&segment)).collect(),
        }
    }

    fn block(&self, Extent { address, offset, size }: Extent) -> Option<Block<'d>> {
        let bytes = self.held.0.get(offset..offset.checked_add(size)?)?;
        Some(Block { address, bytes })
    }
}

fn other_segment<'d>(segment: &impl ObjectSegment<'d>) -> Segment {
    let permissions = segment.permissions();
    let (offset, size) = segment.file_range();
    Segment {
        extent: Extent { address: segment.address(), offset, size },
        is_data: permissions.writable() && !permissions.executable(),
    }
}

#[cfg(test)]
mod tests {
    use super::testing::{BASE, X86_64};
    use super::*;

    #[test]
    fn knows_programs_by_their_first_bytes() {
        let elf = X86_64.elf(None, b"");
        assert!(is_program(&elf));
        let mut relocatable = elf.clone();
        relocatable[16] = 1;
        assert!(!is_program(&relocatable));
        assert!(is_program(b"MZ\x90") && is_program(b"\xcf\xfa\xed\xfe"));
        assert!(!is_program(b"\x7fELF") && !is_program(b"\xca\xfe\xba\xbe") && !is_program(b""));
    }

    #[test]
    fn finds_sections_and_addresses() {
        let elf = X86_64.elf(Some(".it"), b"0123456789");
        let program = Program::parse(elf.as_slice().into()).expect("well-formed");
        let section = program.section(".it").expect("it is there");
        assert_eq!((section.address, section.bytes), (BASE, &b"0123456789"[..]));
        assert!(program.section(".other").is_none());
        assert_eq!(program.at(BASE + 8), Some(&b"89"[..]));
        assert_eq!((program.at(BASE + 10), program.at(BASE - 1)), (None, None));
        assert_eq!(program.data().len(), 1);
    }

    #[test]
    fn segments_that_cover_each_other_are_searched_twice_at_most() {
        let mut elf = X86_64.elf(None, &[0; 1000 * 56]);
        let header = elf[64..120].to_vec();
        elf[128..128 + 1000 * 56].copy_from_slice(&header.repeat(1000));
        // e_phoff and e_phnum.
        elf[32..40].copy_from_slice(&128_u64.to_le_bytes());
        elf[56..58].copy_from_slice(&1000_u16.to_le_bytes());
        let program = Program::parse(elf.as_slice().into()).expect("its headers are there");
        assert_eq!((program.segments().len(), program.data().len()), (1000, 2));
    }
}
