//! Tokens and client secrets: made from 256 random bits, shown once, stored hashed.
//!
//! A token is random in full, so that a fast hash protects it; passwords and chosen secrets
//! need Argon2id instead.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sutler_model::estate::{Token, TokenKind};
use sutler_model::port::Random;
use sutler_model::{ServiceProviderId, Time};

/// How long an access token lives, in milliseconds.
pub const ACCESS_LIFETIME: i64 = 3_600_000;

/// How the token of an administrator begins.
pub(crate) const ADMINISTRATOR: &str = "sutleradm_";

/// A new token: the secret for its holder, the record for the store.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The token itself: to be shown once, and never stored.
    pub token: SecretString,
    /// What is stored.
    pub record: Token,
}

/// Makes a token; `lifetime` in milliseconds, `None` lives until it is revoked.
pub fn issue(
    random: &dyn Random,
    service_provider: ServiceProviderId,
    kind: TokenKind,
    now: Time,
    lifetime: Option<i64>,
) -> Issued {
    let token = format!("sutler_{}", URL_SAFE_NO_PAD.encode(random.bytes32()));
    let handle = random.bytes16();
    let record = Token {
        id: format!("tok_{}", hex(handle.get(..6).unwrap_or(&handle))),
        service_provider,
        hash: hash(&token),
        kind,
        created: now,
        expires: lifetime.map(|lifetime| now.plus(lifetime)),
    };
    Issued { token: SecretString::from(token), record }
}

/// The token of a new administrator: the secret for its holder, its handle and its hash.
#[derive(Clone, Debug)]
pub struct IssuedAdministrator {
    /// The token itself: to be shown once, and never stored.
    pub token: SecretString,
    /// The public handle.
    pub handle: String,
    /// What is stored of the token.
    pub hash: Vec<u8>,
}

/// Makes a token for an administrator.
pub fn issue_administrator(random: &dyn Random) -> IssuedAdministrator {
    let token = format!("{ADMINISTRATOR}{}", URL_SAFE_NO_PAD.encode(random.bytes32()));
    let handle = random.bytes16();
    IssuedAdministrator {
        handle: format!("adm_{}", hex(handle.get(..6).unwrap_or(&handle))),
        hash: hash(&token),
        token: SecretString::from(token),
    }
}

/// The hash under which a token is stored and found: SHA-256.
pub fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A random client secret.
pub fn secret(random: &dyn Random) -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(random.bytes32()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
