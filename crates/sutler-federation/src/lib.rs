//! Proves a login at an identity provider and returns its claims.
//!
//! Verifies access tokens in the form of JWTs (RFC 9068, RFC 7519, RFC 8725) with keys that come
//! from the configured place alone. Knows no user and no resource, sends nothing itself (keys come
//! through the port [`KeySource`]), and believes nobody when in doubt.

mod claims;
pub mod fuzz;
mod json;
mod key;
mod keyring;
mod rejected;
mod token;

pub use claims::Claims;
pub use key::KeySet;
pub use keyring::{KeySource, Keyring, KeysUnavailable};
pub use rejected::{Denied, Rejected};
pub use token::{MAXIMUM_LENGTH, Token};
