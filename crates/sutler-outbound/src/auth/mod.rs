//! How requests are authenticated. Secrets come resolved, are kept as secrets, and are shown
//! to nobody.

mod client_credentials;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use sutler_model::port::Clock;

use crate::auth::client_credentials::ClientCredentials;
use crate::factory::BuildError;
use crate::http::{Http, checked};
use crate::stop::Stop;

/// How to authenticate, with every secret at hand.
#[derive(Clone, Debug)]
pub enum ResolvedAuth {
    /// No authentication.
    None,
    /// A long-lived token.
    Bearer(SecretString),
    /// HTTP Basic.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: SecretString,
    },
    /// OAuth 2.0 client credentials (RFC 6749 §4.4).
    ClientCredentials {
        /// Where tokens are had.
        token_url: String,
        /// Our id there.
        client_id: String,
        /// Our secret there.
        client_secret: SecretString,
        /// The scope to ask for, if any.
        scope: Option<String>,
    },
}

/// Gives each request its `Authorization`.
pub(crate) enum Authenticator {
    /// Always the same, or none.
    Fixed(Option<HeaderValue>),
    /// A token that is fetched and ends.
    Fetched(Box<ClientCredentials>),
}

impl Authenticator {
    pub(crate) fn new(auth: ResolvedAuth, clock: Arc<dyn Clock>) -> Result<Self, BuildError> {
        match auth {
            ResolvedAuth::None => Ok(Self::Fixed(None)),
            ResolvedAuth::Bearer(token) => Ok(Self::Fixed(Some(bearer(token.expose_secret())?))),
            ResolvedAuth::Basic { username, password } => {
                Ok(Self::Fixed(Some(basic(&username, password.expose_secret())?)))
            }
            ResolvedAuth::ClientCredentials { token_url, client_id, client_secret, scope } => {
                // RFC 6749 §2.3.1: both are form-encoded before they are joined.
                let client = basic(&form(&client_id), &form(client_secret.expose_secret()))?;
                let url = checked(&token_url)?;
                Ok(Self::Fetched(Box::new(ClientCredentials::new(url, client, scope, clock))))
            }
        }
    }

    /// What to send; fetched first if it must be.
    pub(crate) async fn authorization(&self, http: &Http) -> Result<Option<HeaderValue>, Stop> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Fetched(credentials) => credentials.token(http).await.map(Some),
        }
    }

    /// Told that what was sent is not valid. True if another try can be better.
    pub(crate) async fn refused(&self, sent: Option<&HeaderValue>) -> bool {
        match (self, sent) {
            (Self::Fetched(credentials), Some(sent)) => {
                credentials.forget(sent).await;
                true
            }
            _ => false,
        }
    }
}

/// `Bearer …`, marked as a secret.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, BuildError> {
    secret(format!("Bearer {token}"))
}

fn basic(username: &str, password: &str) -> Result<HeaderValue, BuildError> {
    secret(format!("Basic {}", STANDARD.encode(format!("{username}:{password}"))))
}

fn secret(value: String) -> Result<HeaderValue, BuildError> {
    let mut value = HeaderValue::try_from(value).map_err(|_| BuildError::Credential)?;
    value.set_sensitive(true);
    Ok(value)
}

/// `application/x-www-form-urlencoded`, one value.
fn form(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
