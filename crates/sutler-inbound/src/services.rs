//! What the handlers work with.

use std::sync::Arc;

use sutler_engine::Ports;
use sutler_engine::provision::Provisioner;
use sutler_federation::{KeySource, Keyring};
use sutler_model::ServiceProviderId;

use crate::admin::EstateFile;
use crate::rate::Rates;
use crate::verify::{SecretSource, Verifier};
use crate::{Argon2, Cursors, Settings, TokenSigner};

/// What the HTTP side is given.
#[derive(Clone)]
pub struct Services {
    /// The engine's ports: estate, tokens, time, randomness.
    pub ports: Ports,
    /// The one path in.
    pub provisioner: Provisioner,
    /// For client secrets.
    pub argon2: Arc<Argon2>,
    /// Reads a client secret that is kept elsewhere, at use.
    pub secrets: Arc<dyn SecretSource>,
    /// Fetches the keys of identity providers.
    pub keys: Arc<dyn KeySource>,
    /// Seals cursors, under a key that outlives the process.
    pub cursors: Arc<Cursors>,
    /// Signs events.
    pub events: Arc<TokenSigner>,
    /// The estate as a file, for the admin API.
    pub estate: Arc<dyn EstateFile>,
    /// Limits and addresses.
    pub settings: Settings,
    /// What `/metrics` answers.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// [`Services`] with what the HTTP side keeps for itself; the state of every handler.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) services: Services,
    pub(crate) verifier: Verifier,
    pub(crate) keyring: Keyring,
    pub(crate) rates: Rates<ServiceProviderId>,
    /// The same for administrators, by the handles of their tokens.
    pub(crate) administrators: Rates<String>,
}

impl Shared {
    pub(crate) fn new(services: Services) -> Self {
        let verifier = Verifier::new(
            Arc::clone(&services.argon2),
            Arc::clone(&services.secrets),
            &*services.ports.random,
        );
        let clock = &services.ports.clock;
        let keyring = Keyring::new(Arc::clone(&services.keys), Arc::clone(clock));
        let rates = Rates::new(services.settings.rate, Arc::clone(clock));
        let administrators = Rates::new(services.settings.rate, Arc::clone(clock));
        Self(Arc::new(Inner { services, verifier, keyring, rates, administrators }))
    }
}

impl std::ops::Deref for Shared {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}
