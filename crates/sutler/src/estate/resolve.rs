//! From a reference to what is stored. `env:` and `file:` are resolved by the server at use, and
//! only the reference is stored; a generated secret is hashed for a service provider, and sealed
//! for a target.

use std::path::Path;

use sutler_model::estate::{ClientSecret, SecretRef, TargetAuth};
use sutler_model::port::Random;

use super::document::DeclaredSecret;
use super::provider::DeclaredClient;
use super::report::Generated;
use super::target::DeclaredAuth;
use crate::secrets::{
    self, Sealer, SecretSource, notification_purpose, stream_purpose, target_purpose,
};

/// What is needed to store a secret.
pub(crate) struct Secrets<'a> {
    /// Where relative paths start: the folder of the estate file.
    pub(crate) base: &'a Path,
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

impl Secrets<'_> {
    /// The reference that is stored: paths are absolute.
    fn source(&self, secret: &DeclaredSecret) -> String {
        secret.source.absolute(self.base).stored()
    }

    /// Why the secret cannot be had here and now, if so: the server will need it.
    pub(super) fn missing(&self, secret: &DeclaredSecret) -> Option<String> {
        if secret.source == SecretSource::Generate {
            return None;
        }
        let reason = secret.source.absolute(self.base).read().err()?;
        Some(format!("{reason}: the server needs it when it uses this secret"))
    }

    /// A service provider's client; only a generated secret is kept, hashed.
    pub(super) fn client(
        &self,
        what: &str,
        declared: &DeclaredClient,
        stored: Option<&ClientSecret>,
    ) -> Result<Resolved<ClientSecret>, String> {
        let source = self.source(&declared.secret);
        let same = stored.filter(|stored| stored.source == source);
        let client =
            |hash| ClientSecret { client_id: declared.client_id.value.clone(), source, hash };
        if let Some(stored) = same {
            return Ok(Resolved::kept(client(stored.hash.clone())));
        }
        let replaced = stored.is_some();
        if declared.secret.source != SecretSource::Generate {
            return Ok(Resolved { value: client(String::new()), replaced, generated: None });
        }
        let made = secrets::generate(self.random);
        let hash = secrets::hash(&made, self.random).map_err(|error| error.to_string())?;
        let generated = Some(Generated { of: what.to_owned(), value: made });
        Ok(Resolved { value: client(hash), replaced, generated })
    }

    /// A target's authentication; only a generated secret is kept, sealed.
    pub(super) fn auth(
        &self,
        tenant: &str,
        target: &str,
        declared: &DeclaredAuth,
        stored: Option<&TargetAuth>,
    ) -> Result<Resolved<TargetAuth>, String> {
        let stored = stored.and_then(stored_secret);
        let kept =
            |field: &str, secret: &DeclaredSecret| self.kept(tenant, target, field, secret, stored);
        Ok(match declared {
            DeclaredAuth::None => Resolved::kept(TargetAuth::None),
            DeclaredAuth::Bearer(secret) => kept("bearer", secret)?.map(TargetAuth::Bearer),
            DeclaredAuth::Basic { username, password } => kept("password", password)?
                .map(|password| TargetAuth::Basic { username: username.clone(), password }),
            DeclaredAuth::ClientCredentials { token_url, client_id, client_secret, scope } => {
                kept("client_secret", client_secret)?.map(|client_secret| {
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

    fn kept(
        &self,
        tenant: &str,
        target: &str,
        field: &str,
        secret: &DeclaredSecret,
        stored: Option<(&'static str, &SecretRef)>,
    ) -> Result<Resolved<SecretRef>, String> {
        let before = stored.filter(|(stored_field, _)| *stored_field == field);
        let before = before.map(|(_, stored)| stored);
        self.kept_for(target_purpose(tenant, target, field), secret, before)
    }

    /// The secret of an event stream; only a generated one is kept, sealed.
    pub(super) fn stream(
        &self,
        tenant: &str,
        stream: &str,
        secret: &DeclaredSecret,
        before: Option<&SecretRef>,
    ) -> Result<Resolved<SecretRef>, String> {
        self.kept_for(stream_purpose(tenant, stream), secret, before)
    }

    /// The secret that messages are signed with; only a generated one is kept, sealed.
    pub(super) fn notification(
        &self,
        tenant: &str,
        notification: &str,
        secret: &DeclaredSecret,
        before: Option<&SecretRef>,
    ) -> Result<Resolved<SecretRef>, String> {
        self.kept_for(notification_purpose(tenant, notification), secret, before)
    }

    fn kept_for(
        &self,
        purpose: String,
        secret: &DeclaredSecret,
        before: Option<&SecretRef>,
    ) -> Result<Resolved<SecretRef>, String> {
        let source = self.source(secret);
        if let Some(stored) = before.filter(|stored| stored.source == source) {
            return Ok(Resolved::kept(stored.clone()));
        }
        let replaced = before.is_some();
        if secret.source != SecretSource::Generate {
            let value = SecretRef { source, sealed: String::new() };
            return Ok(Resolved { value, replaced, generated: None });
        }
        let made = secrets::generate(self.random);
        let sealed =
            self.sealer.seal(&purpose, &made, self.random).map_err(|error| error.to_string())?;
        let generated = Some(Generated { of: purpose, value: made });
        Ok(Resolved { value: SecretRef { source, sealed }, replaced, generated })
    }
}

impl<T> Resolved<T> {
    fn kept(value: T) -> Self {
        Self { value, replaced: false, generated: None }
    }

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
