//! The port to sealing: what the store keeps and cannot read.

/// What was sealed cannot be opened: it is damaged, belongs elsewhere, or the key is another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed cannot be opened: {0}")]
pub struct Unsealable(pub String);

/// Seals and opens. What was sealed in one context opens in no other.
pub trait Sealer: Send + Sync {
    /// Seals these bytes.
    fn seal(&self, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable>;
    /// Opens what [`Sealer::seal`] gave.
    fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable>;
}
