//! What files do not say.

/// What stands in for a cluster, and for registries, does not have what a policy asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGiven {
    /// No objects are given at all, so that nobody knows which there are.
    #[error("no objects are given to look for {wanted}")]
    Objects {
        /// A kind or a resource, with a name where one is wanted.
        wanted: String,
    },
    /// Objects are given, and this is none of them.
    #[error("{resource} {name} is not among the objects given")]
    Object {
        /// Its resource, as in a URL.
        resource: String,
        /// Its name.
        name: String,
    },
    /// No answer is given for a call, and the objects do not say it.
    #[error("no answer is given for {call}")]
    Call {
        /// The URL; the method before it where that is another than GET.
        call: String,
    },
    /// No answer is given for a call that chooses among objects.
    #[error("no answer is given for {url}, and its query is not evaluated")]
    Query {
        /// The URL.
        url: String,
    },
    /// Nothing is given of an image.
    #[error("no data are given for the image {image}")]
    Image {
        /// As it is asked for.
        image: String,
    },
}
