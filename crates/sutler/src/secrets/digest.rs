//! Keyed digests: HMAC-SHA-256 under a key that serves this purpose alone.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sutler_model::port::Digest;

use super::key::{Key, derive};

/// Digests names that are not to be stored.
pub(crate) struct NameDigest(hmac::Key);

impl NameDigest {
    pub(crate) fn new(key: &Key) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, derive(key, "name").as_slice()))
    }
}

impl Digest for NameDigest {
    fn digest(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn digest(byte: u8, text: &str) -> String {
        NameDigest::new(&Zeroizing::new([byte; 32])).digest(text)
    }

    #[test]
    fn w30_a_name_is_told_by_its_digest_only_to_who_has_the_key() {
        assert_eq!(digest(1, "ann"), digest(1, "ann"));
        assert_ne!(digest(1, "ann"), digest(1, "anna"));
        assert_ne!(digest(1, "ann"), digest(2, "ann"));
        assert!(!digest(1, "ann").contains("ann") && digest(1, "ann").len() == 43);
    }
}
