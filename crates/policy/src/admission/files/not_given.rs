//! Data that the files do not have.

/// The files that stand in for a cluster, and for registries, do not have the data that a policy
/// needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGiven {
    /// There are no object files at all, so it is unknown which objects exist.
    #[error("no objects are given to look for {wanted}")]
    Objects {
        /// A kind or a resource, with a name where one is needed.
        wanted: String,
    },
    /// There are object files, but none has this object.
    #[error("{resource} {name} is not among the objects given")]
    Object {
        /// Its resource, as in a URL.
        resource: String,
        /// Its name.
        name: String,
    },
    /// There is no answer for a call, and the objects do not contain it.
    #[error("no answer is given for {call}")]
    Call {
        /// The URL, after the method unless that is GET.
        call: String,
    },
    /// There is no answer for a call that selects objects.
    #[error("no answer is given for {url}, and its query is not evaluated")]
    Query {
        /// The URL.
        url: String,
    },
    /// There is no data on an image.
    #[error("no data are given for the image {image}")]
    Image {
        /// The image as requested.
        image: String,
    },
}
