//! The port to the keyed digest of names that are not to be stored.

/// Digests under a key of the installation: who has the store alone can neither read a name nor
/// try one out.
pub trait Digest: Send + Sync {
    /// The digest of a text, printable; the same text has the same one for ever.
    fn digest(&self, text: &str) -> String;
}
