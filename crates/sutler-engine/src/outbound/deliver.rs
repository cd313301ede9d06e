//! One claim from its frame to its settle: decide, do, learn, decide again.

use sutler_model::delivery::Delivery;
use sutler_model::estate::Correlate;
use sutler_model::history::bounded;
use sutler_model::link::Link;
use sutler_model::outcome::{Operation, Outcome, Query};
use sutler_model::port::{self, LedgerError, Settled};
use sutler_model::work::Work;
use sutler_model::{Kind, LinkId};

use super::dispatcher::Lines;
use super::ending::{Ending, EndingKind, fault, settle};
use super::exchange::{Answer, cause, is_no_base, no_base, unknown};
use super::survey::survey;
use super::uncounted::{put_before_the_guard, uncounted};
use crate::decide::{Action, Decision, decide};
use crate::desired::{Delta, name_attribute, unflatten};
use crate::hidden::{Shown, hide};
use crate::knowledge::Knowledge;
use crate::rules::{Want, Wanted};

/// Decisions a claim may take; one that needs more is ended and goes on later.
const STEPS: usize = 48;

/// Works a claim off and settles it. What was hidden of the link stays so.
pub(super) async fn deliver(lines: &Lines, work: &Work, frame: &port::Frame, shown: Shown) {
    let began = lines.context.now();
    let mut knowledge = Knowledge::new(work, frame, &lines.rules, &lines.estate)
        .hiding(shown.hidden)
        .computed_from(shown.basis);
    let mut done = Vec::new();
    let mut ending = match run(lines, &mut knowledge, &mut done).await {
        Ok(ending) => ending,
        Err(error) => EndingKind::Failed {
            fault: fault("store", error.to_string(), None),
            trouble: None,
            retry_after: None,
        }
        .into(),
    };
    if knowledge.hides()
        && let Some(fault) = ending.fault()
    {
        fault.detail = knowledge.hushed(&fault.detail);
    }
    if matches!(ending.kind, EndingKind::Failed { .. } | EndingKind::Abandoned) {
        knowledge.left_open(lines.context.now());
    }
    lines.observe(&ending, !done.is_empty()).await;
    finish(lines, &knowledge, &ending, &done, began).await;
}

/// Ends a claim of which nobody can tell what is desired: nothing is sent.
pub(super) async fn unopened(
    lines: &Lines,
    work: &Work,
    frame: &port::Frame,
    error: &port::Unsealable,
) {
    let now = lines.context.now();
    let knowledge = Knowledge::new(work, frame, &lines.rules, &lines.estate);
    let ending = EndingKind::Parked(fault("sealed", error.to_string(), None)).into();
    finish(lines, &knowledge, &ending, &[], now).await;
}

async fn run(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    done: &mut Vec<&'static str>,
) -> Result<Ending, LedgerError> {
    for _ in 0..STEPS {
        let decision = decide(&knowledge.frame(lines.context.now()));
        tracing::debug!(target.name = %lines.rules.target.name, rid = %knowledge.work.rid, ?decision, "decided");
        if let Some(loss) = uncounted(knowledge, &decision.action) {
            return put_before_the_guard(lines, knowledge, loss).await;
        }
        if let Some(ending) = step(lines, knowledge, decision, done).await? {
            return Ok(ending);
        }
    }
    let fault = fault("undecided", "the decision did not come to an end", None);
    Ok(EndingKind::Failed { fault, trouble: None, retry_after: None }.into())
}

/// Does what was decided. `None` asks for the next decision.
async fn step(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    decision: Decision,
    done: &mut Vec<&'static str>,
) -> Result<Option<Ending>, LedgerError> {
    let now = lines.context.now();
    let end = |kind: EndingKind| Ok(Some(kind.into()));
    match decision.action {
        Action::Nothing => {
            knowledge.agreed();
            return lines.nothing(knowledge).await.map(Some);
        }
        Action::Look(query) => return look(lines, knowledge, query, done).await,
        Action::Survey(key) => ask(lines, knowledge, &key).await?,
        Action::Create(wanted) => return create(lines, knowledge, &wanted, done).await,
        Action::Update(wanted, delta, active) => {
            return update(lines, knowledge, (&wanted, delta, active), done).await;
        }
        Action::Another => knowledge.another(),
        Action::Rename(name) => return Ok(rename(lines, knowledge, name, done).await),
        Action::Disable => return Ok(disable(lines, knowledge, done).await),
        Action::Delete => return Ok(delete(lines, knowledge, done).await),
        Action::Disabled => knowledge.disabled(now),
        Action::Adopt => {
            knowledge.adopted(LinkId(lines.context.ports.random.bytes16()), now);
            // INVARIANT: the link of a group is stored before its members are read: whoever
            // appears or joins meanwhile is told to the groups that have a link.
            if knowledge.kind() == Some(Kind::Group) {
                return end(EndingKind::Again(now));
            }
        }
        Action::Settled => knowledge.settled(now),
        Action::Close(proof) => {
            knowledge.closed(&proof, now);
            let again = matches!(knowledge.want(), Want::Account { active: true, .. });
            return end(if again { EndingKind::Again(now) } else { EndingKind::Done });
        }
        Action::Members => {
            knowledge.agreed();
            return lines.members(knowledge, done).await;
        }
        Action::Wait(link) => return end(EndingKind::Wait(link)),
        Action::Later(at) => return end(EndingKind::Again(at)),
        Action::Backoff(detail) => {
            let fault = fault("unconfirmed", detail, None);
            return end(EndingKind::Failed { fault, trouble: None, retry_after: None });
        }
        Action::Park(cause, detail) => return end(park(knowledge, cause, detail, now)),
    }
    Ok(None)
}

/// A create that was refused for good leaves no account, and so no open link.
fn park(
    knowledge: &mut Knowledge<'_>,
    cause: &str,
    detail: String,
    now: sutler_model::Time,
) -> EndingKind {
    knowledge.never_was(now);
    EndingKind::Parked(fault(cause, detail, None))
}

async fn look(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    query: Query,
    done: &mut Vec<&'static str>,
) -> Result<Option<Ending>, LedgerError> {
    let Some(kind) = knowledge.kind() else {
        return Ok(Some(EndingKind::Done.into()));
    };
    if !lines.admitted(knowledge).await {
        return Ok(Some(EndingKind::Abandoned.into()));
    }
    done.push("look");
    let (call, asked) = (lines.call(), lines.context.now());
    let outcome = call.connector.look(kind, &query).await;
    knowledge.steps.push(lines.step(&call, "look", &outcome, Vec::new()));
    let accounts = match outcome {
        Outcome::Done(accounts) => accounts,
        Outcome::Refused(refusal) if is_no_base(Some(kind), &refusal) => {
            return Ok(Some(no_base(refusal)));
        }
        Outcome::Refused(refusal) => {
            let fault = fault("look", refusal.detail, refusal.status);
            return Ok(Some(EndingKind::Failed { fault, trouble: None, retry_after: None }.into()));
        }
        Outcome::Retry { after, trouble, detail, status } => {
            knowledge.unanswered(lines.context.now());
            let fault = fault(cause(trouble), detail, status);
            return Ok(Some(
                EndingKind::Failed { fault, trouble: Some(trouble), retry_after: after }.into(),
            ));
        }
        Outcome::Unknown { detail, status, after } => {
            knowledge.unanswered(lines.context.now());
            return Ok(Some(unknown(detail, status, after)));
        }
    };
    let mut held_by = None;
    if let [account] = accounts.as_slice() {
        let holder = lines
            .context
            .ports
            .ledger
            .by_remote(lines.rules.target.id, kind, &account.remote)
            .await?;
        held_by = holder.filter(|link| link.rid != knowledge.work.rid).map(|link| link.id);
    }
    knowledge.saw((query, asked), accounts, held_by);
    Ok(None)
}

async fn ask(lines: &Lines, knowledge: &mut Knowledge<'_>, key: &str) -> Result<(), LedgerError> {
    let Some(kind) = knowledge.kind() else {
        return Ok(());
    };
    let own = knowledge.link.as_ref().map(|link| (link.id, link.key.as_deref()));
    let ports = &lines.context.ports;
    let contest = survey(ports, &lines.rules, kind, knowledge.work.rid, key, own).await?;
    knowledge.surveyed(contest);
    Ok(())
}

/// Announces, then creates: a link in state `creating` is committed before the call.
async fn create(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    wanted: &Wanted,
    done: &mut Vec<&'static str>,
) -> Result<Option<Ending>, LedgerError> {
    let ports = &lines.context.ports;
    let fresh = LinkId(ports.random.bytes16());
    let Some(link) = knowledge.announce(fresh, wanted) else {
        return Ok(Some(EndingKind::Done.into()));
    };
    let by_id = lines.rules.target.correlate == Correlate::ExternalId;
    let (kind, correlation) = (link.kind, by_id.then(|| link.id.correlation()));
    if !lines.announced(knowledge, link).await? {
        return Ok(Some(EndingKind::Lost.into()));
    }
    done.push("create");
    let body = unflatten(&wanted.at_creation());
    let operation = Operation::Create { kind, correlation, body, active: true };
    Ok(match lines.apply(knowledge, operation).await {
        Answer::Done(applied) => {
            knowledge.created(applied, wanted, lines.context.now());
            None
        }
        Answer::Again => None,
        Answer::End(ending) => {
            if matches!(ending.kind, EndingKind::Parked(_)) {
                knowledge.never_was(lines.context.now());
            }
            Some(ending)
        }
    })
}

async fn update(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    (wanted, delta, active): (&Wanted, Delta, Option<bool>),
    done: &mut Vec<&'static str>,
) -> Result<Option<Ending>, LedgerError> {
    if let Some(link) = knowledge.announce_paths(&delta)
        && !lines.announced(knowledge, link).await?
    {
        return Ok(Some(EndingKind::Lost.into()));
    }
    let Some(operation) = change(knowledge, delta, active) else {
        return Ok(Some(EndingKind::Done.into()));
    };
    done.push(if active == Some(true) { "enable" } else { "update" });
    Ok(match lines.apply(knowledge, operation).await {
        Answer::Done(applied) => {
            knowledge.updated(applied, wanted, active, lines.context.now());
            None
        }
        Answer::Again => None,
        Answer::End(ending) => Some(ending),
    })
}

impl Lines {
    /// Commits the link before a call that cannot be repeated. False if the claim is no longer
    /// ours: then nothing may be sent.
    async fn announced(&self, knowledge: &Knowledge<'_>, link: Link) -> Result<bool, LedgerError> {
        let Some(fence) = knowledge.work.fence else { return Ok(false) };
        let link = self.stored(knowledge, link);
        let ledger = &self.context.ports.ledger;
        let said = ledger.announce(self.rules.target.id, knowledge.work.rid, fence, link).await?;
        Ok(said == port::Announced::Yes)
    }
}

impl Lines {
    /// The link as it is stored.
    fn stored(&self, knowledge: &Knowledge<'_>, link: Link) -> Link {
        if knowledge.hides() { hide(link, &*self.context.ports.hiding) } else { link }
    }
}

async fn rename(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    name: String,
    done: &mut Vec<&'static str>,
) -> Option<Ending> {
    done.push("rename");
    let kind = knowledge.kind()?;
    let delta = Delta {
        set: vec![(name_attribute(kind).to_owned(), name.clone().into())],
        clear: Vec::new(),
    };
    let operation = change(knowledge, delta, None)?;
    match lines.apply(knowledge, operation).await {
        Answer::Done(applied) => knowledge.renamed(applied, &name, lines.context.now()),
        Answer::Again => {}
        Answer::End(ending) => return Some(ending),
    }
    None
}

async fn disable(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    done: &mut Vec<&'static str>,
) -> Option<Ending> {
    done.push("disable");
    let operation = change(knowledge, Delta::default(), Some(false))?;
    match lines.apply(knowledge, operation).await {
        Answer::Done(_) => knowledge.deprovisioned(),
        Answer::Again => {}
        Answer::End(ending) => return Some(ending),
    }
    None
}

async fn delete(
    lines: &Lines,
    knowledge: &mut Knowledge<'_>,
    done: &mut Vec<&'static str>,
) -> Option<Ending> {
    done.push("delete");
    let link = knowledge.link.as_ref()?;
    let operation = Operation::Delete { kind: link.kind, remote: link.remote.clone()? };
    match lines.apply(knowledge, operation).await {
        Answer::Done(_) => knowledge.deprovisioned(),
        Answer::Again => {}
        Answer::End(ending) => return Some(ending),
    }
    None
}

fn change(knowledge: &Knowledge<'_>, delta: Delta, active: Option<bool>) -> Option<Operation> {
    let link = knowledge.link.as_ref()?;
    Some(Operation::Update {
        kind: link.kind,
        remote: link.remote.clone()?,
        etag: link.etag.clone(),
        set: delta.set,
        clear: delta.clear,
        active,
    })
}

/// Settles, and does not give up: what was done at the target must be known here.
async fn finish(
    lines: &Lines,
    knowledge: &Knowledge<'_>,
    ending: &Ending,
    done: &[&'static str],
    began: sutler_model::Time,
) {
    let ports = &lines.context.ports;
    let now = lines.context.now();
    let Some(mut settle) = settle(knowledge, ending, now, ports.random.number()) else {
        tracing::warn!(target.name = %lines.rules.target.name, "the claim was no longer ours before anything was sent");
        return;
    };
    settle.link = settle.link.map(|link| lines.stored(knowledge, link));
    let delivery = record(knowledge, ending, done, began, now);
    report(lines, knowledge, &delivery);
    settle.delivery = (!done.is_empty()).then_some(delivery);
    let mut pause = 50;
    loop {
        match ports.ledger.settle(settle.clone()).await {
            Ok(Settled::Stale) => {
                tracing::warn!(target.name = %lines.rules.target.name, "the claim was no longer ours: the pair is looked at again");
                return;
            }
            Ok(_) => {
                if settle.intent.is_some() {
                    ports.pulse.ripened();
                }
                ports.pulse.resolved();
                if knowledge.live {
                    ports.pulse.committed();
                }
                return;
            }
            Err(LedgerError::Fenced) => return,
            Err(error) => tracing::warn!(%error, "a settle waits for the store"),
        }
        if lines.context.is_stopping() && pause > 1_000 {
            return;
        }
        ports.runtime.sleep(pause).await;
        pause = (pause * 2).min(5_000);
    }
}

fn record(
    knowledge: &Knowledge<'_>,
    ending: &Ending,
    done: &[&'static str],
    began: sutler_model::Time,
    now: sutler_model::Time,
) -> Delivery {
    let (outcome, fault) = match &ending.kind {
        EndingKind::Done | EndingKind::Again(_) => ("done", None),
        EndingKind::Wait(_) => ("waits", None),
        EndingKind::Failed { fault, .. } if fault.cause == "unknown" => ("unknown", Some(fault)),
        EndingKind::Failed { fault, .. } => ("retry", Some(fault)),
        EndingKind::Parked(fault) => ("refused", Some(fault)),
        EndingKind::Abandoned | EndingKind::Lost => ("abandoned", None),
    };
    Delivery {
        target: knowledge.work.target,
        rid: knowledge.work.rid,
        fence: knowledge.work.fence.unwrap_or_default(),
        at: now,
        action: done.join(", "),
        outcome: outcome.to_owned(),
        status: fault.and_then(|fault| fault.status),
        took: now.since(began),
        note: fault.map(|fault| fault.detail.clone()),
        steps: bounded(knowledge.told()),
    }
}

/// One line and one count a delivery.
fn report(lines: &Lines, knowledge: &Knowledge<'_>, delivery: &Delivery) {
    if delivery.action.is_empty() {
        return;
    }
    let labels =
        [("target", lines.rules.target.name.clone()), ("outcome", delivery.outcome.clone())];
    metrics::counter!("sutler_deliveries_total", &labels).increment(1);
    let seconds = f64::from(u32::try_from(delivery.took).unwrap_or(u32::MAX)) / 1_000.0;
    metrics::histogram!("sutler_delivery_seconds", &labels).record(seconds);
    let id = knowledge.resource().map(|resource| resource.uid.to_string()).unwrap_or_default();
    tracing::info!(
        target.name = %lines.rules.target.name,
        resource.id = %id,
        action = %delivery.action,
        outcome = %delivery.outcome,
        status = delivery.status,
        duration_ms = delivery.took,
        note = delivery.note.as_deref(),
        "delivered"
    );
}
