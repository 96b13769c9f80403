//! Writers of SQLite databases and write-ahead logs for tests.

use crate::catalogers::rpm::bytes::Order;
use crate::catalogers::rpm::testing::size;

pub(in crate::catalogers::rpm) const PAGE_SIZE: usize = 512;

/// A database whose table `Packages` has a leaf for each of `leaves`, below one interior page.
/// Leaves begin at page 3, overflow pages follow in the order of the records.
pub(in crate::catalogers::rpm) fn database(leaves: &[&[(u8, Vec<u8>)]]) -> Vec<u8> {
    let mut pages = vec![first_page(), Vec::new()];
    let mut overflow_pages = Vec::new();
    let first_overflow = 3 + size(leaves.len());
    let numbers: Vec<u32> = (3..first_overflow).collect();
    pages[1] = interior(&numbers);
    for rows in leaves {
        let cells = rows.iter().map(|(rowid, header)| {
            let next = first_overflow + size(overflow_pages.len());
            row(*rowid, header, next, &mut overflow_pages)
        });
        pages.push(page(0, 13, &cells.collect::<Vec<_>>()));
    }
    pages.extend(overflow_pages);
    pages.concat()
}

/// Page 1: the database header, and a schema of one table that begins at page 2.
fn first_page() -> Vec<u8> {
    let schema = [&[6, 23, 29, 29, 1, 15][..], b"table", b"Packages", b"Packages", &[2], b"C"];
    let cell = [&[31 - 2, 1][..], &schema.concat()].concat();
    let mut first = page(100, 13, &[cell]);
    first[..16].copy_from_slice(super::MAGIC);
    first[16..18].copy_from_slice(&512_u16.to_be_bytes());
    first[59] = 1;
    first
}

fn interior(children: &[u32]) -> Vec<u8> {
    let (last, others) = children.split_last().expect("a leaf at least");
    let cells = others.iter().map(|child| [&child.to_be_bytes()[..], &[0]].concat());
    let mut page = page(0, 5, &cells.collect::<Vec<_>>());
    page[8..12].copy_from_slice(&last.to_be_bytes());
    page
}

/// A page of cells, with `start` bytes free at its beginning.
fn page(start: usize, kind: u8, cells: &[Vec<u8>]) -> Vec<u8> {
    let mut page = vec![0; PAGE_SIZE];
    page[start] = kind;
    page[start + 3..start + 5].copy_from_slice(&short(cells.len()));
    let places = start + if kind == 5 { 12 } else { 8 };
    let mut end = PAGE_SIZE;
    for (index, cell) in cells.iter().enumerate() {
        end -= cell.len();
        page[end..end + cell.len()].copy_from_slice(cell);
        let place = places + 2 * index;
        page[place..place + 2].copy_from_slice(&short(end));
    }
    page
}

/// The cell of a row; what does not fit goes to overflow pages from number `next` on.
fn row(rowid: u8, header: &[u8], next: u32, overflow_pages: &mut Vec<Vec<u8>>) -> Vec<u8> {
    let blob_type = varint(2 * header.len() + 12);
    let types = [&[u8::try_from(2 + blob_type.len()).expect("short"), 0][..], &blob_type].concat();
    let record = [&types[..], header].concat();
    let local = match record.len() {
        length @ ..=477 => length,
        // M and K of the format's section 1.6, for 512 bytes of which none are reserved.
        length => match 39 + (length - 39) % 508 {
            wanted @ ..=477 => wanted,
            _ => 39,
        },
    };
    let (here, there) = record.split_at(local);
    let mut cell = [&varint(record.len())[..], &[rowid], here].concat();
    if !there.is_empty() {
        cell.extend(next.to_be_bytes());
        let parts: Vec<_> = there.chunks(PAGE_SIZE - 4).collect();
        for (number, part) in (next + 1..).zip(&parts) {
            let is_last = number == next + size(parts.len());
            let mut page = if is_last { 0 } else { number }.to_be_bytes().to_vec();
            page.extend(*part);
            page.resize(PAGE_SIZE, 0);
            overflow_pages.push(page);
        }
    }
    cell
}

fn varint(number: usize) -> Vec<u8> {
    let number = u16::try_from(number).expect("a test's records are small");
    let [high, low] = (number << 1).to_be_bytes();
    match number {
        ..128 => vec![low >> 1],
        _ => vec![0x80 | high, low >> 1],
    }
}

fn short(number: usize) -> [u8; 2] {
    u16::try_from(number).expect("a page is small").to_be_bytes()
}

/// A write-ahead log in the making.
#[derive(Debug)]
pub(in crate::catalogers::rpm) struct LogWriter {
    order: Order,
    sum: [u32; 2],
    pub(in crate::catalogers::rpm) bytes: Vec<u8>,
}

impl LogWriter {
    /// A log whose checksums have this byte order.
    pub(in crate::catalogers::rpm) fn new(order: Order) -> Self {
        let magic = 0x377f_0682 | u32::from(order == Order::Big);
        let numbers = [magic, 3_007_000, size(PAGE_SIZE), 0, 77, 78];
        let header = numbers.map(u32::to_be_bytes).concat();
        let mut log = Self { order, sum: [0, 0], bytes: Vec::new() };
        log.add(&header);
        log.bytes = [header, log.sum.map(u32::to_be_bytes).concat()].concat();
        log
    }

    /// Adds a frame with this page; `commit` is the number of pages after it, 0 for no commit.
    pub(in crate::catalogers::rpm) fn frame(
        mut self,
        page: u32,
        commit: u32,
        content: &[u8],
    ) -> Self {
        let numbers = [page, commit].map(u32::to_be_bytes).concat();
        self.add(&numbers);
        self.add(content);
        let salts_and_sum = [77, 78, self.sum[0], self.sum[1]].map(u32::to_be_bytes).concat();
        self.bytes.extend([&numbers[..], &salts_and_sum, content].concat());
        self
    }

    /// What turns `before` into `after`, committed.
    pub(in crate::catalogers::rpm) fn change(mut self, before: &[u8], after: &[u8]) -> Self {
        let pages = after.len() / PAGE_SIZE;
        for (index, page) in after.chunks(PAGE_SIZE).enumerate() {
            if before.get(index * PAGE_SIZE..(index + 1) * PAGE_SIZE) != Some(page) {
                self = self.frame(size(index + 1), 0, page);
            }
        }
        self.frame(1, size(pages), &after[..PAGE_SIZE])
    }

    fn add(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let word = |at| self.order.u32(word, at).expect("eight bytes");
            let (first, second) = (word(0), word(4));
            self.sum[0] = self.sum[0].wrapping_add(first).wrapping_add(self.sum[1]);
            self.sum[1] = self.sum[1].wrapping_add(second).wrapping_add(self.sum[0]);
        }
    }
}
