//! Sealing: XChaCha20-Poly1305 under the key file, bound to the purpose of the secret.
//!
//! The sealed form is base64 of key id (4 bytes), nonce (24 bytes) and ciphertext.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sutler_model::port::{Random, Unsealable};

use super::key::Key;

const KEY_ID: usize = 4;
const NONCE: usize = 24;

/// What a target's secret is sealed for: it opens for nothing else.
pub(crate) fn target_purpose(tenant: &str, target: &str, field: &str) -> String {
    format!("target/{tenant}/{target}/{field}")
}

/// What the secret of an event stream is sealed for.
pub(crate) fn stream_purpose(tenant: &str, stream: &str) -> String {
    format!("event_stream/{tenant}/{stream}/bearer")
}

/// What the secret of a receiver of messages is sealed for.
pub(crate) fn notification_purpose(tenant: &str, notification: &str) -> String {
    format!("notification/{tenant}/{notification}/secret")
}

/// A sealer with the randomness that it draws from.
pub(crate) struct RandomSealer {
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) random: Arc<dyn Random>,
}

impl sutler_inbound::Sealing for RandomSealer {
    fn seal(&self, purpose: &str, secret: &str) -> Result<String, String> {
        self.sealer.seal(purpose, secret, &*self.random).map_err(|error| error.to_string())
    }

    fn open(&self, purpose: &str, sealed: &str) -> Result<SecretString, String> {
        self.sealer.open(purpose, sealed)
    }
}

/// What is desired and not stored: sealed as bytes.
impl sutler_model::port::Sealer for RandomSealer {
    fn seal(&self, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let sealed = self.sealer.encrypt(bytes, context, &*self.random);
        sealed.ok_or_else(|| Unsealable("it could not be sealed".to_owned()))
    }

    fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        self.sealer.decrypt(sealed, context).map_err(|unopened| {
            Unsealable(match unopened {
                Unopened::OtherKey => "it was sealed under another key file".to_owned(),
                Unopened::Damaged => "it is damaged, or of another resource".to_owned(),
            })
        })
    }
}

/// Why an envelope was not opened.
enum Unopened {
    OtherKey,
    Damaged,
}

/// Seals and opens secrets.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    key_id: [u8; KEY_ID],
}

impl Sealer {
    pub(crate) fn new(key: &Key) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.as_slice()).into();
        let [a, b, c, d, ..] = digest;
        Self { cipher: XChaCha20Poly1305::new(&(**key).into()), key_id: [a, b, c, d] }
    }

    /// Seals a secret for a purpose.
    pub(crate) fn seal(
        &self,
        purpose: &str,
        secret: &str,
        random: &dyn Random,
    ) -> anyhow::Result<String> {
        let sealed = self
            .encrypt(secret.as_bytes(), purpose.as_bytes(), random)
            .ok_or_else(|| anyhow::anyhow!("the secret of {purpose} could not be sealed"))?;
        Ok(STANDARD.encode(sealed))
    }

    /// Key id, nonce and ciphertext.
    fn encrypt(&self, bytes: &[u8], context: &[u8], random: &dyn Random) -> Option<Vec<u8>> {
        let nonce: [u8; NONCE] = *random.bytes32().first_chunk()?;
        let payload = Payload { msg: bytes, aad: context };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([&self.key_id[..], &nonce, &sealed].concat())
    }

    fn decrypt(&self, envelope: &[u8], context: &[u8]) -> Result<Vec<u8>, Unopened> {
        let (key_id, rest) = envelope.split_at_checked(KEY_ID).ok_or(Unopened::Damaged)?;
        if key_id != self.key_id {
            return Err(Unopened::OtherKey);
        }
        let (nonce, ciphertext) = rest.split_at_checked(NONCE).ok_or(Unopened::Damaged)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| Unopened::Damaged)?;
        let payload = Payload { msg: ciphertext, aad: context };
        self.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| Unopened::Damaged)
    }

    /// Opens a sealed secret; the error says what to do.
    pub(crate) fn open(&self, purpose: &str, sealed: &str) -> Result<SecretString, String> {
        let damaged = || {
            format!(
                "the sealed secret of {purpose} is damaged: apply the estate again with its value at hand"
            )
        };
        let envelope = STANDARD.decode(sealed).map_err(|_| damaged())?;
        let opened = self.decrypt(&envelope, purpose.as_bytes()).map_err(|unopened| match unopened {
            Unopened::Damaged => damaged(),
            Unopened::OtherKey => format!(
                "the secret of {purpose} was sealed under another key file: restore that file, or apply the estate again with its value at hand"
            ),
        })?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| damaged())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use zeroize::Zeroizing;

    use super::*;
    use crate::rim::SystemRandom;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Zeroizing::new([byte; 32]))
    }

    #[test]
    fn w30_what_was_sealed_opens_again() {
        let sealed = sealer(1).seal("target/default/app/bearer", "s3cret", &SystemRandom).unwrap();
        assert!(!sealed.contains("s3cret"));
        let opened = sealer(1).open("target/default/app/bearer", &sealed).unwrap();
        assert_eq!(opened.expose_secret(), "s3cret");
    }

    #[test]
    fn a_sealed_secret_opens_for_its_purpose_only() {
        let sealed = sealer(1).seal("target/default/app/bearer", "s3cret", &SystemRandom).unwrap();
        assert!(sealer(1).open("target/default/other/bearer", &sealed).is_err());
    }

    #[test]
    fn another_key_is_named_as_the_reason() {
        let sealed = sealer(1).seal("p", "s3cret", &SystemRandom).unwrap();
        let error = sealer(2).open("p", &sealed).unwrap_err();
        assert!(error.contains("another key file"), "{error}");
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed() {
        let sealed =
            STANDARD.decode(sealer(1).seal("p", "s3cret", &SystemRandom).unwrap()).unwrap();
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 1;
            assert!(sealer(1).open("p", &STANDARD.encode(flipped)).is_err(), "byte {at}");
            assert!(sealer(1).open("p", &STANDARD.encode(&sealed[..at])).is_err(), "cut {at}");
        }
    }
}
