//! The receivers of messages: secrets are had at each use, and the way to each is built once for
//! its settings.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use secrecy::SecretString;
use sutler_model::NotificationId;
use sutler_model::notification::Notification;
use sutler_model::port::{Clock, NoticeSender, PushError, Told};
use sutler_outbound::{Settings, Webhook};

use crate::control::Context;
use crate::secrets::{Sealer, SecretSource, notification_purpose};

/// Ways by receiver, with the settings that they were built for.
type Built = HashMap<NotificationId, (Notification, Arc<Webhook>)>;

/// Builds ways to receivers and keeps them.
pub(crate) struct Senders {
    sealer: Arc<Sealer>,
    clock: Arc<dyn Clock>,
    settings: Settings,
    built: Mutex<Built>,
}

impl Senders {
    pub(crate) fn new(context: &Context) -> Self {
        Self {
            sealer: Arc::clone(&context.sealer),
            clock: Arc::clone(&context.ports.clock),
            settings: Settings::default(),
            built: Mutex::default(),
        }
    }

    fn way(&self, to: &Notification) -> Result<Arc<Webhook>, String> {
        let mut built = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((built_for, way)) = built.get(&to.id)
            && built_for == to
        {
            return Ok(Arc::clone(way));
        }
        let clock = Arc::clone(&self.clock);
        let way = Webhook::new(&to.url, to.allow_private_addresses, &self.settings, clock);
        let way = Arc::new(way.map_err(|error| error.to_string())?);
        built.insert(to.id, (to.clone(), Arc::clone(&way)));
        Ok(way)
    }

    /// The value at its source; a generated one is opened.
    fn secret(&self, to: &Notification, tenant: &str) -> Result<SecretString, String> {
        match SecretSource::from_stored(&to.secret.source) {
            Some(SecretSource::Generate) => {
                self.sealer.open(&notification_purpose(tenant, &to.name), &to.secret.sealed)
            }
            Some(source) => source.read().map(SecretString::from),
            None => Err(format!("the reference `{}` cannot be read", to.secret.source)),
        }
    }
}

#[async_trait]
impl NoticeSender for Senders {
    async fn send(&self, to: &Notification, told: &Told) -> Result<(), PushError> {
        let again = |reason| PushError::Again(reason, None);
        let secret = self.secret(to, &told.tenant).map_err(again)?;
        let way = self.way(to).map_err(again)?;
        way.send(told, &secret).await
    }
}
