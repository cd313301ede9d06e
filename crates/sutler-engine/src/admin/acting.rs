//! Who orders something, and the rows that this leaves in the audit trail.
//!
//! What is done in the store is written down by the order itself. What is done elsewhere is
//! written down before it begins (R25), and what is refused afterwards.

use serde_json::{Map, Value};
use sutler_model::audit::{Act, Outcome, Via};
use sutler_model::port::{LedgerError, Order};

use super::Refused;
use crate::Ports;

/// Who gives an order, and through which door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Who: a user of the machine, the name of an administrator's token.
    pub actor: String,
    /// Through which door.
    pub via: Via,
    /// The handle of the token that proved it, if one did.
    pub credential: Option<String>,
}

impl Acting {
    /// An act of theirs, as done.
    pub fn act(&self, tenant: Option<&str>, act: &str, object: &str) -> Act {
        let act = Act {
            tenant: tenant.map(str::to_owned),
            actor: self.actor.clone(),
            via: self.via,
            act: act.to_owned(),
            object: object.to_owned(),
            details: Map::new(),
            outcome: Outcome::Done,
        };
        Self::with(act, "credential", self.credential.clone())
    }

    /// The act with something more in its details, if there is something.
    #[must_use]
    pub fn with(mut act: Act, key: &str, value: Option<impl Into<Value>>) -> Act {
        if let Some(value) = value {
            act.details.insert(key.to_owned(), value.into());
        }
        act
    }
}

/// Writes down that something begins that is done outside of the store.
pub async fn begin(ports: &Ports, act: Act) -> Result<(), LedgerError> {
    let act = Act { outcome: Outcome::Begun, ..act };
    ports.ledger.order(Order::Note, vec![act], ports.clock.now()).await.map(drop)
}

/// Writes down that an act was refused. That it cannot be is no reason to do anything else:
/// nothing was done.
pub async fn note_refusal(ports: &Ports, act: Act, why: &str) {
    let act = Acting::with(act, "why", Some(why));
    let act = Act { outcome: Outcome::Refused, ..act };
    if let Err(error) = ports.ledger.order(Order::Note, vec![act], ports.clock.now()).await {
        tracing::error!(%error, "a refusal could not be written into the audit trail");
    }
}

/// What became of an act; a refusal is written down.
pub async fn refused<T>(ports: &Ports, act: &Act, done: Result<T, Refused>) -> Result<T, Refused> {
    if let Err(why) = &done {
        note_refusal(ports, act.clone(), &why.to_string()).await;
    }
    done
}
