//! ELF files, kept only in parts (System V ABI, 4.1 and 5.1).

use std::ops::Range;

use object::elf::{PF_W, PF_X, PT_LOAD};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, SectionTable};
use object::{Endianness, ReadRef};
use sealift_layers::Pieces;

use super::{Extent, Segment};

/// A page: what is held of a file keeps its alignment.
const PAGE_BYTES: u64 = 4 << 10;

/// Less is not worth leaving out.
const MIN_GAP_BYTES: u64 = 64 << 10;

/// The name in the note by which Go's tools know a program (`cmd/internal/buildid`).
const GO_NOTE: &[u8] = b"Go\0\0";

/// The loaded parts that are not data, if the rest suffices: sections that are not loaded and their
/// table lie outside. `None` if the first bytes do not show this.
///
/// Programs before Go 1.18 have pointers from their data into the rest, and those without a table
/// of sections may have been repacked, so these are needed whole.
pub(super) fn needless<H: FileHeader<Endian = Endianness>>(
    start: &[u8],
) -> Option<Vec<Range<u64>>> {
    let header = H::parse(start).ok()?;
    let endian = header.endian().ok()?;
    let is_go = memchr::memmem::find(start, GO_NOTE).is_some();
    if is_go || header.e_shoff(endian).into() == 0 || header.e_shnum(endian) < 2 {
        return None;
    }
    let segments = segments::<H>(header.program_headers(endian, start).ok()?, endian);
    let (data, mut rest): (Vec<_>, Vec<_>) = segments.partition(|segment| segment.is_data);
    rest.sort_by_key(|segment| segment.extent.offset);
    let mut gaps: Vec<Range<u64>> = Vec::new();
    for range in rest.iter().filter_map(|segment| range(segment.extent)) {
        let passed = gaps.last().map_or(0, |gap| gap.end);
        gaps.push(range.start.max(passed)..range.end.max(passed));
    }
    for range in data.iter().filter_map(|segment| range(segment.extent)) {
        let around = |gap: &Range<u64>| {
            let before = gap.start..gap.end.min(range.start);
            let behind = gap.start.max(range.end)..gap.end;
            [before, behind].into_iter().filter(|gap| !gap.is_empty())
        };
        gaps = gaps.iter().flat_map(around).collect();
    }
    let pages = gaps.into_iter().filter_map(|gap| {
        let start = gap.start.checked_next_multiple_of(PAGE_BYTES)?;
        let end = gap.end - gap.end % PAGE_BYTES;
        (end.checked_sub(start)? >= MIN_GAP_BYTES).then_some(start..end)
    });
    Some(pages.collect())
}

fn range(Extent { offset, size, .. }: Extent) -> Option<Range<u64>> {
    Some(offset..offset.checked_add(size)?)
}

/// The headers of an ELF file.
#[derive(Debug)]
pub(super) struct Elf<'d, H: FileHeader<Endian = Endianness>> {
    endian: Endianness,
    segments: &'d [H::ProgramHeader],
    sections: SectionTable<'d, H, Held<'d>>,
}

impl<'d, H: FileHeader<Endian = Endianness>> Elf<'d, H> {
    pub(super) fn parse(held: Held<'d>) -> object::read::Result<Self> {
        let header = H::parse(held)?;
        let endian = header.endian()?;
        let segments = header.program_headers(endian, held)?;
        Ok(Self { endian, segments, sections: header.sections(endian, held)? })
    }

    /// Whether there is any section besides the null section.
    pub(super) fn has_sections(&self) -> bool {
        self.sections.len() > 1
    }

    pub(super) fn section(&self, name: &str) -> Option<Extent> {
        let (_, section) = self.sections.section_by_name(self.endian, name.as_bytes())?;
        let (offset, size) = section.file_range(self.endian).unwrap_or_default();
        Some(Extent { address: section.sh_addr(self.endian).into(), offset, size })
    }

    pub(super) fn segments(&self) -> impl Iterator<Item = Segment> {
        segments::<H>(self.segments, self.endian)
    }
}

/// What is loaded.
fn segments<H: FileHeader<Endian = Endianness>>(
    headers: &[H::ProgramHeader],
    endian: Endianness,
) -> impl Iterator<Item = Segment> {
    let loaded = headers.iter().filter(move |header| header.p_type(endian) == PT_LOAD);
    loaded.map(move |header| {
        let (offset, size) = header.file_range(endian);
        let flags = header.p_flags(endian);
        Segment {
            extent: Extent { address: header.p_vaddr(endian).into(), offset, size },
            is_data: flags.contains(PF_W) && !flags.contains(PF_X),
        }
    })
}

/// A file of which parts may be missing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held<'d>(pub(super) Pieces<'d>);

impl<'d> ReadRef<'d> for Held<'d> {
    fn len(self) -> Result<u64, ()> {
        Ok(self.0.size())
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'d [u8], ()> {
        if size == 0 {
            return Ok(&[]);
        }
        self.0.get(offset..offset.checked_add(size).ok_or(())?).ok_or(())
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'d [u8], ()> {
        let bytes = self.0.get(range).ok_or(())?;
        let end = memchr::memchr(delimiter, bytes).ok_or(())?;
        bytes.get(..end).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Machine, X86_64};
    use super::super::{Program, needless};

    /// Header and data of [`file`] end at 300,128.
    const PAGES: std::ops::Range<u64> = 4_096..299_008;

    /// A file whose one segment is of that kind.
    fn file(machine: Machine, flags: u8, section: Option<&str>, start: &[u8]) -> Vec<u8> {
        let mut data = start.to_vec();
        data.resize(300_000, 7);
        let mut file = machine.elf(section, &data);
        let flags_at = match (machine.is_64, machine.is_big_endian) {
            (true, false) => 68,
            (true, true) => 71,
            (false, false) => 76,
            (false, true) => 79,
        };
        assert_eq!(file[flags_at], 6);
        file[flags_at] = flags;
        file
    }

    #[test]
    fn leaves_out_what_is_loaded_and_no_data() {
        for (is_64, is_big_endian) in [(true, false), (true, true), (false, false), (false, true)] {
            let machine = Machine { is_64, is_big_endian };
            for flags in [4, 5] {
                let program = file(machine, flags, Some(".text"), b"");
                assert_eq!(needless(&program[..4_096]), [PAGES]);
            }
        }
    }

    #[test]
    fn leaves_out_nothing_where_all_may_be_needed() {
        let none: [std::ops::Range<u64>; 0] = [];
        assert_eq!(needless(&file(X86_64, 6, Some(".data"), b"")), none);
        assert_eq!(needless(&file(X86_64, 4, None, b"")), none);
        assert_eq!(needless(&file(X86_64, 4, Some(".text"), b"\x04\0\0\0Go\0\0")), none);
        assert_eq!(needless(b"\x7fELF\x02"), none);
        assert_eq!(needless(b"MZ"), none);
    }

    #[test]
    fn finds_no_more_in_sections_than_the_file_has() {
        let mut elf = X86_64.elf(Some(".it"), b"0123456789");
        assert!(Program::parse(elf.as_slice().into()).is_some());
        let sections = elf.len() - 3 * 64;
        elf[sections + 64 + 32] = 0xff;
        elf[sections + 64 + 33] = 0xff;
        let program = Program::parse(elf.as_slice().into()).expect("its headers are there");
        assert!(program.section(".it").is_none());
    }
}
