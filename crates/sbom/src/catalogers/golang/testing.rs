//! Build information as the Go linker writes it, for tests.

use crate::catalogers::program::testing::{BASE, Machine};

const MARK: &[u8; 16] = b"0123456789abcdef";

/// Since Go 1.18: both strings behind the header.
pub(super) fn inline(toolchain: &str, modules: &str) -> Vec<u8> {
    let mut data = b"\xff Go buildinf:\x08\x02".to_vec();
    data.resize(32, 0);
    for text in [toolchain.as_bytes(), &framed(modules)] {
        let length = text.len();
        data.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        data.push(u8::try_from(length >> 7).expect("a test's list is short"));
        data.extend(text);
    }
    data
}

/// Before: pointers to string headers. Header at 0, string headers at 32 and 48, text behind.
pub(super) fn pointing(machine: Machine, toolchain: &str, modules: &str) -> Vec<u8> {
    let modules = framed(modules);
    let pointer_size = if machine.is_64 { 8 } else { 4 };
    let mut data = b"\xff Go buildinf:".to_vec();
    data.extend([pointer_size, u8::from(machine.is_big_endian)]);
    data.extend([machine.word(BASE + 32), machine.word(BASE + 48)].concat());
    data.resize(32, 0);
    let length = |text: &[u8]| u64::try_from(text.len()).expect("memory is 64 bits");
    let first = BASE + 64;
    data.extend([machine.word(first), machine.word(length(toolchain.as_bytes()))].concat());
    data.resize(48, 0);
    let second = first + length(toolchain.as_bytes());
    data.extend([machine.word(second), machine.word(length(&modules))].concat());
    data.resize(64, 0);
    data.extend(toolchain.as_bytes());
    data.extend(&modules);
    data
}

fn framed(modules: &str) -> Vec<u8> {
    match modules {
        "" => Vec::new(),
        list => [MARK, list.as_bytes(), MARK].concat(),
    }
}
