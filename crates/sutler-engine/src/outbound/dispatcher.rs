//! One loop a target: claims by lane, within slots, rate and health, and hands each claim to
//! a task of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sutler_model::TargetId;
use sutler_model::estate::Target;
use sutler_model::port::{Claim, Connector, LedgerError, Quarantined};
use sutler_model::work::{Lane, Work};

use super::context::Context;
use super::deliver::{deliver, unopened};
use super::ending::fault;
use crate::budget::Budget;
use crate::health::{Cause, Gate, Health};
use crate::hidden::open as open_frame;
use crate::hold::Hold;
use crate::rules::{Rulebook, TargetRules};

/// The periodic scan, for wake-ups that were missed.
const SCAN: i64 = 1_000;
/// The cause of a target that cannot be used.
const CONFIGURATION: &str = "configuration";
/// Live claims for one bulk claim.
const LIVE_TO_BULK: u32 = 4;

/// Everything that the deliveries to one target share, under one version of the estate.
pub(super) struct Lines {
    pub(super) context: Arc<Context>,
    pub(super) rules: Arc<TargetRules>,
    pub(super) estate: Arc<Rulebook>,
    connector: Mutex<Arc<dyn Connector>>,
    pub(super) budget: Mutex<Budget>,
    health: Mutex<Health>,
    /// Calls under way: deliveries, and reads for requests.
    pub(super) busy: AtomicUsize,
    /// An earlier version, or process, has left a quarantine: the first success ends it.
    pub(super) held: AtomicBool,
}

/// Watches the estate and keeps one loop a target.
pub(super) fn start(context: &Arc<Context>) {
    let context = Arc::clone(context);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        let mut started: BTreeMap<TargetId, i64> = BTreeMap::new();
        let mut unusable: BTreeMap<TargetId, String> = BTreeMap::new();
        while !context.is_stopping() {
            let (committed, ended) = (context.ports.pulse.on_mark(), context.ended());
            let estate = context.ports.estate.current();
            started.retain(|id, _| estate.target(*id).is_some());
            for rules in estate.all() {
                let target = &rules.target;
                if started.get(&target.id) == Some(&target.version) {
                    continue;
                }
                match open(&context, rules, &estate).await {
                    Ok(()) => {
                        started.insert(target.id, target.version);
                        unusable.remove(&target.id);
                    }
                    Err(reason) => complain(&context, target, reason, &mut unusable).await,
                }
            }
            context.wait(committed, ended, SCAN).await;
        }
    }));
}

/// A target that cannot be used (a secret that cannot be had) is tried again with each scan, and
/// said to be so when the reason changes.
async fn complain(
    context: &Context,
    target: &Target,
    reason: String,
    unusable: &mut BTreeMap<TargetId, String>,
) {
    if unusable.get(&target.id) == Some(&reason) {
        return;
    }
    tracing::error!(target.name = %target.name, %reason, "the target cannot be used");
    let fault = fault(CONFIGURATION, reason.clone(), None);
    quarantine(context, target.id, Some(Quarantined { fault, probe: None })).await;
    unusable.insert(target.id, reason);
}

/// Starts the loop of a target under this version; the loop of an older version ends by itself.
/// The error says why it cannot be used.
async fn open(
    context: &Arc<Context>,
    rules: &Arc<TargetRules>,
    estate: &Arc<Rulebook>,
) -> Result<(), String> {
    let target = &rules.target;
    let connector = context.ports.connectors.connector(target)?;
    let held = context.ports.ledger.quarantined().await.map_err(|error| error.to_string())?;
    let held = held.into_iter().find(|held| held.target == target.id);
    if held.as_ref().is_some_and(|held| held.fault.cause == CONFIGURATION) {
        quarantine(context, target.id, None).await;
    }
    let lines = Arc::new(Lines {
        context: Arc::clone(context),
        rules: Arc::clone(rules),
        estate: Arc::clone(estate),
        connector: Mutex::new(connector),
        budget: Mutex::new(Budget::new(target.rate, context.now())),
        health: Mutex::new(Health::default()),
        busy: AtomicUsize::new(0),
        held: AtomicBool::new(held.is_some()),
    });
    context.ports.gates.open(&lines);
    let runtime = Arc::clone(&context.ports.runtime);
    runtime.spawn(Box::pin(async move {
        let what = format!("dispatching to `{}`", lines.rules.target.name);
        let mut turns = 0;
        while !lines.context.is_stopping() && lines.is_current() {
            if let Err(error) = turn(&lines, &mut turns).await {
                lines.recover(&what, &error).await;
            }
        }
    }));
    Ok(())
}

pub(super) async fn quarantine(context: &Context, target: TargetId, reason: Option<Quarantined>) {
    if let Err(error) = context.ports.ledger.set_quarantine(target, reason, context.now()).await {
        tracing::warn!(%error, "the quarantine of a target could not be recorded");
    }
}

/// Claims what fits, or waits.
async fn turn(lines: &Arc<Lines>, turns: &mut u32) -> Result<(), LedgerError> {
    let (committed, ended) = (lines.context.ports.pulse.on_mark(), lines.context.ended());
    let (free, pause) = lines.slots();
    if free == 0 {
        lines.alarm().await?;
        lines.context.wait(committed, ended, pause).await;
        return Ok(());
    }
    *turns = turns.wrapping_add(1);
    let (due, pause) = lines.due().await?;
    let hold = lines.hold().await?;
    let open = |lane: &Lane| due.contains(lane) && hold.lets(*lane) && lines.lets(*lane);
    for lane in order(*turns).into_iter().filter(open) {
        let works = lines.claim(lane, free).await?;
        if !works.is_empty() {
            return lines.begin(works).await;
        }
    }
    lines.context.wait(committed, ended, pause).await;
    Ok(())
}

/// The leave lane first; live before bulk, but for every fifth turn.
fn order(turn: u32) -> [Lane; 3] {
    if turn.is_multiple_of(LIVE_TO_BULK + 1) {
        [Lane::Leave, Lane::Bulk, Lane::Live]
    } else {
        Lane::ALL
    }
}

impl Lines {
    /// False once the estate holds another version of the target: a new loop has begun.
    fn is_current(&self) -> bool {
        let estate = self.context.ports.estate.current();
        estate
            .target(self.rules.target.id)
            .is_some_and(|target| target.version == self.rules.target.version)
    }

    pub(super) fn connector(&self) -> Arc<dyn Connector> {
        Arc::clone(&self.connector.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Asks for the connector anew: a secret may have been replaced where it is kept. True if it
    /// is another one.
    fn renew(&self) -> bool {
        let Ok(fresh) = self.context.ports.connectors.connector(&self.rules.target) else {
            return false;
        };
        let mut current = self.connector.lock().unwrap_or_else(PoisonError::into_inner);
        let other = !Arc::ptr_eq(&current, &fresh);
        *current = fresh;
        other
    }

    /// Whether a person, or a maintenance window, keeps claims back.
    pub(super) async fn hold(&self) -> Result<Hold, LedgerError> {
        let pause = self.context.ports.ledger.pause(self.rules.target.id).await?;
        Ok(Hold::at(pause, &self.rules.target.maintenance, self.context.now()))
    }

    /// False if only leavers may be probes now, and this lane is another.
    fn lets(&self, lane: Lane) -> bool {
        match self.health().gate(self.context.now()) {
            Gate::Leavers(_) => lane == Lane::Leave,
            _ => true,
        }
    }

    /// How many claims may be issued now, and how long to wait if none.
    fn slots(&self) -> (usize, i64) {
        let now = self.context.now();
        let busy = self.busy.load(Ordering::SeqCst);
        let gate = self.health().gate(now);
        match gate {
            Gate::Closed(until) => {
                if self.refused() && self.renew() {
                    self.health().try_now(now);
                    return (usize::from(busy == 0), SCAN);
                }
                (0, until.since(now).clamp(1, SCAN))
            }
            Gate::Probe | Gate::Leavers(_) => {
                self.renew();
                (usize::from(busy == 0), SCAN)
            }
            Gate::Open => ((self.concurrency()).saturating_sub(busy), SCAN),
        }
    }

    fn refused(&self) -> bool {
        self.health().shut().is_some_and(|(cause, _)| cause == Cause::Auth)
    }

    pub(super) fn concurrency(&self) -> usize {
        usize::try_from(self.rules.target.concurrency).unwrap_or(1).max(1)
    }

    /// Takes due work of a lane. One slot is kept for leavers.
    async fn claim(&self, lane: Lane, free: usize) -> Result<Vec<Work>, LedgerError> {
        let reserved = usize::from(lane != Lane::Leave && self.concurrency() > 1);
        let limit = match self.health().gate(self.context.now()) {
            Gate::Probe | Gate::Leavers(_) => free,
            _ => free.saturating_sub(reserved),
        };
        if limit == 0 {
            return Ok(Vec::new());
        }
        let claim = Claim {
            target: self.rules.target.id,
            lane,
            limit,
            node: self.context.node,
            version: self.rules.target.version,
            now: self.context.now(),
        };
        self.context.ports.ledger.claim(claim).await
    }

    /// Reads the frames, in a snapshot that begins after the claim, and starts the deliveries.
    async fn begin(self: &Arc<Self>, works: Vec<Work>) -> Result<(), LedgerError> {
        let rids: Vec<_> = works.iter().map(|work| work.rid).collect();
        let frames = match self
            .context
            .ports
            .ledger
            .frames(self.rules.target.id, &rids, self.rules.reads)
            .await
        {
            Ok(frames) => frames,
            Err(error) => {
                self.release(&works).await;
                return Err(error);
            }
        };
        for work in works {
            let Some(mut frame) = frames.iter().find(|frame| frame.rid == work.rid).cloned() else {
                self.release(std::slice::from_ref(&work)).await;
                continue;
            };
            let opened = open_frame(&mut frame, &self.context.ports);
            self.busy.fetch_add(1, Ordering::SeqCst);
            self.context.begin_call();
            let lines = Arc::clone(self);
            self.context.ports.runtime.spawn(Box::pin(async move {
                match opened {
                    Ok(shown) => deliver(&lines, &work, &frame, shown).await,
                    Err(error) => unopened(&lines, &work, &frame, &error).await,
                }
                lines.busy.fetch_sub(1, Ordering::SeqCst);
                lines.context.end_call();
            }));
        }
        Ok(())
    }

    async fn release(&self, works: &[Work]) {
        let claims: Vec<_> =
            works.iter().filter_map(|work| Some((work.rid, work.fence?))).collect();
        let ledger = &self.context.ports.ledger;
        while let Err(error) =
            ledger.release(self.rules.target.id, &claims, self.context.now()).await
        {
            tracing::warn!(%error, "claims that were not begun wait to be freed");
            if error == LedgerError::Fenced || self.context.is_stopping() {
                return; // the node's end frees them
            }
            self.context.rest(500).await;
        }
    }

    /// The lanes with due work, and how long to wait if nothing can be claimed: until the next
    /// due time of any lane, at most until the periodic scan.
    async fn due(&self) -> Result<(Vec<Lane>, i64), LedgerError> {
        let now = self.context.now();
        let (mut lanes, mut pause) = (Vec::new(), SCAN);
        for lane in Lane::ALL {
            match self.context.ports.ledger.next_due(self.rules.target.id, lane).await? {
                Some(due) if due <= now => lanes.push(lane),
                Some(due) => pause = pause.min(due.since(now)),
                None => {}
            }
        }
        Ok((lanes, pause))
    }

    async fn recover(&self, what: &str, error: &LedgerError) {
        match error {
            LedgerError::EstateMoved => {
                let ports = &self.context.ports;
                if let Err(error) = ports.estate.refresh(ports.ledger.as_ref()).await {
                    tracing::warn!(%error, "the estate could not be read");
                    self.context.rest(200).await;
                }
                ports.pulse.notify();
            }
            LedgerError::Busy => self.context.rest(20).await,
            error => {
                tracing::warn!(%error, "{what} failed, and goes on in a second");
                self.context.rest(1_000).await;
            }
        }
    }

    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
