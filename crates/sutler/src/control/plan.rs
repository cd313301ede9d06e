//! `plan`: what would be done at the targets, kept under an id; and doing exactly that.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use sutler_engine::plan::{Sink, plan as plan_target};
use sutler_engine::rules::Rulebook;
use sutler_model::TargetId;
use sutler_model::estate::{Estate, EstateEdit};
use sutler_model::id::hexadecimal;
use sutler_model::plan::{PairPlan, Plan, PlannedFile, TargetPlan};
use sutler_model::port::{Ledger, LedgerError};
use sutler_model::report::{Report as Kept, ReportKind};

use super::apply::{Wanted, linked, make_plan};
use super::context::Context;
use super::execute::{Refused, find_target, tenant_id, tenant_name};
use super::message::Reply;
use crate::estate::Report;

/// How long a plan can be applied, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;
/// How many resources a plan tells of; all count in its hash.
const MOST_TOLD: usize = 100_000;
/// How many of them are sent at once.
const PAGE: usize = 1_000;

/// Which targets a plan is about, and under which estate.
struct Scope {
    rulebook: Rulebook,
    targets: Vec<TargetId>,
    edit: EstateEdit,
    report: Option<Report>,
}

/// Makes a plan and keeps it.
pub(super) async fn make(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
    file: Option<PlannedFile>,
    actor: String,
) -> Result<Reply, Refused> {
    let ledger = &context.ports.ledger;
    let stored = ledger.estate().await?;
    let mut plan = Plan {
        id: plan_id(context),
        tenant: tenant.to_owned(),
        estate: stored.version,
        file,
        targets: Vec::new(),
        made: context.ports.clock.now(),
        actor,
    };
    let scope = match scope(context, &stored, &plan, target).await? {
        Ok(scope) => scope,
        Err(reply) => return Ok(reply),
    };
    let expired = plan.made.plus(-KEPT);
    ledger.put_report(report(&plan), expired).await?;
    let mut told = Told { ledger: Arc::clone(ledger), id: plan.id.clone(), room: MOST_TOLD };
    plan.targets = counted(context, &scope, &mut told).await?;
    ledger.put_report(report(&plan), expired).await?;
    Ok(Reply::Plan { report: scope.report, plan })
}

/// A page of what a plan says.
pub(super) async fn told(context: &Context, id: &str, after: usize) -> Result<Reply, Refused> {
    let lines = context.ports.ledger.lines(id, after, PAGE).await?;
    let pairs = lines.into_iter().filter_map(|line| serde_json::from_value(line).ok()).collect();
    Ok(Reply::Planned { pairs })
}

/// Does what a plan says, if the estate is still the one that it was made under, and every
/// resource is still as it was.
pub(super) async fn apply(context: &Context, id: &str, actor: String) -> Result<Reply, Refused> {
    let ledger = &context.ports.ledger;
    let kept = ledger.report(id).await?.filter(|kept| kept.kind == ReportKind::Plan);
    let Some(plan) = kept.and_then(|kept| serde_json::from_value::<Plan>(kept.head).ok()) else {
        let message = format!("there is no plan `{id}`: plans are kept for a day; make a new one");
        return Err(message.into());
    };
    let stored = ledger.estate().await?;
    if stored.version != plan.estate {
        let message = format!(
            "the estate has been changed since `{id}` was made: make a new plan, look at it, and apply that"
        );
        return Err(message.into());
    }
    let only = plan.file.is_none().then(|| plan.targets.first()).flatten();
    let only = only.filter(|_| plan.targets.len() == 1).map(|target| target.target.clone());
    let scope = match scope(context, &stored, &plan, only.as_deref()).await? {
        Ok(scope) => scope,
        Err(reply) => return Ok(reply),
    };
    let now = counted(context, &scope, &mut Unheard).await?;
    if let Some(moved) = moved(&plan.targets, &now) {
        let message = format!(
            "nothing was done, since people or groups have changed since `{id}` was made: {moved}; make a new plan, look at it, and apply that"
        );
        return Err(message.into());
    }
    let edit = EstateEdit { actor, ..scope.edit };
    ledger.edit_estate(edit, context.ports.clock.now()).await?;
    context.ports.estate.refresh(&**ledger).await?;
    context.ports.pulse.notify();
    tracing::info!(plan.id = %id, "a plan was applied");
    Ok(Reply::Plan { report: scope.report, plan })
}

/// What has changed between a plan and now, at the first target where something has.
fn moved(then: &[TargetPlan], now: &[TargetPlan]) -> Option<String> {
    let differing = then.iter().zip(now).find(|(then, now)| then.hash != now.hash);
    let (then, now) = match differing {
        Some(pair) => pair,
        None if then.len() == now.len() => return None,
        None => return Some("it is about other targets".to_owned()),
    };
    let told = |plan: &TargetPlan| {
        let counts = plan.counts.iter().map(|(action, n)| format!("{} {n}", action.word()));
        counts.collect::<Vec<_>>().join(", ")
    };
    Some(format!("at `{}` it was {}, and now is {}", then.target, told(then), told(now)))
}

/// The estate that a plan is about, or the faults of its file.
async fn scope(
    context: &Context,
    stored: &Estate,
    plan: &Plan,
    target: Option<&str>,
) -> Result<Result<Scope, Reply>, Refused> {
    let Some(file) = &plan.file else {
        return in_force(stored, &plan.tenant, target).map(Ok);
    };
    let wanted = Wanted {
        file: file.name.clone(),
        text: file.text.clone(),
        base: PathBuf::from(&file.base),
        options: serde_json::from_value(file.options.clone()).unwrap_or_default(),
        dry: true,
        actor: plan.actor.clone(),
    };
    let linked = linked(context, stored).await?;
    // Hashing takes its time.
    let made = tokio::task::block_in_place(|| make_plan(context, &wanted, stored, &linked));
    let made = match made {
        Ok(made) => made,
        Err(faults) => return Ok(Err(Reply::Faults { faults })),
    };
    let after = stored.edited(&made.edit);
    let swept = |tenant: &str, name: &str| {
        made.edit.sweep.iter().any(|(t, n)| (t.as_str(), n.as_str()) == (tenant, name))
    };
    let wanted = |of: &&sutler_model::estate::Target| {
        let is_asked = target.is_none_or(|only| only == of.name);
        is_asked && swept(tenant_name(&after, of.tenant), &of.name)
    };
    let targets = after.targets.iter().filter(wanted).map(|of| of.id).collect();
    let mut report = made.report;
    report.generated.clear();
    let rulebook = Rulebook::new(after);
    Ok(Ok(Scope { rulebook, targets, edit: made.edit, report: Some(report) }))
}

/// The targets of a tenant, or one of them, as they are: applying compares them anew.
fn in_force(stored: &Estate, tenant: &str, target: Option<&str>) -> Result<Scope, Refused> {
    let tenant_id = tenant_id(stored, tenant)?;
    let targets: Vec<_> = match target {
        Some(name) => vec![find_target(stored, tenant, name)?],
        None => stored.targets.iter().filter(|target| target.tenant == tenant_id).collect(),
    };
    let sweep = targets.iter().map(|target| (tenant.to_owned(), target.name.clone())).collect();
    let targets = targets.iter().map(|target| target.id).collect();
    let edit = EstateEdit { expect: stored.version, sweep, ..EstateEdit::default() };
    Ok(Scope { rulebook: Rulebook::new(stored.clone()), targets, edit, report: None })
}

async fn counted(
    context: &Context,
    scope: &Scope,
    sink: &mut dyn Sink,
) -> Result<Vec<TargetPlan>, LedgerError> {
    let mut targets = Vec::new();
    for target in &scope.targets {
        targets.push(plan_target(&context.ports, &scope.rulebook, *target, sink).await?);
    }
    Ok(targets)
}

/// Keeps what a plan says, up to its room.
struct Told {
    ledger: Arc<dyn Ledger>,
    id: String,
    room: usize,
}

#[async_trait]
impl Sink for Told {
    async fn take(&mut self, mut pairs: Vec<PairPlan>) -> Result<(), LedgerError> {
        pairs.truncate(self.room);
        self.room -= pairs.len();
        if pairs.is_empty() {
            return Ok(());
        }
        let lines = pairs.iter().filter_map(|pair| serde_json::to_value(pair).ok());
        self.ledger.add_lines(&self.id, lines.collect()).await
    }
}

/// Counts only.
struct Unheard;

#[async_trait]
impl Sink for Unheard {
    async fn take(&mut self, _: Vec<PairPlan>) -> Result<(), LedgerError> {
        Ok(())
    }
}

fn plan_id(context: &Context) -> String {
    let bytes = context.ports.random.bytes16();
    format!("plan-{}", hexadecimal(bytes.get(..6).unwrap_or_default()))
}

/// A plan as it is kept.
fn report(plan: &Plan) -> Kept {
    Kept {
        id: plan.id.clone(),
        kind: ReportKind::Plan,
        target: None,
        made: plan.made,
        head: serde_json::to_value(plan).unwrap_or_default(),
    }
}
