//! The targets' connectors: secrets are had, and each is built once for a version of its target.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sutler_engine::EstateView;
use sutler_model::TargetId;
use sutler_model::estate::{SecretRef, Target, TargetAuth};
use sutler_model::port::{Clock, Connector, Connectors, Random, Runtime};
use sutler_outbound::{Prober, ResolvedAuth, Settings};

use crate::estate::DEFAULT_TENANT;
use crate::secrets::{Sealer, SecretSource, target_purpose};

/// Connectors by target, with what they were built for.
type Built = HashMap<TargetId, (BuiltFor, Arc<dyn Connector>)>;

/// A target's version, and a digest of its secret if that comes from a file: a file is
/// rotated without an edit and without a restart.
type BuiltFor = (i64, Option<[u8; 32]>);

/// Builds connectors and keeps them.
pub(crate) struct BuiltConnectors {
    estate: Arc<EstateView>,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    built: Mutex<Built>,
}

impl BuiltConnectors {
    pub(crate) fn new(estate: Arc<EstateView>, sealer: Arc<Sealer>, clock: Arc<dyn Clock>) -> Self {
        Self { estate, sealer, clock, settings: Settings::default(), built: Mutex::default() }
    }

    fn build(&self, target: &Target) -> Result<Arc<dyn Connector>, String> {
        let auth = self.auth(target)?;
        sutler_outbound::connector(target, auth, &self.settings, Arc::clone(&self.clock))
            .map_err(|error| error.to_string())
    }

    /// A probe of the target, with its credentials and its address rules.
    pub(crate) fn prober(
        &self,
        target: &Target,
        random: Arc<dyn Random>,
        runtime: Arc<dyn Runtime>,
    ) -> Result<Prober, String> {
        let auth = self.auth(target)?;
        let clock = Arc::clone(&self.clock);
        Prober::new(target, auth, &self.settings, clock, random, runtime)
            .map_err(|error| error.to_string())
    }

    fn auth(&self, target: &Target) -> Result<ResolvedAuth, String> {
        let secret = |field: &str, secret: &SecretRef| self.secret(target, field, secret);
        Ok(match &target.auth {
            TargetAuth::None => ResolvedAuth::None,
            TargetAuth::Bearer(token) => ResolvedAuth::Bearer(secret("bearer", token)?),
            TargetAuth::Basic { username, password } => ResolvedAuth::Basic {
                username: username.clone(),
                password: secret("password", password)?,
            },
            TargetAuth::ClientCredentials { token_url, client_id, client_secret, scope } => {
                ResolvedAuth::ClientCredentials {
                    token_url: token_url.clone(),
                    client_id: client_id.clone(),
                    client_secret: secret("client_secret", client_secret)?,
                    scope: scope.clone(),
                }
            }
        })
    }

    /// The value at its source; a generated one is opened.
    fn secret(
        &self,
        target: &Target,
        field: &str,
        secret: &SecretRef,
    ) -> Result<SecretString, String> {
        match SecretSource::from_stored(&secret.source) {
            Some(SecretSource::Generate) => {}
            Some(source) => return source.read().map(SecretString::from),
            None => return Err(format!("the reference `{}` cannot be read", secret.source)),
        }
        let estate = self.estate.current();
        let tenant = estate.tenants.iter().find(|(id, _)| *id == target.tenant);
        let tenant = tenant.map_or(DEFAULT_TENANT, |(_, name)| name.as_str());
        self.sealer.open(&target_purpose(tenant, &target.name, field), &secret.sealed)
    }
}

impl Connectors for BuiltConnectors {
    fn connector(&self, target: &Target) -> Result<Arc<dyn Connector>, String> {
        let wanted = (target.version, file_digest(&target.auth));
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((built_for, connector)) = built.get(&target.id)
            && *built_for == wanted
        {
            return Ok(Arc::clone(connector));
        }
        let connector = self.build(target)?;
        built.insert(target.id, (wanted, Arc::clone(&connector)));
        Ok(connector)
    }
}

/// A digest of the secret that a file holds now.
fn file_digest(auth: &TargetAuth) -> Option<[u8; 32]> {
    let secret = match auth {
        TargetAuth::None => return None,
        TargetAuth::Bearer(secret)
        | TargetAuth::Basic { password: secret, .. }
        | TargetAuth::ClientCredentials { client_secret: secret, .. } => secret,
    };
    let source = SecretSource::from_stored(&secret.source)?;
    let SecretSource::File(_) = &source else {
        return None;
    };
    Some(Sha256::digest(source.read().ok()?).into())
}
