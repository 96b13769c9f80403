//! Archives that tests make.

/// A tar of files.
pub(crate) fn tar(files: &[(impl AsRef<str>, impl AsRef<[u8]>)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let content = content.as_ref();
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(content.len()).unwrap());
        header.set_mode(0o644);
        archive.append_data(&mut header, name.as_ref(), content).unwrap();
    }
    archive.into_inner().unwrap()
}
