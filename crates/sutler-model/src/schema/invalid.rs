//! What is wrong with a client's data, in the kinds of RFC 7644 §3.12.
//!
//! Knows no status code and no body: those are made where the wire is.

/// A refusal: its kind, and one sentence that names the attribute and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Invalid {
    /// Of which kind.
    pub kind: InvalidKind,
    /// For the client: never holds a secret.
    pub detail: String,
}

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvalidKind {
    /// A filter that cannot be read, or compares what cannot be compared.
    Filter,
    /// A path that cannot be read, or names no attribute.
    Path,
    /// A path that yields nothing to operate on.
    NoTarget,
    /// A value that is missing, or that the attribute cannot take.
    Value,
    /// A body of the wrong structure.
    Syntax,
    /// A modification that the attribute's mutability forbids.
    Mutability,
    /// A value that is already in use.
    Uniqueness,
    /// More results than the server is willing to return.
    TooMany,
    /// A request whose URL would carry sensitive data.
    Sensitive,
    /// A protocol version that is not spoken.
    Version,
    /// A cursor that is none, or belongs to another query (RFC 9865 §2.1).
    Cursor,
    /// A cursor that was kept too long.
    ExpiredCursor,
    /// A page size that cannot be, or is not the one that the walk began with.
    Count,
}

impl InvalidKind {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Filter,
        Self::Path,
        Self::NoTarget,
        Self::Value,
        Self::Syntax,
        Self::Mutability,
        Self::Uniqueness,
        Self::TooMany,
        Self::Sensitive,
        Self::Version,
        Self::Cursor,
        Self::ExpiredCursor,
        Self::Count,
    ];
}

impl Invalid {
    /// A refusal of `kind`.
    pub fn new(kind: InvalidKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    /// [`InvalidKind::Filter`].
    pub fn filter(detail: impl Into<String>) -> Self {
        Self::new(InvalidKind::Filter, detail)
    }

    /// [`InvalidKind::Path`].
    pub fn path(detail: impl Into<String>) -> Self {
        Self::new(InvalidKind::Path, detail)
    }

    /// [`InvalidKind::NoTarget`].
    pub fn no_target(detail: impl Into<String>) -> Self {
        Self::new(InvalidKind::NoTarget, detail)
    }

    /// [`InvalidKind::Value`].
    pub fn value(detail: impl Into<String>) -> Self {
        Self::new(InvalidKind::Value, detail)
    }

    /// [`InvalidKind::Syntax`].
    pub fn syntax(detail: impl Into<String>) -> Self {
        Self::new(InvalidKind::Syntax, detail)
    }

    /// [`InvalidKind::Mutability`].
    pub fn mutability(detail: impl Into<String>) -> Self {
        Self::new(InvalidKind::Mutability, detail)
    }
}
