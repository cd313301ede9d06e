//! From a reference to what is stored: a hash of a service provider's secret, a sealed copy
//! of a target's.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use sutler_model::estate::{ClientSecret, SecretRef, TargetAuth};
use sutler_model::port::Random;

use super::document::DeclaredSecret;

use super::provider::DeclaredClient;
use super::report::Generated;
use super::target::DeclaredAuth;
use crate::secrets::{self, Sealer, SecretSource, target_purpose};

/// Where values are found.
pub(crate) struct Secrets<'a> {
    /// The values that the applying process could read, by reference.
    pub(crate) supplied: &'a BTreeMap<String, String>,
    pub(crate) sealer: &'a Sealer,
    pub(crate) random: &'a dyn Random,
}

/// What a reference led to.
pub(super) struct Resolved<T> {
    pub(super) value: T,
    /// True if the stored secret was another one.
    pub(super) replaced: bool,
    pub(super) generated: Option<Generated>,
}

/// The value behind a reference, before it is hashed or sealed.
enum Found {
    Value(String),
    Made(String),
    /// It cannot be had here, but the stored one came from the same place.
    Stored,
}

impl Secrets<'_> {
    fn find(&self, secret: &DeclaredSecret, stored_source: Option<&str>) -> Result<Found, String> {
        let source = secret.source.stored();
        let same = stored_source == Some(source.as_str());
        if secret.source == SecretSource::Generate {
            return Ok(if same {
                Found::Stored
            } else {
                Found::Made(secrets::generate(self.random))
            });
        }
        if let Some(value) = self.supplied.get(&source) {
            return Ok(Found::Value(value.clone()));
        }
        match secret.source.read(None) {
            Ok(value) => Ok(Found::Value(value)),
            Err(_) if same => Ok(Found::Stored),
            Err(reason) => Err(format!(
                "the secret cannot be had: {reason}, neither here nor in the server: provide it where you run `sutler apply`"
            )),
        }
    }

    /// Why a target's secret that was handed in will not be the one that is used: at use, the
    /// server's own environment goes first.
    pub(super) fn overruled(&self, source: &SecretSource) -> Option<String> {
        let SecretSource::Env(name) = source else {
            return None;
        };
        let handed_in = self.supplied.get(&source.stored())?;
        let own = source.read(None).ok()?;
        (own != *handed_in).then(|| {
            format!("the server was started with another value of `{name}` and goes on using it: restart it with the new one")
        })
    }

    /// A service provider's client, hashed.
    pub(super) fn client(
        &self,
        what: &str,
        declared: &DeclaredClient,
        stored: Option<&ClientSecret>,
    ) -> Result<Resolved<ClientSecret>, String> {
        let found = self.find(&declared.secret, stored.map(|stored| stored.source.as_str()))?;
        let hash_of =
            |value: &str| secrets::hash(value, self.random).map_err(|error| error.to_string());
        let (hash, replaced, made) = match (found, stored) {
            (Found::Stored, Some(stored)) => (stored.hash.clone(), false, None),
            (Found::Value(value), Some(stored)) if secrets::matches(&value, &stored.hash) => {
                (stored.hash.clone(), false, None)
            }
            (Found::Value(value), stored) => (hash_of(&value)?, stored.is_some(), None),
            (Found::Made(value), stored) => (hash_of(&value)?, stored.is_some(), Some(value)),
            (Found::Stored, None) => return Err("the stored secret is gone".to_owned()),
        };
        Ok(Resolved {
            value: ClientSecret {
                client_id: declared.client_id.value.clone(),
                source: declared.secret.source.stored(),
                hash,
            },
            replaced,
            generated: made.map(|value| Generated { of: what.to_owned(), value }),
        })
    }

    /// A target's authentication, sealed.
    pub(super) fn auth(
        &self,
        tenant: &str,
        target: &str,
        declared: &DeclaredAuth,
        stored: Option<&TargetAuth>,
    ) -> Result<Resolved<TargetAuth>, String> {
        let stored = stored.and_then(stored_secret);
        let sealed = |field: &str, secret: &DeclaredSecret| {
            self.sealed(tenant, target, field, secret, stored)
        };
        Ok(match declared {
            DeclaredAuth::None => {
                Resolved { value: TargetAuth::None, replaced: false, generated: None }
            }
            DeclaredAuth::Bearer(secret) => sealed("bearer", secret)?.map(TargetAuth::Bearer),
            DeclaredAuth::Basic { username, password } => sealed("password", password)?
                .map(|password| TargetAuth::Basic { username: username.clone(), password }),
            DeclaredAuth::ClientCredentials { token_url, client_id, client_secret, scope } => {
                sealed("client_secret", client_secret)?.map(|client_secret| {
                    TargetAuth::ClientCredentials {
                        token_url: token_url.clone(),
                        client_id: client_id.clone(),
                        client_secret,
                        scope: scope.clone(),
                    }
                })
            }
        })
    }

    fn sealed(
        &self,
        tenant: &str,
        target: &str,
        field: &str,
        secret: &DeclaredSecret,
        stored: Option<(&'static str, &SecretRef)>,
    ) -> Result<Resolved<SecretRef>, String> {
        let purpose = target_purpose(tenant, target, field);
        let stored =
            stored.filter(|(stored_field, _)| *stored_field == field).map(|(_, stored)| stored);
        let source = secret.source.stored();
        let keep = |stored: &SecretRef| Resolved {
            value: SecretRef { source: source.clone(), sealed: stored.sealed.clone() },
            replaced: false,
            generated: None,
        };
        let found = self.find(secret, stored.map(|stored| stored.source.as_str()))?;
        let (value, made) = match (found, stored) {
            (Found::Stored, Some(stored)) => return Ok(keep(stored)),
            (Found::Stored, None) => return Err("the stored secret is gone".to_owned()),
            (Found::Value(value), Some(stored)) if self.same(&purpose, stored, &value) => {
                return Ok(keep(stored));
            }
            (Found::Value(value), _) => (value, false),
            (Found::Made(value), _) => (value, true),
        };
        let sealed =
            self.sealer.seal(&purpose, &value, self.random).map_err(|error| error.to_string())?;
        Ok(Resolved {
            value: SecretRef { source, sealed },
            replaced: stored.is_some(),
            generated: made.then_some(Generated { of: purpose, value }),
        })
    }

    fn same(&self, purpose: &str, stored: &SecretRef, value: &str) -> bool {
        self.sealer
            .open(purpose, &stored.sealed)
            .is_ok_and(|opened| opened.expose_secret() == value)
    }
}

impl<T> Resolved<T> {
    fn map<U>(self, into: impl FnOnce(T) -> U) -> Resolved<U> {
        Resolved { value: into(self.value), replaced: self.replaced, generated: self.generated }
    }
}

/// The secret of a stored authentication, with the field it was sealed for.
fn stored_secret(auth: &TargetAuth) -> Option<(&'static str, &SecretRef)> {
    match auth {
        TargetAuth::None => None,
        TargetAuth::Bearer(secret) => Some(("bearer", secret)),
        TargetAuth::Basic { password, .. } => Some(("password", password)),
        TargetAuth::ClientCredentials { client_secret, .. } => {
            Some(("client_secret", client_secret))
        }
    }
}
