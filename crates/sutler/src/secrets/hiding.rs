//! Hides names: digests by HMAC-SHA-256, and XChaCha20-Poly1305 whose nonce is such a digest, so
//! that equal names stay equal and nothing else can be told of them. Each key serves one purpose.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sutler_model::port::Hiding;

use super::key::{Key, derive};

const NONCE: usize = 24;
/// What a hidden name begins with.
const MARK: &str = "~";

/// Hides names that are not to be stored in the clear.
pub(crate) struct NameHiding {
    digest: hmac::Key,
    nonce: hmac::Key,
    cipher: XChaCha20Poly1305,
}

impl NameHiding {
    pub(crate) fn new(key: &Key) -> Self {
        let mac = |purpose| hmac::Key::new(hmac::HMAC_SHA256, derive(key, purpose).as_slice());
        Self {
            digest: mac("name digest"),
            nonce: mac("name nonce"),
            cipher: XChaCha20Poly1305::new(&(*derive(key, "name cipher")).into()),
        }
    }

    fn sealed(&self, text: &str) -> Option<Vec<u8>> {
        let tag = hmac::sign(&self.nonce, text.as_bytes());
        let nonce: [u8; NONCE] = *tag.as_ref().first_chunk()?;
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), text.as_bytes()).ok()?;
        Some([&nonce[..], &sealed].concat())
    }
}

impl Hiding for NameHiding {
    fn digest(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.digest, text.as_bytes()))
    }

    fn hide(&self, text: &str) -> String {
        // What cannot be sealed is not told either: a digest stands for it.
        let hidden = self.sealed(text).map(|sealed| URL_SAFE_NO_PAD.encode(sealed));
        format!("{MARK}{}", hidden.unwrap_or_else(|| self.digest(text)))
    }

    fn show(&self, hidden: &str) -> Option<String> {
        let envelope = URL_SAFE_NO_PAD.decode(hidden.strip_prefix(MARK)?).ok()?;
        let (nonce, sealed) = envelope.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        String::from_utf8(self.cipher.decrypt(&XNonce::from(nonce), sealed).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn hiding(byte: u8) -> NameHiding {
        NameHiding::new(&Zeroizing::new([byte; 32]))
    }

    #[test]
    fn w30_a_name_is_told_by_its_digest_only_to_who_has_the_key() {
        let digest = |byte, text| hiding(byte).digest(text);
        assert_eq!(digest(1, "ann"), digest(1, "ann"));
        assert_ne!(digest(1, "ann"), digest(1, "anna"));
        assert_ne!(digest(1, "ann"), digest(2, "ann"));
        assert!(!digest(1, "ann").contains("ann") && digest(1, "ann").len() == 43);
    }

    #[test]
    fn w30_a_hidden_name_is_found_again_and_opens_under_its_key_only() {
        let hidden = hiding(1).hide("ann");
        assert_eq!(hidden, hiding(1).hide("ann"));
        assert_ne!(hidden, hiding(1).hide("anna"));
        assert!(!hidden.contains("ann"));
        assert_eq!(hiding(1).show(&hidden).as_deref(), Some("ann"));
        assert_eq!(hiding(2).show(&hidden), None);
        for other in ["ann", "~ann", "~", "", &hidden[..hidden.len() - 2]] {
            assert_eq!(hiding(1).show(other), None, "{other}");
        }
    }
}
