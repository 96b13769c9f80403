//! What the readers of compiled programs share: ELF, PE and Mach-O files as addresses and bytes.

#[cfg(test)]
pub(super) mod testing;

use object::read::{File, Object, ObjectSection, ObjectSegment};

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
/// are neither. The byte order stands in `EI_DATA`.
fn is_loadable_elf(head: &[u8]) -> bool {
    let kind = head.get(16..18).and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
    let kind = kind.map(|bytes| match head.get(5) {
        Some(2) => u16::from_be_bytes(bytes),
        _ => u16::from_le_bytes(bytes),
    });
    matches!(kind, Some(2 | 3))
}

/// A program whose headers could be read.
#[derive(Debug)]
pub(super) struct Program<'d> {
    file: File<'d>,
}

/// Bytes with the address at which they are loaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'d> {
    pub(super) address: u64,
    pub(super) bytes: &'d [u8],
}

impl<'d> Program<'d> {
    /// Reads the headers.
    pub(super) fn parse(bytes: &'d [u8]) -> Result<Self, object::Error> {
        File::parse(bytes).map(|file| Self { file })
    }

    /// The section of that name.
    pub(super) fn section(&self, name: &str) -> Option<Block<'d>> {
        let section = self.file.section_by_name_bytes(name.as_bytes())?;
        Some(Block { address: section.address(), bytes: section.data().ok()? })
    }

    /// Where variables are: the writable segments. A program without section headers may have been
    /// made over by a packer, so there every segment counts, writable ones first.
    pub(super) fn data(&self) -> Vec<Block<'d>> {
        let has_sections = self.file.sections().next().is_some();
        let segments = self.file.segments().filter_map(|segment| {
            let permissions = segment.permissions();
            let is_data = permissions.writable() && !permissions.executable();
            let block = Block { address: segment.address(), bytes: segment.data().ok()? };
            (is_data || !has_sections).then_some((is_data, block))
        });
        let (mut data, rest): (Vec<_>, Vec<_>) = segments.partition(|(is_data, _)| *is_data);
        data.extend(rest);
        data.into_iter().map(|(_, block)| block).collect()
    }

    /// Bytes from an address on, to the end of the segment that holds it.
    pub(super) fn at(&self, address: u64) -> Option<&'d [u8]> {
        self.file.segments().find_map(|segment| {
            let offset = usize::try_from(address.checked_sub(segment.address())?).ok()?;
            segment.data().ok()?.get(offset..).filter(|bytes| !bytes.is_empty())
        })
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
        let program = Program::parse(&elf).expect("well-formed");
        let section = program.section(".it").expect("it is there");
        assert_eq!((section.address, section.bytes), (BASE, &b"0123456789"[..]));
        assert!(program.section(".other").is_none());
        assert_eq!(program.at(BASE + 8), Some(&b"89"[..]));
        assert_eq!((program.at(BASE + 10), program.at(BASE - 1)), (None, None));
        assert_eq!(program.data().len(), 1);
    }
}
