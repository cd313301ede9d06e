//! What a command works on: an open data directory with its store and its key.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use sutler_engine::provision::{Options, Provisioner};
use sutler_engine::reconcile::Comparing;
use sutler_engine::{EstateView, Ports, Pulse};
use sutler_inbound::{Argon2, Argon2Settings, Cursors};
use sutler_model::Time;
use sutler_model::port::{Clock, Ledger, LedgerError, Random};
use sutler_store_sql::{OpenError, Options as StoreOptions, SqliteLedger};

use super::probe::Probes;
use crate::connectors::BuiltConnectors;
use crate::rim::{SystemClock, SystemRandom, TokioRuntime};
use crate::secrets::{Key, NameHiding, RandomSealer, Sealer, derive, load_or_make};

/// How far the clock may be behind without a word.
const BEHIND: i64 = 60_000;

/// An open data directory: its lock, its store, its key. One in a process.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) ports: Ports,
    pub(crate) provisioner: Provisioner,
    pub(crate) argon2: Arc<Argon2>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) cursors: Arc<Cursors>,
    pub(crate) connectors: Arc<BuiltConnectors>,
    pub(crate) probes: Arc<Probes>,
}

/// What is kept back on the disk, so that deliveries go on when it is full.
const RESERVE: u64 = 16 << 20;

/// What became of the attempt to open a data directory.
pub(crate) enum Opened {
    /// It is ours until the context is dropped.
    Ours(Box<Context>),
    /// Another process has it.
    Busy,
}

impl Context {
    /// Opens store and key of a directory, which is held from then on. Needs a tokio runtime.
    pub(crate) async fn open(directory: &Path, rules: Options) -> Result<Opened> {
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let system = Arc::new(SystemClock::new());
        let clock: Arc<dyn Clock> = system.clone();
        let options = StoreOptions {
            clock: Some(Arc::clone(&clock)),
            reserve: RESERVE,
            ..StoreOptions::default()
        };
        let ledger = match SqliteLedger::open(directory, &options) {
            Ok(ledger) => Arc::new(ledger),
            Err(OpenError::Held { .. }) => return Ok(Opened::Busy),
            Err(error) => return Err(error.into()),
        };
        let latest = ledger.latest().map_err(|error| store_error(&error))?;
        go_on(&system, latest);
        // Under the store's lock, so that one process makes the key; before anything is written,
        // so that a kill in between leaves a store that is new.
        let key = load_or_make(directory, latest == Time(0), &*random)?;
        let context = Self::assemble(ledger, &key, random, clock, rules).await?;
        Ok(Opened::Ours(Box::new(context)))
    }

    async fn assemble(
        ledger: Arc<dyn Ledger>,
        key: &Key,
        random: Arc<dyn Random>,
        clock: Arc<dyn Clock>,
        rules: Options,
    ) -> Result<Self> {
        let sealer = Arc::new(Sealer::new(key));
        let estate = Arc::new(EstateView::default());
        estate.refresh(&*ledger).await.map_err(|error| store_error(&error))?;
        let connectors = Arc::new(BuiltConnectors::new(
            Arc::clone(&estate),
            Arc::clone(&sealer),
            Arc::clone(&clock),
        ));
        let ports = Ports {
            ledger,
            connectors: connectors.clone(),
            clock,
            random: Arc::clone(&random),
            runtime: Arc::new(TokioRuntime(tokio::runtime::Handle::current())),
            pulse: Arc::new(Pulse::default()),
            estate,
            comparing: Arc::new(Comparing::default()),
            gates: Arc::default(),
            hiding: Arc::new(NameHiding::new(key)),
            sealer: Arc::new(RandomSealer {
                sealer: Arc::clone(&sealer),
                random: Arc::clone(&random),
            }),
        };
        let argon2 = Argon2::new(Argon2Settings::default(), random, 2)
            .map_err(|error| anyhow::anyhow!("password hashing cannot be set up: {error}"))?;
        let hasher = Arc::clone(&argon2);
        Ok(Self {
            provisioner: Provisioner::new(ports.clone(), hasher, rules),
            ports,
            argon2,
            sealer,
            cursors: Arc::new(Cursors::new(&derive(key, "cursor"))),
            connectors,
            probes: Arc::new(Probes::default()),
        })
    }
}

/// What an earlier process has written is not in the future, whatever the wall clock says.
fn go_on(clock: &SystemClock, stored: Time) {
    let behind = clock.not_before(stored);
    if behind > BEHIND {
        tracing::warn!(
            behind_ms = behind,
            "the clock of this machine is behind what the store has seen: the time goes on from there"
        );
    }
}

/// A store's error with what a person can do about it.
pub(crate) fn store_error(error: &LedgerError) -> anyhow::Error {
    anyhow::anyhow!(advised(error))
}

pub(super) fn advised(error: &LedgerError) -> String {
    let advice = match error {
        LedgerError::Full => {
            "free space on the disk of the data directory and run the command again"
        }
        LedgerError::Busy | LedgerError::EstateMoved => "run the command again",
        LedgerError::SchemaInUse { .. } => "take the data away first, or keep the schema as it was",
        LedgerError::Fenced => "this process has been replaced by another: start it again",
        LedgerError::Failed(_) => {
            "the log has the details; `sutler backup` and a look at the disk are next"
        }
    };
    format!("{error}: {advice}")
}
