//! A bearer token in the form of a JWT (RFC 9068): read, then verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Map, Value};
use sutler_model::Time;
use sutler_model::identity_provider::{IdentityProvider, SignatureAlgorithm, TokenType};

use crate::{Claims, KeySet, Rejected, claims, json};

/// The longest token that is read, in bytes.
pub const MAXIMUM_LENGTH: usize = 8 * 1_024;

/// A token that was read, and is not believed yet.
#[derive(Debug)]
pub struct Token<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    /// What the signature is over.
    signed: &'a str,
    signature: &'a str,
}

impl<'a> Token<'a> {
    /// True if a bearer token may be a JWT: ours have no dot in them.
    pub fn is_likely(text: &str) -> bool {
        text.contains('.')
    }

    /// Reads the compact form (RFC 7515 §3.1).
    pub fn read(text: &'a str) -> Result<Self, Rejected> {
        if text.len() > MAXIMUM_LENGTH {
            return Err(Rejected::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(Rejected::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Rejected::Malformed)?;
        let object = |part: &str| URL_SAFE_NO_PAD.decode(part).ok().and_then(|b| json::object(&b));
        match (object(header), object(claims), URL_SAFE_NO_PAD.decode(signature)) {
            (Some(header), Some(claims), Ok(bytes)) if !bytes.is_empty() => {
                Ok(Self { header, claims, signed, signature })
            }
            _ => Err(Rejected::Malformed),
        }
    }

    /// Who it says that it is from: to choose whom to ask for keys, and for nothing else.
    pub fn issuer(&self) -> Option<&str> {
        self.claims.get("iss")?.as_str()
    }

    /// Checks all that can be checked without a key, and gives the algorithm to verify with.
    pub(crate) fn check(
        &self,
        trusted: &IdentityProvider,
        now: Time,
    ) -> Result<SignatureAlgorithm, Rejected> {
        let named = self.header.get("alg").and_then(Value::as_str);
        // RFC 8725 §3.1: the header chooses among what is set, and adds nothing to it.
        let algorithm = trusted.algorithms.iter().find(|known| Some(known.name()) == named);
        let algorithm = *algorithm.ok_or(Rejected::Algorithm)?;
        if self.header.contains_key("crit") {
            return Err(Rejected::Critical);
        }
        self.check_type(trusted.token_type)?;
        if self.header.get("kid").is_some_and(|kid| !kid.is_string()) {
            return Err(Rejected::Key);
        }
        claims::check(&self.claims, trusted, now)?;
        Ok(algorithm)
    }

    /// `typ` is a media type, in any spelling, with or without its first part (RFC 7515 §4.1.9).
    fn check_type(&self, expected: TokenType) -> Result<(), Rejected> {
        let named = self.header.get("typ").and_then(Value::as_str).ok_or(Rejected::Type)?;
        let named = named.to_ascii_lowercase();
        let short = named.strip_prefix("application/").unwrap_or(&named);
        if short == expected.name().to_ascii_lowercase() { Ok(()) } else { Err(Rejected::Type) }
    }

    /// Which key it names, if it names one. What else the header says of keys (`jwk`, `jku`,
    /// `x5u`, `x5c`) is not read.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.header.get("kid")?.as_str()
    }

    /// The claims, if everything about it is right.
    pub fn verify(
        &self,
        trusted: &IdentityProvider,
        keys: &KeySet,
        now: Time,
    ) -> Result<Claims, Rejected> {
        let algorithm = self.check(trusted, now)?;
        let key = keys.find(self.key_id(), algorithm).ok_or(Rejected::Key)?;
        let message = self.signed.as_bytes();
        let verified =
            jsonwebtoken::crypto::verify(self.signature, message, key, to_library(algorithm));
        if verified.unwrap_or(false) {
            Ok(Claims(self.claims.clone()))
        } else {
            Err(Rejected::Signature)
        }
    }
}

fn to_library(algorithm: SignatureAlgorithm) -> Algorithm {
    match algorithm {
        SignatureAlgorithm::Rs256 => Algorithm::RS256,
        SignatureAlgorithm::Rs384 => Algorithm::RS384,
        SignatureAlgorithm::Rs512 => Algorithm::RS512,
        SignatureAlgorithm::Ps256 => Algorithm::PS256,
        SignatureAlgorithm::Ps384 => Algorithm::PS384,
        SignatureAlgorithm::Ps512 => Algorithm::PS512,
        SignatureAlgorithm::Es256 => Algorithm::ES256,
        SignatureAlgorithm::Es384 => Algorithm::ES384,
        SignatureAlgorithm::EdDsa => Algorithm::EdDSA,
    }
}
