//! The provisioner: what it holds, and what it gives back.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use sutler_model::change::{Action, Change};
use sutler_model::event::Event;
use sutler_model::resource::Resource;
use sutler_model::{EventStreamId, Leniencies};

use super::Caller;
use super::turns::Turns;
use crate::Ports;

/// Makes the hash of a password; slow on purpose, and therefore done beside.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash in PHC form.
    async fn hash(&self, password: &SecretString) -> Result<String, HashFailed>;
}

/// The hash could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hash could not be made")]
pub struct HashFailed;

/// What two installations may want differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// `displayName` of groups is unique in its tenant.
    pub unique_group_names: bool,
    /// How long an answer waits for the targets, where delivery is blocking; in milliseconds.
    pub confirm_within: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self { unique_group_names: true, confirm_within: 20_000 }
    }
}

/// The one path in. Cloning is cheap.
#[derive(Clone)]
pub struct Provisioner {
    pub(super) ports: Ports,
    pub(super) hasher: Arc<dyn PasswordHasher>,
    pub(super) options: Options,
    pub(super) turns: Turns,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The resource as it is now.
    pub resource: Resource,
    /// False if nothing differed: then neither the version nor `lastModified` was touched.
    pub changed: bool,
    /// The deviations that were tolerated while it was read.
    pub tolerated: Leniencies,
}

impl Provisioner {
    /// A provisioner over these ports.
    pub fn new(ports: Ports, hasher: Arc<dyn PasswordHasher>, options: Options) -> Self {
        Self { ports, hasher, options, turns: Turns::new() }
    }

    pub(super) fn change(
        &self,
        caller: &Caller,
        action: Action,
        events: Vec<(EventStreamId, Event)>,
    ) -> Change {
        Change {
            tenant: caller.tenant,
            actor: caller.client.clone(),
            via: caller.via,
            service_provider: caller.service_provider,
            at: self.ports.clock.now(),
            action,
            events,
        }
    }
}
