//! From a target's settings to its connector.

use std::sync::Arc;

use sutler_model::estate::Target;
use sutler_model::port::{Clock, Connector};

use crate::auth::ResolvedAuth;
use crate::profile::ProfileError;
use crate::scim2::Scim2;

/// The names that a target's `connector` may have.
pub const CONNECTORS: &[&str] = &["scim2"];

/// What holds for every target.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The most that is read of one answer, after decompression, in bytes.
    pub body_limit: usize,
    /// How long a connection may take to stand, in milliseconds.
    pub connect_timeout: i64,
    /// Certificates (DER) to trust beside the system's.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { body_limit: 1024 * 1024, connect_timeout: 5_000, extra_roots: Vec::new() }
    }
}

/// Why a connector cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no such connector.
    #[error("there is no connector `{0}`: it is one of `scim2`")]
    UnknownConnector(String),
    /// The address cannot be used.
    #[error("the url `{url}` cannot be used: {reason}")]
    Url {
        /// The setting, without user name and password.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The profile that the target names cannot be read.
    #[error("the profile cannot be used: {0}")]
    Profile(#[from] ProfileError),
    /// A secret cannot be sent in a header.
    #[error("the credential cannot be sent: it holds characters that a header may not have")]
    Credential,
    /// TLS could not be set up.
    #[error("the http client cannot be built: {0}")]
    Client(String),
}

/// The connector of a target, built anew for each version of its settings.
pub fn connector(
    target: &Target,
    auth: ResolvedAuth,
    settings: &Settings,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Connector>, BuildError> {
    match target.connector.as_str() {
        "scim2" => Ok(Arc::new(Scim2::new(target, auth, settings, clock)?)),
        other => Err(BuildError::UnknownConnector(other.to_owned())),
    }
}
