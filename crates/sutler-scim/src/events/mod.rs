//! SCIM events as security event tokens (RFC 9967, RFC 8417), how a receiver fetches them
//! (RFC 8936), and requests that are answered later.
//!
//! Knows claims, not signatures, and no stream: what is told to whom is decided before.

mod claims;
mod outcome;
mod poll;
mod prefer;
mod uri;

pub use claims::{TOKEN_MEDIA_TYPE, TOKEN_TYPE, claims};
pub use outcome::{Single, operation_path, single};
pub use poll::{MOST_EVENTS, Poll, answer, parse};
pub use prefer::{Prefer, RESPOND_ASYNC};
pub use uri::{kind, short_name, supported_uris, uri};
