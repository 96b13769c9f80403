//! The bounds of a scan by their names, for callers that read names and numbers from data.

use sealift_layers::Limits;

/// A bound of [`Limits`], by the name of its field.
#[derive(Clone, Copy, Debug)]
pub struct NamedLimit {
    name: &'static str,
    set: fn(&mut Limits, u64) -> bool,
}

macro_rules! named {
    ($($name:ident,)*) => {
        &[$(NamedLimit { name: stringify!($name), set: |limits, max| put(&mut limits.$name, max) },)*]
    };
}

impl NamedLimit {
    /// Every bound.
    pub const ALL: &[Self] = named![
        max_layer_bytes,
        max_kept_bytes,
        max_file_bytes,
        max_layer_entries,
        max_tree_entries,
        max_names_bytes,
        max_layers,
        max_path_bytes,
        max_inflate_ratio,
        max_archive_depth,
        max_archive_entries,
        max_archive_bytes,
        max_archive_ratio,
        max_link_hops,
        max_index_depth,
        max_indexes,
        max_index_manifests,
        max_searched_blobs,
        max_document_bytes,
        max_zstd_window_bytes,
    ];

    /// The name of the field.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Sets the bound. Returns false, and changes nothing, when the field cannot hold so large a
    /// number.
    #[must_use]
    pub fn set(&self, limits: &mut Limits, max: u64) -> bool {
        (self.set)(limits, max)
    }
}

fn put<T: TryFrom<u64>>(field: &mut T, max: u64) -> bool {
    T::try_from(max).map(|max| *field = max).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_has_its_name() {
        let mut limits = Limits::default();
        for (max, limit) in (1..).zip(NamedLimit::ALL) {
            assert!(limit.set(&mut limits, max));
        }
        let expected: Vec<String> = (1..)
            .zip(NamedLimit::ALL)
            .map(|(max, limit)| format!("{}: {max}", limit.name()))
            .collect();
        assert_eq!(format!("{limits:?}"), format!("Limits {{ {} }}", expected.join(", ")));
    }

    #[test]
    fn a_number_that_does_not_fit_is_not_taken() {
        let depth =
            NamedLimit::ALL.iter().find(|limit| limit.name() == "max_archive_depth").unwrap();
        let mut limits = Limits::default();
        assert!(!depth.set(&mut limits, u64::MAX));
        assert_eq!(limits, Limits::default());
    }
}
