//! A probe of a target: told step by step, ended when it is told to, and never left alone with
//! what it has made.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sutler_outbound::{ProbeOptions, Probed, Watcher};
use tokio::sync::{Semaphore, mpsc};

use super::context::Context;
use super::execute::{Done, Refused, find_target, statuses};
use super::message::{LeftObject, ProbeRequest, Reply};

/// Probes at once.
const AT_ONCE: u32 = 4;
/// How long a server that stops waits for probes to take away what they have made.
const PARTING: Duration = Duration::from_mins(1);
/// Lines that may wait to be told.
const WAITING: usize = 256;

/// The probes that are under way.
pub(crate) struct Probes {
    ending: AtomicBool,
    places: Semaphore,
}

impl Default for Probes {
    fn default() -> Self {
        Self { ending: AtomicBool::new(false), places: Semaphore::new(AT_ONCE as usize) }
    }
}

impl Probes {
    /// Ends all of them, and waits until they have taken away what they made.
    pub(crate) async fn end(&self) {
        self.ending.store(true, Ordering::Relaxed);
        if tokio::time::timeout(PARTING, self.places.acquire_many(AT_ONCE)).await.is_err() {
            tracing::warn!("a probe did not end in time: it may have left objects at its target");
        }
    }

    fn are_ending(&self) -> bool {
        self.ending.load(Ordering::Relaxed)
    }
}

/// Nobody listens, and nobody stops it.
pub(super) struct Unheard;

impl Watcher for Unheard {
    fn tell(&self, _: &str) {}

    fn stops(&self) -> bool {
        false
    }
}

/// The way from a probe to who asked for it.
pub(super) struct Told {
    lines: mpsc::Sender<String>,
    stop: Arc<AtomicBool>,
}

/// Where the lines of a probe arrive, and what ends it.
pub(super) struct Listening {
    pub(super) lines: mpsc::Receiver<String>,
    pub(super) stop: Arc<AtomicBool>,
}

/// Both ends of it.
pub(super) fn told() -> (Told, Listening) {
    let (sender, lines) = mpsc::channel(WAITING);
    let stop = Arc::new(AtomicBool::new(false));
    (Told { lines: sender, stop: Arc::clone(&stop) }, Listening { lines, stop })
}

impl Watcher for Told {
    fn tell(&self, line: &str) {
        // Who does not listen misses lines; the probe does not wait.
        let _ = self.lines.try_send(line.to_owned());
    }

    fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// A watcher that is also told when all probes are to end.
struct Attentive<W> {
    inner: W,
    probes: Arc<Probes>,
}

impl<W: Watcher> Watcher for Attentive<W> {
    fn tell(&self, line: &str) {
        self.inner.tell(line);
    }

    fn stops(&self) -> bool {
        self.inner.stops() || self.probes.are_ending()
    }
}

/// What a probe would touch.
pub(super) async fn plan(context: &Context, tenant: &str, target: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let found = find_target(&stored, tenant, target)?;
    let statuses = statuses(context, &stored).await?;
    let accounts = statuses
        .iter()
        .filter(|(of, status)| of == tenant && status.name == found.name)
        .map(|(_, status)| status.in_sync + status.pending + status.failed)
        .sum();
    Ok(Reply::ProbePlan { url: found.url.clone(), accounts })
}

/// Probes. To be awaited to its end, whoever has left meanwhile.
pub(super) async fn run<W: Watcher>(context: &Context, wanted: ProbeRequest, watcher: W) -> Reply {
    match probe(context, wanted, watcher).await {
        Ok(reply) => reply,
        Err(Refused(message)) => Reply::refused(message),
    }
}

async fn probe<W: Watcher>(context: &Context, wanted: ProbeRequest, watcher: W) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let target = find_target(&stored, &wanted.tenant, &wanted.target)?;
    let busy = || "too many probes are under way: try again when one has ended".to_owned();
    let _place = context.probes.places.try_acquire().map_err(|_| Refused(busy()))?;
    let ports = &context.ports;
    let (random, runtime) = (Arc::clone(&ports.random), Arc::clone(&ports.runtime));
    let prober = context.connectors.prober(target, random, runtime)?;
    let options = ProbeOptions { user_attributes: wanted.user_attributes, domain: wanted.domain };
    let watcher = Attentive { inner: watcher, probes: Arc::clone(&context.probes) };
    let Probed { profile, failure, left } = prober.run(&options, &watcher).await;
    for one in &left {
        tracing::warn!(
            target.name = %target.name, account.kind = one.kind.name(), account.id = %one.id,
            reason = %one.why, "a probe could not take away what it made"
        );
    }
    let left = left.into_iter().map(|one| LeftObject {
        kind: one.kind.name().to_owned(),
        id: one.id,
        why: one.why,
    });
    Ok(Reply::Probed { profile, failure, left: left.collect() })
}
