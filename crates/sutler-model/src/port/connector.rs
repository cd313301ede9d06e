//! The port to a target.

use std::sync::Arc;

use async_trait::async_trait;

use crate::Kind;
use crate::estate::Target;
use crate::history::Notes;
use crate::outcome::{Abilities, Account, Applied, Finding, Listing, Operation, Outcome, Query};

/// Code that speaks one target protocol, for one target.
///
/// A connector keeps its own deadline for each call and answers [`Outcome::Unknown`] when it
/// passes after bytes were sent. It never retries by itself: the decision is the engine's.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What this target can do; cheap, from what was learnt so far.
    fn abilities(&self) -> Abilities;

    /// Tests address, credentials and profile, without changing anything there.
    async fn check(&self) -> Vec<Finding>;

    /// Looks accounts up. An empty answer means that there is none, as far as the target
    /// shows; more than two are cut off at two.
    async fn look(&self, kind: Kind, query: &Query) -> Outcome<Vec<Account>>;

    /// One page of all accounts of a type; `from` is the `next` of the page before. A list that
    /// cannot be trusted to be whole ends in a refusal or in a retry, never early: refused as
    /// [`Differs`](crate::outcome::RefusalKind::Differs), it has changed meanwhile and is to be
    /// begun again.
    async fn list(&self, kind: Kind, from: Option<&str>) -> Outcome<Listing>;

    /// Applies one operation.
    async fn apply(&self, operation: &Operation) -> Outcome<Applied>;

    /// The same connector, noting each request and answer there; `None` if it tells none.
    fn noting(&self, notes: Arc<Notes>) -> Option<Arc<dyn Connector>> {
        drop(notes);
        None
    }
}

/// Gives the connector of a target, built anew when the target's version has changed.
pub trait Connectors: Send + Sync {
    /// The connector, or why it cannot be built (an unknown kind, a secret that cannot be had).
    fn connector(&self, target: &Target) -> Result<Arc<dyn Connector>, String>;
}
