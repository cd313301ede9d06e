//! Hashes of the secrets that service providers show us: Argon2id in PHC form.

use anyhow::Result;
use argon2::Argon2;
use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use sutler_model::port::Random;

/// Hashes a secret with a fresh salt.
pub(crate) fn hash(secret: &str, random: &dyn Random) -> Result<String> {
    Argon2::default()
        .hash_password_with_salt(secret.as_bytes(), &random.bytes16())
        .map(|hash: PasswordHash| hash.to_string())
        .map_err(|error| anyhow::anyhow!("the secret could not be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier;

    use super::*;
    use crate::rim::SystemRandom;

    fn matches(secret: &str, hash: &str) -> bool {
        PasswordHash::new(hash)
            .is_ok_and(|hash| Argon2::default().verify_password(secret.as_bytes(), &hash).is_ok())
    }

    #[test]
    fn a_hash_matches_its_secret_only() {
        let hashed = hash("correct horse", &SystemRandom).unwrap();
        assert!(hashed.starts_with("$argon2id$"), "{hashed}");
        assert!(matches("correct horse", &hashed));
        assert!(!matches("correct horses", &hashed));
        assert!(!matches("correct horse", "not a hash"));
    }
}
