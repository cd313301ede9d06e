//! Argon2id for passwords and client secrets, beside the runtime's threads and a few at once.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Block, Params, Version};
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use sutler_engine::provision::{HashFailed, PasswordHasher};
use sutler_model::port::Random;
use tokio::sync::Semaphore;

use crate::Argon2Settings;

/// The length of a hash, in bytes.
const LENGTH: usize = 32;

/// Argon2id (RFC 9106). Each hash takes its memory and tens of milliseconds of a core, so only
/// a few run at once and the others wait.
pub struct Argon2 {
    params: Params,
    random: Arc<dyn Random>,
    permits: Arc<Semaphore>,
    memory: Arc<Memory>,
}

/// The memory that hashes fill, used again: an allocator that is given tens of megabytes back
/// on one thread after the other keeps most of it.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

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
        Ok(Arc::new(Self {
            params,
            random,
            permits: Arc::new(Semaphore::new(at_once.max(1))),
            memory: Arc::default(),
        }))
    }

    /// True if this is the secret that was hashed. Compared in constant time.
    pub(crate) async fn verify(&self, secret: &SecretString, phc: &str) -> bool {
        let (secret, phc) = (secret.clone(), phc.to_owned());
        let verified = self.beside(move |memory| matches(&secret, &phc, memory));
        verified.await == Ok(Some(true))
    }

    async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, HashFailed> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_| HashFailed)?;
        let memory = Arc::clone(&self.memory);
        let task = tokio::task::spawn_blocking(move || {
            let mut blocks = memory.take();
            let done = work(&mut blocks);
            memory.give_back(blocks);
            drop(permit);
            done
        });
        task.await.map_err(|_| HashFailed)
    }
}

impl Memory {
    fn take(&self) -> Vec<Block> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give_back(&self, blocks: Vec<Block>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
    }
}

#[async_trait]
impl PasswordHasher for Argon2 {
    async fn hash(&self, password: &SecretString) -> Result<String, HashFailed> {
        let (password, params) = (password.clone(), self.params.clone());
        let salt = self.random.bytes16();
        let hashed = self.beside(move |memory| phc(&password, &salt, params, memory));
        hashed.await?.ok_or(HashFailed)
    }
}

fn phc(
    secret: &SecretString,
    salt: &[u8],
    params: Params,
    memory: &mut Vec<Block>,
) -> Option<String> {
    let written = ParamsString::try_from(&params).ok()?;
    let hash = compute(secret, salt, params, memory)?;
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(Salt::new(salt).ok()?),
        hash: Some(Output::new(&hash).ok()?),
    };
    Some(phc.to_string())
}

/// `None` if the hash is none of ours.
fn matches(secret: &SecretString, phc: &str, memory: &mut Vec<Block>) -> Option<bool> {
    let stored = PasswordHash::new(phc).ok()?;
    let ours = stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into());
    let (salt, expected) = (stored.salt?, stored.hash?);
    let params = ours.then(|| Params::try_from(&stored))?.ok()?;
    let hash = compute(secret, salt.as_ref(), params, memory)?;
    Some(bool::from(hash.as_slice().ct_eq(expected.as_bytes())))
}

fn compute(
    secret: &SecretString,
    salt: &[u8],
    params: Params,
    memory: &mut Vec<Block>,
) -> Option<[u8; LENGTH]> {
    let needed = params.block_count();
    if memory.len() < needed {
        memory.resize(needed, Block::default());
    }
    let argon2 = argon2::Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut hash = [0; LENGTH];
    let blocks = memory.get_mut(..needed)?;
    let bytes = secret.expose_secret().as_bytes();
    argon2.hash_password_into_with_memory(bytes, salt, &mut hash, blocks).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};

    use super::*;

    #[test]
    fn w27_a_hash_is_what_the_library_makes_of_it() {
        let secret = SecretString::from("correct horse".to_owned());
        let mut memory = Vec::new();
        for (memory_kib, iterations) in [(64, 1), (8, 2), (32, 3)] {
            let params = Params::new(memory_kib, iterations, 1, None).unwrap();
            let ours = phc(&secret, &[7; 16], params.clone(), &mut memory).unwrap();
            let library = argon2::Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let theirs: PasswordHash =
                library.hash_password_with_salt(b"correct horse", &[7; 16]).unwrap();
            assert_eq!(ours, theirs.to_string());
            assert!(library.verify_password(b"correct horse", ours.as_str()).is_ok());
            assert_eq!(matches(&secret, &ours, &mut memory), Some(true));
            let wrong = SecretString::from("wrong".to_owned());
            assert_eq!(matches(&wrong, &ours, &mut memory), Some(false));
        }
        for other in ["", "nonsense", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo"] {
            assert_eq!(matches(&secret, other, &mut memory), None, "{other}");
        }
    }
}
