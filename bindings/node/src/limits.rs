//! Bounds, by the names that they have in the library.

use sealift::Limits;
use serde::Deserialize;

/// Declares the bounds that JavaScript may set: one name each, here as in the library.
macro_rules! limits {
    ($($name:ident: $number:ty),* $(,)?) => {
        /// Bounds that differ from the defaults.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields, default)]
        pub(crate) struct GivenLimits {
            $($name: Option<$number>,)*
        }

        impl GivenLimits {
            /// Sets what is given.
            pub(crate) fn set(&self, limits: &mut Limits) {
                $(if let Some(given) = self.$name {
                    limits.$name = given;
                })*
            }
        }
    };
}

limits! {
    max_layer_bytes: u64,
    max_kept_bytes: u64,
    max_file_bytes: u64,
    max_layer_entries: u64,
    max_tree_entries: u64,
    max_names_bytes: u64,
    max_layers: usize,
    max_path_bytes: usize,
    max_inflate_ratio: u64,
    max_archive_depth: u32,
    max_archive_entries: u64,
    max_archive_bytes: u64,
    max_archive_ratio: u64,
    max_link_hops: u32,
    max_index_depth: usize,
    max_indexes: usize,
    max_index_manifests: usize,
    max_searched_blobs: usize,
    max_document_bytes: u64,
    max_zstd_window_bytes: u64,
}
