//! A certificate around what a target makes up.

/// Tag, length and value.
pub fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).expect("a short input").to_be_bytes();
    let mut der = vec![tag];
    match length {
        [0, 0, 0, short @ 0..0x80] => der.push(short),
        [0, 0, 0, long] => der.extend([0x81, long]),
        [0, 0, long @ ..] => {
            der.push(0x82);
            der.extend(long);
        }
        long => {
            der.push(0x84);
            der.extend(long);
        }
    }
    der.extend_from_slice(value);
    der
}

/// An extension by the contents of its object identifier; not critical.
pub fn extension(oid: &[u8], value: &[u8]) -> Vec<u8> {
    tlv(0x30, &[tlv(0x06, oid), tlv(0x04, value)].concat())
}

/// A certificate with these extensions; nobody signed it.
pub fn certificate(extensions: &[u8]) -> Vec<u8> {
    /// ecdsa-with-SHA256.
    const ALGORITHM: &[u8] = b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02";
    /// A public key for P-256: its base point (SP 800-186 3.2.1.3).
    const KEY: &[u8] = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\
        \xce\x3d\x03\x01\x07\x03\x42\x00\x04\
        \x6b\x17\xd1\xf2\xe1\x2c\x42\x47\xf8\xbc\xe6\xe5\x63\xa4\x40\xf2\
        \x77\x03\x7d\x81\x2d\xeb\x33\xa0\xf4\xa1\x39\x45\xd8\x98\xc2\x96\
        \x4f\xe3\x42\xe2\xfe\x1a\x7f\x9b\x8e\xe7\xeb\x4a\x7c\x0f\x9e\x16\
        \x2b\xce\x33\x57\x6b\x31\x5e\xce\xcb\xb6\x40\x68\x37\xbf\x51\xf5";
    let name = tlv(0x30, &tlv(0x31, &tlv(0x30, b"\x06\x03\x55\x04\x03\x0c\x01a")));
    let validity = tlv(0x30, b"\x17\x0d250601120000Z\x17\x0d250601121000Z");
    let tbs = [
        b"\xa0\x03\x02\x01\x02\x02\x01\x01".to_vec(),
        ALGORITHM.to_vec(),
        name.clone(),
        validity,
        name,
        KEY.to_vec(),
        tlv(0xa3, &tlv(0x30, extensions)),
    ];
    tlv(0x30, &[tlv(0x30, &tbs.concat()), ALGORITHM.to_vec(), tlv(0x03, &[0])].concat())
}
