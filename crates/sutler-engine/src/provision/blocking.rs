//! Blocking delivery: the answer waits for the targets.
//!
//! A change becomes an intent, which is committed when all targets that it concerns have
//! confirmed it, and void when one refuses. Who leaves is never held up by this: that is
//! committed at once, and only the answer waits.

use futures::future::select;
use sutler_model::change::{Action, Change, CommitError, Committed, Content, Flags, Via};
use sutler_model::estate::Delivery;
use sutler_model::guard::Watch;
use sutler_model::intent::{Aim, Intent, IntentDraft, IntentState, Opened, Reason};
use sutler_model::port::{LedgerError, Reads, SubjectView};
use sutler_model::work::{Fault, Lane};
use sutler_model::{IntentId, Kind, Rid, TargetId, TenantId, Uid};

use super::{Caller, Provisioner, Refusal};
use crate::intent::seal_change;
use crate::rules::judge;
use crate::spread::dirty;

/// How long a write waits for another one of the same resource to be decided.
const PATIENCE: i64 = 2_000;
/// How often what nobody woke us for is looked at.
const GLANCE: i64 = 250;

/// The resource that a change is about.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) kind: Kind,
    pub(super) uid: &'a Uid,
}

impl Provisioner {
    /// Commits a change; where the caller's delivery is blocking, when its targets agree.
    pub(super) async fn carry_out(
        &self,
        caller: &Caller,
        about: About<'_>,
        change: Change,
    ) -> Result<Result<Committed, CommitError>, Refusal> {
        if !self.blocks(caller) {
            return Ok(self.when_decided(change).await);
        }
        match self.concerned(&change.action, caller).await? {
            Some((targets, estate)) if !targets.is_empty() => {
                self.are_up(&targets).await?;
                self.deliberate(about, change, targets, estate).await
            }
            Some(_) => Ok(self.when_decided(change).await),
            None => self.leave(change).await,
        }
    }

    pub(super) fn blocks(&self, caller: &Caller) -> bool {
        let estate = self.ports.estate.current();
        let provider = caller.service_provider.and_then(|id| estate.service_provider(id));
        let waits = provider.is_some_and(|it| it.delivery == Delivery::Blocking);
        waits && caller.via == Via::Scim2
    }

    /// Commits; while another change of the resource is not decided, waits a little.
    pub(super) async fn when_decided(&self, change: Change) -> Result<Committed, CommitError> {
        let until = self.ports.clock.boottime() + PATIENCE;
        loop {
            let resolved = self.ports.pulse.on_resolved();
            let outcome = self.ports.ledger.commit(change.clone()).await;
            let undecided =
                matches!(outcome, Err(CommitError::Intended(_) | CommitError::Reserved { .. }));
            if !undecided || !self.glance(resolved, until).await {
                if outcome.as_ref().is_ok_and(|done| done.changed || done.seq.is_some()) {
                    self.ports.pulse.notify();
                    self.ports.pulse.resolved();
                }
                return outcome;
            }
        }
    }

    /// Waits a moment; false if the time is over.
    pub(super) async fn glance(&self, woken: event_listener::EventListener, until: i64) -> bool {
        let left = until - self.ports.clock.boottime();
        if left <= 0 {
            return false;
        }
        select(woken, self.ports.runtime.sleep(left.min(GLANCE))).await;
        true
    }

    /// The targets that must agree, with the estate that says so. `None` if somebody leaves:
    /// then nobody is asked.
    async fn concerned(
        &self,
        action: &Action,
        caller: &Caller,
    ) -> Result<Option<(Vec<TargetId>, i64)>, Refusal> {
        let (subject, linked) = match action {
            Action::Delete { .. } => return Ok(None),
            Action::Update { flags, .. } if flags.has(Flags::DISABLED) => return Ok(None),
            Action::Update { content: None, .. } => return Ok(Some((Vec::new(), 0))),
            Action::Update { rid, content: Some(content), .. } => {
                let standing = self.ports.ledger.standing(*rid, Reads::ALL).await?;
                let Some(standing) = standing else { return Ok(Some((Vec::new(), 0))) };
                (desired(standing.subject, content), standing.linked)
            }
            Action::Create { kind, content, .. } => {
                (desired(begun(*kind, caller), content), Vec::new())
            }
        };
        let rulebook = self.ports.estate.current();
        let mut targets = Vec::new();
        for rules in rulebook.all().filter(|rules| rules.target.tenant == caller.tenant) {
            let linked = linked.contains(&rules.target.id);
            let judgement = judge(rules, &rulebook, &subject, linked);
            if linked && !judgement.scope.is_in() {
                return Ok(None);
            }
            if linked || judgement.scope.is_in() {
                targets.push(rules.target.id);
            }
        }
        Ok(Some((targets, rulebook.version)))
    }

    /// Refuses at once where a target is left alone anyway.
    pub(super) async fn are_up(&self, targets: &[TargetId]) -> Result<(), Refusal> {
        let now = self.ports.clock.now();
        let down = self.ports.ledger.quarantined().await?;
        for target in targets {
            let paused = self.ports.ledger.pause(*target).await?;
            let why = if paused.is_some_and(|pause| pause.holds(now)) {
                "is paused"
            } else if down.iter().any(|one| one.target == *target) {
                "cannot be reached just now"
            } else {
                continue;
            };
            return Err(Refusal::Unavailable { target: self.name(*target), why: why.to_owned() });
        }
        Ok(())
    }

    fn name(&self, target: TargetId) -> String {
        let estate = self.ports.estate.current();
        estate.target(target).map(|target| target.name.clone()).unwrap_or_default()
    }

    async fn deliberate(
        &self,
        about: About<'_>,
        change: Change,
        targets: Vec<TargetId>,
        estate: i64,
    ) -> Result<Result<Committed, CommitError>, Refusal> {
        let sealed = seal_change(&*self.ports.sealer, &change, about.uid)
            .map_err(|error| LedgerError::Failed(error.to_string()))?;
        let Some(draft) = draft(&change, sealed, targets, estate) else {
            return Ok(self.when_decided(change).await);
        };
        let opened = match self.open(draft).await {
            Ok(opened) => opened,
            Err(CommitError::Store(LedgerError::EstateMoved)) => {
                self.ports.estate.refresh(&*self.ports.ledger).await?;
                return Err(Refusal::Contended);
            }
            Err(error) => return Ok(Err(error)),
        };
        self.ports.pulse.marked();
        self.decided(opened.intent).await?;
        self.committed(change.tenant, about, &opened).await.map(Ok)
    }

    async fn open(&self, draft: IntentDraft) -> Result<Opened, CommitError> {
        let until = self.ports.clock.boottime() + PATIENCE;
        loop {
            let resolved = self.ports.pulse.on_resolved();
            let outcome = self.ports.ledger.open_intent(draft.clone()).await;
            let undecided =
                matches!(outcome, Err(CommitError::Intended(_) | CommitError::Reserved { .. }));
            if !undecided || !self.glance(resolved, until).await {
                return outcome;
            }
        }
    }

    /// Waits until the intent is committed.
    async fn decided(&self, id: IntentId) -> Result<(), Refusal> {
        let until = self.ports.clock.boottime() + self.options.confirm_within;
        loop {
            let resolved = self.ports.pulse.on_resolved();
            let Some(intent) = self.ports.ledger.intent(id).await? else {
                return Err(Refusal::Contended);
            };
            match &intent.state {
                IntentState::Committed | IntentState::Settled => return Ok(()),
                IntentState::Void(fault) => return Err(self.declined(&intent, fault)),
                IntentState::Open => {}
            }
            if !self.glance(resolved, until).await {
                self.give_up(&intent).await?;
            }
        }
    }

    /// The time is over. What may still come to be stays open; else nothing comes of it.
    pub(super) async fn give_up(&self, intent: &Intent) -> Result<(), Refusal> {
        if self.ports.ledger.is_unsure(intent.id).await? {
            return Err(Refusal::Undecided(intent.id));
        }
        let detail = "the time limit for confirmations was reached".to_owned();
        let fault = Fault { cause: "timeout".to_owned(), detail, status: None };
        self.ports.ledger.void_intent(intent.id, fault, self.ports.clock.now()).await?;
        self.ports.pulse.notify();
        self.ports.pulse.resolved();
        Ok(())
    }

    pub(super) fn declined(&self, intent: &Intent, fault: &Fault) -> Refusal {
        let refused = intent.refused();
        let target = refused.map(|(target, ..)| self.name(target));
        let retryable =
            refused.is_some_and(|(.., retryable)| retryable) || fault.cause == "timeout";
        Refusal::Declined { target, fault: fault.clone(), retryable }
    }

    /// What was committed, as it stands now.
    async fn committed(
        &self,
        tenant: TenantId,
        about: About<'_>,
        opened: &Opened,
    ) -> Result<Committed, Refusal> {
        let found = self.ports.ledger.resource(tenant, about.kind, about.uid).await?;
        let resource = found.ok_or_else(|| Refusal::not_found(about.kind, &about.uid.0))?;
        Ok(Committed {
            rid: opened.rid,
            version: resource.version,
            changed: resource.version != opened.version || resource.created >= opened.created,
            seq: None,
            created: resource.created,
            modified: resource.changed,
        })
    }

    /// Commits at once, and waits until who leaves has left.
    async fn leave(&self, change: Change) -> Result<Result<Committed, CommitError>, Refusal> {
        let committed = match self.when_decided(change).await {
            Ok(committed) => committed,
            Err(error) => return Ok(Err(error)),
        };
        let until = self.ports.clock.boottime() + self.options.confirm_within;
        loop {
            let resolved = self.ports.pulse.on_resolved();
            let waiting = self.waiting(&committed).await?;
            if waiting.is_empty() {
                return Ok(Ok(committed));
            }
            if !self.glance(resolved, until).await {
                return Err(Refusal::Unconfirmed { targets: waiting });
            }
        }
    }

    /// The targets that have not confirmed a committed change.
    async fn waiting(&self, committed: &Committed) -> Result<Vec<String>, Refusal> {
        let ledger = &self.ports.ledger;
        let first = ledger.unspread(1, Reads::default()).await?;
        let behind = first.first().is_some_and(|view| Some(view.row.seq) <= committed.seq);
        if behind && committed.seq.is_some() {
            return Ok(vec!["all targets".to_owned()]);
        }
        let mut waiting = Vec::new();
        let estate = self.ports.estate.current();
        for target in &estate.targets {
            if ledger.work_of(target.id, committed.rid).await?.is_some() {
                waiting.push(target.name.clone());
            }
        }
        Ok(waiting)
    }
}

fn begun(kind: Kind, caller: &Caller) -> SubjectView {
    SubjectView {
        rid: Rid(0),
        kind,
        origins: caller.service_provider.into_iter().collect(),
        active: true,
        gone: false,
        passed: false,
        body: None,
        groups: Vec::new(),
        working: Vec::new(),
    }
}

fn desired(stored: SubjectView, content: &Content) -> SubjectView {
    SubjectView {
        active: content.active,
        gone: false,
        body: Some(content.body.clone()),
        working: Vec::new(),
        ..stored
    }
}

/// The intent that a change becomes; `None` of a change that has none.
fn draft(
    change: &Change,
    sealed: Vec<u8>,
    targets: Vec<TargetId>,
    estate: i64,
) -> Option<IntentDraft> {
    let (aim, content, flags) = match &change.action {
        Action::Create { kind, uid, content, .. } => {
            (Aim::Create { kind: *kind, uid: uid.clone() }, content, Flags::default())
        }
        Action::Update { rid, expect, content: Some(content), flags, .. } => {
            (Aim::Update { rid: *rid, expect: *expect }, content, *flags)
        }
        Action::Update { content: None, .. } | Action::Delete { .. } => return None,
    };
    let rid = match &aim {
        Aim::Create { .. } => Rid(0),
        Aim::Update { rid, .. } => *rid,
    };
    let mark = |target: &TargetId| dirty(*target, rid, change.at, Lane::Live);
    Some(IntentDraft {
        tenant: change.tenant,
        actor: change.actor.clone(),
        via: change.via,
        service_provider: change.service_provider,
        reason: Reason::Confirm,
        names: content.names.clone(),
        partial: false,
        refs: content.refs.clone(),
        active: content.active,
        flags,
        sealed,
        digest: Vec::new(),
        markings: targets.iter().map(mark).collect(),
        pairs: targets,
        estate,
        edges: Vec::new(),
        watch: Watch { at: change.at, ..Watch::default() },
        at: change.at,
        aim,
    })
}
