//! One loop a target: claims by lane, within slots, rate and health, and hands each claim to
//! a task of its own.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sutler_model::TargetId;
use sutler_model::estate::Target;
use sutler_model::outcome::Trouble;
use sutler_model::port::{Claim, Connector, LedgerError};
use sutler_model::work::{Fault, Lane, Work};

use super::context::Context;
use super::deliver::deliver;
use super::ending::{Ending, EndingKind, fault};
use crate::budget::Budget;
use crate::health::{Gate, Health};
use crate::rules::{Rulebook, TargetRules};

/// The periodic scan, for wake-ups that were missed.
const SCAN: i64 = 1_000;
/// Causes that say nothing about the target.
const OURS: [&str; 3] = ["unconfirmed", "store", "undecided"];
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
    busy: AtomicUsize,
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
    quarantine(context, target.id, Some(fault("configuration", reason.clone(), None))).await;
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
    quarantine(context, target.id, None).await;
    let lines = Arc::new(Lines {
        context: Arc::clone(context),
        rules: Arc::clone(rules),
        estate: Arc::clone(estate),
        connector: Mutex::new(connector),
        budget: Mutex::new(Budget::new(target.rate, context.now())),
        health: Mutex::new(Health::default()),
        busy: AtomicUsize::new(0),
    });
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

async fn quarantine(context: &Context, target: TargetId, fault: Option<Fault>) {
    if let Err(error) = context.ports.ledger.set_quarantine(target, fault, context.now()).await {
        tracing::warn!(%error, "the quarantine of a target could not be recorded");
    }
}

/// Claims what fits, or waits.
async fn turn(lines: &Arc<Lines>, turns: &mut u32) -> Result<(), LedgerError> {
    let (committed, ended) = (lines.context.ports.pulse.on_mark(), lines.context.ended());
    let (free, pause) = lines.slots();
    if free == 0 {
        lines.context.wait(committed, ended, pause).await;
        return Ok(());
    }
    *turns = turns.wrapping_add(1);
    let (due, pause) = lines.due().await?;
    for lane in order(*turns).into_iter().filter(|lane| due.contains(lane)) {
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

    /// Before a probe the connector is asked for anew: a secret may have been replaced where
    /// it is kept.
    fn renew(&self) {
        if let Ok(fresh) = self.context.ports.connectors.connector(&self.rules.target) {
            *self.connector.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        }
    }

    /// How many claims may be issued now, and how long to wait if none.
    fn slots(&self) -> (usize, i64) {
        let now = self.context.now();
        let busy = self.busy.load(Ordering::SeqCst);
        match self.health().gate(now) {
            Gate::Closed(until) => (0, until.since(now).clamp(1, SCAN)),
            Gate::Probe => {
                self.renew();
                (usize::from(busy == 0), SCAN)
            }
            Gate::Open => ((self.concurrency()).saturating_sub(busy), SCAN),
        }
    }

    fn concurrency(&self) -> usize {
        usize::try_from(self.rules.target.concurrency).unwrap_or(1).max(1)
    }

    /// Takes due work of a lane. One slot is kept for leavers.
    async fn claim(&self, lane: Lane, free: usize) -> Result<Vec<Work>, LedgerError> {
        let reserved = usize::from(lane != Lane::Leave && self.concurrency() > 1);
        let limit = match self.health().gate(self.context.now()) {
            Gate::Probe => free,
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
            let Some(frame) = frames.iter().find(|frame| frame.rid == work.rid).cloned() else {
                self.release(std::slice::from_ref(&work)).await;
                continue;
            };
            self.busy.fetch_add(1, Ordering::SeqCst);
            self.context.begin_call();
            let lines = Arc::clone(self);
            self.context.ports.runtime.spawn(Box::pin(async move {
                deliver(&lines, &work, &frame).await;
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

    /// What a delivery's end says of the target.
    pub(super) async fn observe(&self, ending: &Ending, called: bool) {
        let now = self.context.now();
        match &ending.kind {
            EndingKind::Failed { trouble, fault, retry_after }
                if !OURS.contains(&fault.cause.as_str()) =>
            {
                let random = self.context.ports.random.number();
                let begins = self.health().failed(*trouble, *retry_after, now, random);
                if begins && *trouble == Some(Trouble::Auth) {
                    tracing::error!(target.name = %self.rules.target.name, reason = %fault.detail,
                        "the target refuses our credentials: quarantined, one probe at a time");
                    quarantine(&self.context, self.rules.target.id, Some(fault.clone())).await;
                }
            }
            EndingKind::Abandoned | EndingKind::Lost => {}
            _ if called && self.health().succeeded() => {
                tracing::info!(target.name = %self.rules.target.name, "the target serves us again");
                quarantine(&self.context, self.rules.target.id, None).await;
            }
            _ => {}
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
