//! Limits on the cost of reading one image.

/// Limits on the cost of reading one image or tree. All are finite; exceeding one is an error or a
/// diagnostic that names the limit and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of one layer after decompression. Default: 64 GiB, above the largest images in use
    /// (CUDA and model images reach 20 GiB a layer).
    pub max_layer_bytes: u64,
    /// Bytes of file content kept at once by all threads; a thread waits until enough are free.
    /// Default: 1 GiB.
    pub max_kept_bytes: u64,
    /// Bytes of one file that is read whole, and of the content unpacked from it at one time
    /// (nested archives). Default: 1 GiB; the largest Go programs and fat jars are smaller.
    pub max_file_bytes: u64,
    /// Entries of one layer. Default: 5 million; large images have half a million files.
    pub max_layer_entries: u64,
    /// Entries merged over all layers, implied directories included. Default: 10 million.
    pub max_tree_entries: u64,
    /// Bytes of names and link targets kept for all layers together; each name is stored without
    /// the prefix that it shares with the previous one. Default: 1 GiB; an image of half a million
    /// files needs 20 MiB.
    pub max_names_bytes: u64,
    /// Layers of one image. Default: 1,000; engines stop at 127.
    pub max_layers: usize,
    /// Bytes of one path. Default: 4,096, `PATH_MAX` of Linux.
    pub max_path_bytes: usize,
    /// Decompressed bytes for each compressed byte, counted once a layer is beyond 100 MiB.
    /// Default: 1,100; deflate cannot exceed 1,032.
    pub max_inflate_ratio: u64,
    /// Nesting of archives, including the outermost one. Default: 16; an ear with a war with a fat
    /// jar with jars has 4 levels, and test data of other scanners goes to 10.
    pub max_archive_depth: u32,
    /// Entries of one archive, including those of nested archives. Default: 1 million.
    pub max_archive_entries: u64,
    /// Bytes unpacked from one archive in total, including nested archives. Default: 4 GiB, four
    /// times the limit at one time.
    pub max_archive_bytes: u64,
    /// Bytes unpacked from one archive for each of its own bytes, checked beyond 1 MiB. Default:
    /// 100; metadata and nested archives compress to a tenth at best.
    pub max_archive_ratio: u64,
    /// Symbolic links followed for one path. Default: 40, `MAXSYMLINKS` of Linux.
    pub max_link_hops: u32,
    /// Nesting of indexes. Default: 8; real ones have one or two levels.
    pub max_index_depth: usize,
    /// Indexes read to find one image. Default: 1,000.
    pub max_indexes: usize,
    /// Manifests of one index, including nested indexes, that are read to check all content.
    /// Default: 10,000.
    pub max_index_manifests: usize,
    /// Blobs that are searched for manifests outside of any index, in layouts of `cosign save`.
    /// Default: 100,000.
    pub max_searched_blobs: usize,
    /// Bytes of a manifest, index, config or other document. Default: 16 MiB; the registry limit
    /// for manifests is 4 MiB (distribution-spec 1.1, "Pushing Manifests").
    pub max_document_bytes: u64,
    /// Memory window of a zstd frame. Default: 128 MiB, the default bound of the zstd command.
    pub max_zstd_window_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        const GIB: u64 = 1 << 30;
        Self {
            max_layer_bytes: 64 * GIB,
            max_kept_bytes: GIB,
            max_file_bytes: GIB,
            max_layer_entries: 5_000_000,
            max_tree_entries: 10_000_000,
            max_names_bytes: GIB,
            max_layers: 1_000,
            max_path_bytes: 4_096,
            max_inflate_ratio: 1_100,
            max_archive_depth: 16,
            max_archive_entries: 1_000_000,
            max_archive_bytes: 4 * GIB,
            max_archive_ratio: 100,
            max_link_hops: 40,
            max_index_depth: 8,
            max_indexes: 1_000,
            max_index_manifests: 10_000,
            max_searched_blobs: 100_000,
            max_document_bytes: 16 * MIB,
            max_zstd_window_bytes: 128 * MIB,
        }
    }
}
