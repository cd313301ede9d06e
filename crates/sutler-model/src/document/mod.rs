//! From a client's JSON object to a canonical [`Document`], and what goes beside it.
//!
//! Strict: what is not understood is refused, never dropped; a dialect's leniencies are worked
//! off by [`crate::dialect`] before. Read-only attributes are passed
//! over, as RFC 7644 §3.3 and §3.5.1 have it. An extension whose URN is not listed in
//! `schemas` is refused. Reads no text and knows no resource that is not in its hands.

mod body;
mod elements;
mod index;
mod value;
mod view;

pub use body::{LONGEST_PASSWORD, create, replace};
pub use elements::MOST_VALUES;
pub use index::index_rows;
pub use view::{etag, parse_etag, schemas, view};

pub(crate) use body::{member_refs, new_password, require_extensions, schema_urns};
pub(crate) use elements::{is_primary, not_too_many, one_primary, without_duplicates};
pub(crate) use value::{complex, element, value};

use crate::{Document, Kind, Leniencies};

/// A body that was read: the document, and what does not live in it.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Canonical.
    pub document: Document,
    /// The members, if the body names any; `None` if it is silent about them, and they are to
    /// stay as they are.
    pub members: Option<Vec<MemberRef>>,
    /// What the body says about the password.
    pub password: NewPassword,
    /// The deviations that were tolerated in the body.
    pub tolerated: Leniencies,
}

/// A member as a client names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MemberRef {
    /// The public id.
    pub value: String,
    /// The type, if given and known. The server knows better.
    pub kind: Option<Kind>,
}

/// What a client says about the password. `Debug` does not show it.
#[derive(Clone, Debug, Default)]
pub enum NewPassword {
    /// Nothing: it stays.
    #[default]
    Keep,
    /// This is the new one.
    Set(secrecy::SecretString),
    /// There is to be none.
    Clear,
}
