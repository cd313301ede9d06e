//! Whether a client secret is right. A right one is remembered for a short time as a keyed
//! fingerprint, so that HTTP Basic does not cost one Argon2 a request.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;
use sutler_model::estate::ClientSecret;
use sutler_model::port::{Clock, Random};

use crate::Argon2;

/// How long a verified secret is remembered, in milliseconds.
const REMEMBERED: i64 = 60_000;
/// How many are remembered at most.
const CAPACITY: usize = 10_000;
/// The hash of nothing that anybody knows: an unknown client takes as long as a wrong secret.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c3V0bGVyLW5vYm9keS1zYWx0$\
                      Xo1qHqfG4dZ3mXvS2Jw0n8sYpQ7uT5rK9bLcVaEeFhI";

/// The source of a secret that was made here, and is kept as a hash.
const GENERATED: &str = "generated";

type Fingerprint = [u8; 32];

/// Where client secrets are that are not kept here.
pub trait SecretSource: Send + Sync {
    /// The secret behind a reference (`env:NAME`, `file:PATH`), or why it cannot be had.
    fn read(&self, reference: &str) -> Result<SecretString, String>;
}

pub(crate) struct Verifier {
    argon2: Arc<Argon2>,
    secrets: Arc<dyn SecretSource>,
    /// References that could not be read; each is complained of once.
    complained: Mutex<HashSet<String>>,
    key: [u8; 32],
    verified: Mutex<HashMap<Fingerprint, i64>>,
}

impl Verifier {
    pub(crate) fn new(
        argon2: Arc<Argon2>,
        secrets: Arc<dyn SecretSource>,
        random: &dyn Random,
    ) -> Self {
        Self {
            argon2,
            secrets,
            complained: Mutex::default(),
            key: random.bytes32(),
            verified: Mutex::new(HashMap::new()),
        }
    }

    /// True if `secret` is the secret of `known`. `None` is an unknown client.
    pub(crate) async fn verify(
        &self,
        known: Option<&ClientSecret>,
        secret: &SecretString,
        clock: &dyn Clock,
    ) -> bool {
        let Some(known) = known else {
            self.argon2.verify(secret, NOBODY).await;
            return false;
        };
        if known.source != GENERATED {
            let right = self.equals_elsewhere(known, secret);
            if !right {
                // A wrong secret takes as long as an unknown client.
                self.argon2.verify(secret, NOBODY).await;
            }
            return right;
        }
        let fingerprint = self.fingerprint(known, secret);
        if self.remembers(&fingerprint, clock.boottime()) {
            return true;
        }
        let right = self.argon2.verify(secret, &known.hash).await;
        if right {
            self.remember(fingerprint, clock.boottime());
        }
        right
    }

    /// A secret that is kept elsewhere is read at each use, so that a new one counts at once.
    /// If it cannot be had, nobody is let in.
    fn equals_elsewhere(&self, known: &ClientSecret, secret: &SecretString) -> bool {
        match self.secrets.read(&known.source) {
            Ok(expected) => {
                self.complained().remove(&known.source);
                let digest = |text: &SecretString| Sha256::digest(text.expose_secret());
                bool::from(digest(&expected).as_slice().ct_eq(digest(secret).as_slice()))
            }
            Err(reason) => {
                if self.complained().insert(known.source.clone()) {
                    tracing::error!(client.id = %known.client_id, %reason, "a client secret cannot be had");
                }
                false
            }
        }
    }

    fn complained(&self) -> MutexGuard<'_, HashSet<String>> {
        self.complained.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Over the stored hash too, so that a replaced secret is forgotten at once.
    fn fingerprint(&self, known: &ClientSecret, secret: &SecretString) -> Fingerprint {
        let parts = [known.client_id.as_str(), known.hash.as_str(), secret.expose_secret()];
        let mut inner = Sha256::new_with_prefix(self.key);
        for part in parts {
            inner.update(part.len().to_le_bytes());
            inner.update(part.as_bytes());
        }
        Sha256::new_with_prefix(self.key).chain_update(inner.finalize()).finalize().into()
    }

    fn remembers(&self, fingerprint: &Fingerprint, now: i64) -> bool {
        let verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        verified.get(fingerprint).is_some_and(|until| now < *until)
    }

    fn remember(&self, fingerprint: Fingerprint, now: i64) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= CAPACITY {
            verified.retain(|_, until| now < *until);
        }
        if verified.len() < CAPACITY {
            verified.insert(fingerprint, now.saturating_add(REMEMBERED));
        }
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::*;

    #[test]
    fn the_hash_of_nobody_costs_as_much_as_any() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        let params = argon2::Params::try_from(&hash).unwrap();
        let usual = crate::Argon2Settings::default();
        assert_eq!((params.m_cost(), params.t_cost()), (usual.memory_kib, usual.iterations));
        assert!(hash.hash.is_some());
    }
}
