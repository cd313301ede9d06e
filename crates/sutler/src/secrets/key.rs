//! The key file of a data directory: `key`, 32 random bytes, readable by its owner only.
//!
//! Made by the first command that opens the directory, under the directory's lock, and never
//! again: beside a store that is in use, a missing key is a loss that a person must know of.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use sutler_model::port::Random;
use zeroize::Zeroizing;

/// The key, in memory that is wiped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// Reads the key of this data directory. If the store is new, a key is made where there is none.
pub(crate) fn load_or_make(directory: &Path, new: bool, random: &dyn Random) -> Result<Key> {
    let path = directory.join("key");
    match read(&path)? {
        Some(key) => Ok(key),
        None if new => make(directory, &path, random),
        None => bail!(
            "the key file `{0}` is missing beside a store that is in use: restore it from where it is kept with the backup. If it is lost, the secrets that were generated for targets are lost with it: make a new key with `(umask 077; head -c 32 /dev/urandom | base64 > {0})`, and give those targets other secrets with `sutler apply`",
            path.display()
        ),
    }
}

/// A key of its own for one purpose, from which the key of the file cannot be told.
pub(crate) fn derive(key: &Key, purpose: &str) -> Key {
    let digest = Sha256::new().chain_update(purpose).chain_update([0]).chain_update(key.as_slice());
    Zeroizing::new(digest.finalize().into())
}

fn read(path: &Path) -> Result<Option<Key>> {
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the key file `{}` cannot be read", path.display()));
        }
    };
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        bail!("the key file `{0}` can be read by others: run `chmod 600 {0}`", path.display());
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text)
        .with_context(|| format!("the key file `{}` cannot be read", path.display()))?;
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).unwrap_or_default());
    match <[u8; 32]>::try_from(bytes.as_slice()) {
        Ok(key) => Ok(Some(Zeroizing::new(key))),
        Err(_) => bail!(
            "the key file `{}` is damaged: restore it from a backup; without it, sealed secrets cannot be opened",
            path.display()
        ),
    }
}

/// Written beside and renamed, so that a kill leaves a whole key or none.
fn make(directory: &Path, path: &Path, random: &dyn Random) -> Result<Key> {
    let key = Zeroizing::new(random.bytes32());
    let beside = directory.join("key.new");
    let context = || format!("the key file `{}` cannot be written", path.display());
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(0o600)
        .open(&beside)
        .with_context(context)?;
    let text = Zeroizing::new(format!("{}\n", STANDARD.encode(key.as_slice())));
    file.write_all(text.as_bytes()).with_context(context)?;
    file.sync_all().with_context(context)?;
    std::fs::rename(&beside, path).with_context(context)?;
    std::fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .with_context(context)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_the_same_key_every_time_and_no_other_has_it() {
        let key: Key = Zeroizing::new([1; 32]);
        assert_eq!(derive(&key, "cursor"), derive(&key, "cursor"));
        assert_ne!(derive(&key, "cursor"), derive(&key, "other"));
        assert_ne!(derive(&key, "cursor"), key);
        assert_ne!(derive(&Zeroizing::new([2; 32]), "cursor"), derive(&key, "cursor"));
    }
}
