//! How a store fails.

/// The store could not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The disk or the quota is full; nothing was written.
    #[error("the store is full")]
    Full,
    /// Too much is waiting; try again shortly.
    #[error("the store is busy")]
    Busy,
    /// The estate has changed meanwhile: read it and try again.
    #[error("the estate has changed meanwhile")]
    EstateMoved,
    /// Resources hold data of a schema that would go, or would no longer fit them.
    #[error("resources hold data of the schema `{urn}`: {why}")]
    SchemaInUse {
        /// Which.
        urn: String,
        /// What would no longer fit.
        why: String,
    },
    /// This node has been declared dead, or the store is closing.
    #[error("this node may no longer write")]
    Fenced,
    /// Anything else; the detail is for the log, not for a client.
    #[error("the store failed: {0}")]
    Failed(String),
}
