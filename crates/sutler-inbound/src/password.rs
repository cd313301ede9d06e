//! Argon2id for passwords and client secrets, beside the runtime's threads and a few at once.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Params, Version};
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use sutler_engine::provision::{HashFailed, PasswordHasher};
use sutler_model::port::Random;
use tokio::sync::Semaphore;

use crate::Argon2Settings;

/// Argon2id (RFC 9106). Each hash takes its memory and tens of milliseconds of a core, so only
/// a few run at once and the others wait.
pub struct Argon2 {
    params: Params,
    random: Arc<dyn Random>,
    permits: Arc<Semaphore>,
}

impl Argon2 {
    /// With these costs, `at_once` at the same time. Refused if the costs are out of range.
    pub fn new(
        settings: Argon2Settings,
        random: Arc<dyn Random>,
        at_once: usize,
    ) -> Result<Arc<Self>, String> {
        let Argon2Settings { memory_kib, iterations, parallelism } = settings;
        let params = Params::new(memory_kib, iterations, parallelism, None)
            .map_err(|e| format!("the Argon2 settings are out of range: {e}"))?;
        Ok(Arc::new(Self { params, random, permits: Arc::new(Semaphore::new(at_once.max(1))) }))
    }

    /// True if this is the secret that was hashed. Compared in constant time.
    pub(crate) async fn verify(&self, secret: &SecretString, phc: &str) -> bool {
        let (secret, phc) = (secret.clone(), phc.to_owned());
        let verified = self.beside(move |argon2| {
            let bytes = secret.expose_secret().as_bytes();
            argon2.verify_password(bytes, phc.as_str()).is_ok()
        });
        verified.await.unwrap_or(false)
    }

    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(argon2::Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, HashFailed> {
        let argon2 = argon2::Argon2::new(Algorithm::Argon2id, Version::V0x13, self.params.clone());
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_| HashFailed)?;
        let task = tokio::task::spawn_blocking(move || {
            let done = work(argon2);
            drop(permit);
            done
        });
        task.await.map_err(|_| HashFailed)
    }
}

#[async_trait]
impl PasswordHasher for Argon2 {
    async fn hash(&self, password: &SecretString) -> Result<String, HashFailed> {
        let password = password.clone();
        let salt = self.random.bytes16();
        let hashed = self.beside(move |argon2| {
            let bytes = password.expose_secret().as_bytes();
            let hash: Result<PasswordHash, _> = argon2.hash_password_with_salt(bytes, &salt);
            hash.map(|h| h.to_string()).map_err(|_| HashFailed)
        });
        hashed.await?
    }
}
