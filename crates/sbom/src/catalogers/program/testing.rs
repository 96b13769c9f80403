//! An ELF writer for tests: one loaded segment, and sections in it.

/// Which of the four kinds of ELF.
#[derive(Clone, Copy, Debug)]
pub(in crate::catalogers) struct Machine {
    pub(in crate::catalogers) is_64: bool,
    pub(in crate::catalogers) is_big_endian: bool,
}

pub(in crate::catalogers) const X86_64: Machine = Machine { is_64: true, is_big_endian: false };

/// Where the segment of [`Machine::elf`] is loaded.
pub(in crate::catalogers) const BASE: u64 = 0x40_0000;

impl Machine {
    /// A pointer-sized number.
    pub(in crate::catalogers) fn word(self, value: u64) -> Vec<u8> {
        if self.is_64 { self.order(value.to_le_bytes()) } else { self.half(value) }
    }

    fn half(self, value: u64) -> Vec<u8> {
        self.order(u32::try_from(value).expect("a test's numbers are small").to_le_bytes())
    }

    fn short(self, value: u64) -> Vec<u8> {
        self.order(u16::try_from(value).expect("a test's numbers are small").to_le_bytes())
    }

    fn order<const N: usize>(self, mut little_endian: [u8; N]) -> Vec<u8> {
        if self.is_big_endian {
            little_endian.reverse();
        }
        little_endian.to_vec()
    }

    /// An executable whose one writable segment holds `data`, loaded at [`BASE`], with a section
    /// of that name over all of it; without a name there are no section headers at all.
    pub(in crate::catalogers) fn elf(self, section: Option<&str>, data: &[u8]) -> Vec<u8> {
        let size = |data: &[u8]| u64::try_from(data.len()).expect("memory is 64 bits");
        let (header_size, segment_size, section_size) =
            if self.is_64 { (64, 56, 64) } else { (52, 32, 40) };
        let data_offset = 128;
        let mut names = b"\0".to_vec();
        names.extend(section.unwrap_or_default().as_bytes());
        names.extend(b"\0");
        let names_offset = data_offset + size(data);
        let sections_offset = (names_offset + size(&names)).next_multiple_of(8);
        let (first_section, sections) =
            if section.is_some() { (sections_offset, 3) } else { (0, 0) };

        let mut file = b"\x7fELF".to_vec();
        file.extend([1 + u8::from(self.is_64), 1 + u8::from(self.is_big_endian), 1]);
        file.resize(16, 0);
        file.extend([self.short(2), self.short(62), self.half(1)].concat());
        file.extend([self.word(BASE), self.word(header_size), self.word(first_section)].concat());
        file.extend(self.half(0));
        let counts = [header_size, segment_size, 1, section_size, sections, sections.min(2)];
        file.extend(counts.map(|count| self.short(count)).concat());

        // PT_LOAD, readable and writable.
        let place = [data_offset, BASE, BASE, size(data), size(data)].map(|it| self.word(it));
        file.extend(self.half(1));
        if self.is_64 {
            file.extend(self.half(6));
            file.extend(place.concat());
        } else {
            file.extend(place.concat());
            file.extend(self.half(6));
        }
        file.extend(self.word(16));

        file.resize(128, 0);
        file.extend(data);
        if section.is_some() {
            file.extend(&names);
            file.resize(usize::try_from(sections_offset).expect("memory is 64 bits"), 0);
            // SHT_NULL, SHT_PROGBITS, SHT_STRTAB.
            file.extend(self.section(0, 0, 0, 0, 0));
            file.extend(self.section(1, 1, BASE, data_offset, size(data)));
            file.extend(self.section(0, 3, 0, names_offset, size(&names)));
        }
        file
    }

    fn section(self, name: u64, kind: u64, address: u64, offset: u64, size: u64) -> Vec<u8> {
        let place = [0, address, offset, size].map(|it| self.word(it)).concat();
        let rest = [self.half(0), self.half(0), self.word(1), self.word(0)].concat();
        [self.half(name), self.half(kind), place, rest].concat()
    }
}
