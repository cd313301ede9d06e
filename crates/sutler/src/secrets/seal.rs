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
use sutler_model::port::{self, Random, Unsealable};

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

impl port::Sealer for RandomSealer {
    fn seal(&self, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        self.sealer
            .seal_bytes(context, bytes, &*self.random)
            .ok_or_else(|| Unsealable("it could not be sealed".to_owned()))
    }

    fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        if !sealed.starts_with(&self.sealer.key_id) {
            let detail = "it was sealed under another key file: restore that file";
            return Err(Unsealable(detail.to_owned()));
        }
        let opened = self.sealer.open_bytes(context, sealed);
        opened.ok_or_else(|| Unsealable("it is damaged, or belongs elsewhere".to_owned()))
    }
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
        let sealed = self.seal_bytes(purpose.as_bytes(), secret.as_bytes(), random);
        let envelope =
            sealed.ok_or_else(|| anyhow::anyhow!("the secret of {purpose} could not be sealed"))?;
        Ok(STANDARD.encode(envelope))
    }

    /// Opens a sealed secret; the error says what to do.
    pub(crate) fn open(&self, purpose: &str, sealed: &str) -> Result<SecretString, String> {
        let damaged = || {
            format!(
                "the sealed secret of {purpose} is damaged: apply the estate again with its value at hand"
            )
        };
        let envelope = STANDARD.decode(sealed).map_err(|_| damaged())?;
        let (key_id, _) = envelope.split_at_checked(KEY_ID).ok_or_else(damaged)?;
        if key_id != self.key_id {
            return Err(format!(
                "the secret of {purpose} was sealed under another key file: restore that file, or apply the estate again with its value at hand"
            ));
        }
        let opened = self.open_bytes(purpose.as_bytes(), &envelope).ok_or_else(damaged)?;
        String::from_utf8(opened).map(SecretString::from).map_err(|_| damaged())
    }

    /// Key id, nonce and ciphertext, bound to a context.
    fn seal_bytes(&self, context: &[u8], bytes: &[u8], random: &dyn Random) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE];
        let drawn = random.bytes32();
        nonce.copy_from_slice(drawn.split_at(NONCE).0);
        let payload = Payload { msg: bytes, aad: context };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some([self.key_id.as_slice(), nonce.as_slice(), sealed.as_slice()].concat())
    }

    fn open_bytes(&self, context: &[u8], envelope: &[u8]) -> Option<Vec<u8>> {
        let (nonce, ciphertext) = envelope.get(KEY_ID..)?.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: ciphertext, aad: context };
        self.cipher.decrypt(&XNonce::from(nonce), payload).ok()
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
    fn what_is_desired_opens_in_its_own_context_only() {
        let random: Arc<dyn Random> = Arc::new(crate::rim::SystemRandom);
        let sealer = Arc::new(Sealer::new(&Zeroizing::new([7; 32])));
        let ours: &dyn port::Sealer = &RandomSealer { sealer, random: Arc::clone(&random) };
        let sealed = ours.seal(b"anna", b"intent/1/a").unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"anna"));
        assert_eq!(ours.open(&sealed, b"intent/1/a").unwrap(), b"anna");
        assert!(ours.open(&sealed, b"intent/2/a").is_err());
        let other = Arc::new(Sealer::new(&Zeroizing::new([8; 32])));
        let other: &dyn port::Sealer = &RandomSealer { sealer: other, random };
        assert!(other.open(&sealed, b"intent/1/a").unwrap_err().to_string().contains("key file"));
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
