//! The keys of the identity providers: fetched when they are needed, kept for a short time, and
//! fetched anew when a token names an unknown one, but not often.
//!
//! Fails closed: without keys that are fresh enough nobody is let in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::Value;
use sutler_model::IdentityProviderId;
use sutler_model::identity_provider::{IdentityProvider, KeyLocation};
use sutler_model::port::Clock;

use crate::{Claims, Denied, KeySet, Rejected, Token};

/// How long keys are used without asking for them again, in milliseconds: a key that the provider
/// has withdrawn is good no longer than that.
const LIFE: i64 = 600_000;
/// The shortest time between two attempts to fetch the keys of one provider, in milliseconds.
const PAUSE: i64 = 30_000;

/// Fetches the keys of an identity provider, from the place that it names and nowhere else.
#[async_trait]
pub trait KeySource: Send + Sync {
    /// The JWK set (RFC 7517 §5), within a few seconds.
    async fn fetch(&self, provider: &IdentityProvider) -> Result<Value, KeysUnavailable>;
}

/// Keys could not be had, and why: for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeysUnavailable(pub String);

/// Verifies tokens with keys that it fetches and keeps.
pub struct Keyring {
    source: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
    shelves: Mutex<HashMap<IdentityProviderId, Arc<Shelf>>>,
}

/// What is kept for one provider.
struct Shelf {
    /// Where the keys are from: those of another place count for nothing.
    location: KeyLocation,
    kept: Mutex<Kept>,
    /// Held while keys are fetched, so that everybody else waits for that one attempt.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Kept {
    /// With the time at which they were asked for.
    keys: Option<(Arc<KeySet>, i64)>,
    /// When keys were last asked for, and whether they came.
    tried: Option<(i64, bool)>,
}

/// What is to be done for a token.
enum Next {
    Use(Arc<KeySet>),
    Fetch,
    /// There are fresh keys, and none for this token.
    Unknown,
    Unavailable,
}

impl Kept {
    /// Decides by what is kept; `fits` says whether a set has the key that is wanted.
    fn next(&self, fits: impl Fn(&KeySet) -> bool, now: i64) -> Next {
        let fresh = self.keys.as_ref().filter(|(_, at)| now.saturating_sub(*at) < LIFE);
        if let Some((keys, _)) = fresh
            && fits(keys)
        {
            return Next::Use(Arc::clone(keys));
        }
        match self.tried {
            Some((at, came)) if now.saturating_sub(at) < PAUSE => {
                if came {
                    Next::Unknown
                } else {
                    Next::Unavailable
                }
            }
            _ => Next::Fetch,
        }
    }

    fn take(&mut self, keys: Option<KeySet>, asked: i64) {
        self.tried = Some((asked, keys.is_some()));
        // After a failure the old ones stay for as long as they live.
        if let Some(keys) = keys {
            self.keys = Some((Arc::new(keys), asked));
        }
    }
}

impl Keyring {
    /// An empty one.
    pub fn new(source: Arc<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        Self { source, clock, shelves: Mutex::default() }
    }

    /// The claims of a token, if the provider has signed it and everything about it is right.
    pub async fn verify(
        &self,
        token: &Token<'_>,
        trusted: &IdentityProvider,
    ) -> Result<Claims, Denied> {
        let algorithm = token.check(trusted, self.clock.now())?;
        let shelf = self.shelf(trusted);
        let fits = |keys: &KeySet| keys.find(token.key_id(), algorithm).is_some();
        let mut next = shelf.kept().next(fits, self.clock.boottime());
        if matches!(next, Next::Fetch) {
            let turn = Arc::clone(&shelf.fetching).lock_owned().await;
            next = shelf.kept().next(fits, self.clock.boottime());
            if matches!(next, Next::Fetch) {
                self.fetch(trusted.clone(), Arc::clone(&shelf), turn).await;
                next = shelf.kept().next(fits, self.clock.boottime());
            }
        }
        match next {
            Next::Use(keys) => Ok(token.verify(trusted, &keys, self.clock.now())?),
            Next::Unknown => Err(Rejected::Key.into()),
            Next::Fetch | Next::Unavailable => Err(Denied::Unavailable),
        }
    }

    /// As a task of its own: a client that goes away does not break the attempt off, which would
    /// let him begin one after the other.
    async fn fetch(
        &self,
        provider: IdentityProvider,
        shelf: Arc<Shelf>,
        turn: tokio::sync::OwnedMutexGuard<()>,
    ) {
        let (source, clock) = (Arc::clone(&self.source), Arc::clone(&self.clock));
        let attempt = tokio::spawn(async move {
            let asked = clock.boottime();
            let fetched = source.fetch(&provider).await;
            let keys = fetched.ok().and_then(|set| KeySet::read(&set));
            shelf.kept().take(keys, asked);
            drop(turn);
        });
        // If it ended otherwise there are no keys, and nobody is let in.
        let _ = attempt.await;
    }

    fn shelf(&self, provider: &IdentityProvider) -> Arc<Shelf> {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shelves.get(&provider.id).filter(|shelf| shelf.location == provider.jwks);
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let fresh = Arc::new(Shelf {
            location: provider.jwks.clone(),
            kept: Mutex::default(),
            fetching: Arc::default(),
        });
        shelves.insert(provider.id, Arc::clone(&fresh));
        fresh
    }
}

impl Shelf {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
