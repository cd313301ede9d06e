//! One function for each reader of foreign bytes. None may panic, whatever it is given.

use sutler_model::Time;
use sutler_model::identity_provider::IdentityProvider;

use crate::{KeySet, Token};

/// A bearer token, held against a provider without any key of the sender's: true unless it was
/// believed.
pub fn token(bytes: &[u8], trusted: &IdentityProvider, keys: &KeySet, now: Time) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return true;
    };
    Token::read(text).map_or(true, |token| token.verify(trusted, keys, now).is_err())
}

/// A set of keys: true unless keys were read from what is not a set.
pub fn keys(bytes: &[u8]) -> bool {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(bytes) else {
        return true;
    };
    KeySet::read(&value).is_none() || value.get("keys").is_some_and(serde_json::Value::is_array)
}
