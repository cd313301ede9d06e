//! The receivers of events: secrets are had at each use, and the way to each is built once for
//! its settings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;
use sutler_engine::EstateView;
use sutler_model::EventStreamId;
use sutler_model::estate::SecretRef;
use sutler_model::event::{EventDelivery, EventStream};
use sutler_model::port::{Clock, EventReceiver, PushError};
use sutler_outbound::{EventPush, Settings};

use crate::control::Context;
use crate::estate::DEFAULT_TENANT;
use crate::secrets::{Sealer, SecretSource, stream_purpose};

/// Ways by stream, with the settings that they were built for.
type Built = HashMap<EventStreamId, (EventStream, Arc<EventPush>)>;

/// Builds ways to receivers and keeps them.
pub(crate) struct Receivers {
    estate: Arc<EstateView>,
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    built: Mutex<Built>,
}

impl Receivers {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            estate: Arc::clone(&context.ports.estate),
            sealer: Arc::clone(&context.sealer),
            clock: Arc::clone(&context.ports.clock),
            settings: Settings::default(),
            built: Mutex::default(),
        }
    }

    fn way(&self, stream: &EventStream) -> Result<(Arc<EventPush>, Option<SecretString>), String> {
        let EventDelivery::Push { url, bearer, allow_private_addresses } = &stream.delivery else {
            return Err("the stream is not pushed".to_owned());
        };
        let secret = bearer.as_ref().map(|secret| self.secret(stream, secret)).transpose()?;
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((built_for, way)) = built.get(&stream.id)
            && built_for == stream
        {
            return Ok((Arc::clone(way), secret));
        }
        let clock = Arc::clone(&self.clock);
        let way = EventPush::new(url, *allow_private_addresses, &self.settings, clock);
        let way = Arc::new(way.map_err(|error| error.to_string())?);
        built.insert(stream.id, (stream.clone(), Arc::clone(&way)));
        Ok((way, secret))
    }

    /// The value at its source; a generated one is opened.
    fn secret(&self, stream: &EventStream, secret: &SecretRef) -> Result<SecretString, String> {
        match SecretSource::from_stored(&secret.source) {
            Some(SecretSource::Generate) => {}
            Some(source) => return source.read().map(SecretString::from),
            None => return Err(format!("the reference `{}` cannot be read", secret.source)),
        }
        let estate = self.estate.current();
        let tenant = estate.tenants.iter().find(|(id, _)| *id == stream.tenant);
        let tenant = tenant.map_or(DEFAULT_TENANT, |(_, name)| name.as_str());
        self.sealer.open(&stream_purpose(tenant, &stream.name), &secret.sealed)
    }
}

#[async_trait]
impl EventReceiver for Receivers {
    async fn push(&self, stream: &EventStream, token: &str) -> Result<(), PushError> {
        let (way, secret) = self.way(stream).map_err(|reason| PushError::Again(reason, None))?;
        way.push(token, secret.as_ref()).await
    }
}
