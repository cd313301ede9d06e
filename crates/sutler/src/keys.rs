//! The keys of identity providers: from their address, or from a file.

use std::io::Read as _;

use serde_json::Value;
use sutler_federation::{KeySource, KeysUnavailable};
use sutler_model::identity_provider::{IdentityProvider, KeyLocation};
use sutler_outbound::Settings;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 256 * 1_024;
/// The longest time for an answer, in milliseconds.
const TIMEOUT: i64 = 5_000;

/// Fetches keys with the guard of all outgoing HTTP.
#[derive(Default)]
pub(crate) struct FetchedKeys {
    settings: Settings,
}

#[async_trait::async_trait]
impl KeySource for FetchedKeys {
    async fn fetch(&self, provider: &IdentityProvider) -> Result<Value, KeysUnavailable> {
        let private = provider.allow_private_addresses;
        let fetched = match &provider.jwks {
            KeyLocation::Url(url) => {
                sutler_outbound::document(url, private, TIMEOUT, &self.settings).await
            }
            KeyLocation::File(path) => tokio::task::block_in_place(|| read(path)),
        };
        fetched.map_err(|reason| {
            tracing::warn!(
                identity_provider.name = %provider.name,
                %reason,
                "the keys of an identity provider cannot be had: its users are refused until they can"
            );
            KeysUnavailable(reason)
        })
    }
}

/// Reads a key set from a file, or says why it cannot.
pub(crate) fn read(path: &str) -> Result<Value, String> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("the file `{path}` cannot be read: {error}"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("the file `{path}` is longer than {LONGEST} bytes"));
    }
    serde_json::from_slice(&bytes).map_err(|error| format!("the file `{path}` is no JSON: {error}"))
}
