//! Plans: what would be done at the targets, kept under an id; and doing exactly that.
//!
//! The estate file of a plan is read by the binary, which hands over what it would change.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use sutler_model::TargetId;
use sutler_model::audit::Act;
use sutler_model::estate::{Estate, EstateEdit};
use sutler_model::id::hexadecimal;
use sutler_model::plan::{PairPlan, Plan, PlannedFile, TargetPlan};
use sutler_model::port::{Ledger, LedgerError, Order};
use sutler_model::report::{Report, ReportKind};

use super::page::{Page, counted};
use super::{Acting, Refused, find, refused};
use crate::Ports;
use crate::plan::{Sink, plan as plan_target};
use crate::rules::Rulebook;

/// How the act is called.
const ACT: &str = "plan.apply";
/// How long a plan can be applied, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;
/// How many resources a plan tells of; all count in its hash.
const MOST_TOLD: usize = 100_000;

/// What an estate file would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drafted {
    /// The edit, for the version of the estate that it was made for.
    pub edit: EstateEdit,
    /// What the audit trail keeps of it, by tenant.
    pub record: BTreeMap<String, Map<String, Value>>,
}

/// Which targets a plan is about, and under which estate.
struct Scope {
    rulebook: Rulebook,
    targets: Vec<TargetId>,
    edit: EstateEdit,
    record: BTreeMap<String, Map<String, Value>>,
}

/// Makes a plan and keeps it: of an estate file, or of the estate in force; of one target, or of
/// all that are concerned.
pub async fn make_plan(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: Option<&str>,
    file: Option<(PlannedFile, Drafted)>,
) -> Result<Plan, Refused> {
    let stored = ports.ledger.estate().await?;
    let (file, drafted) = file.unzip();
    let scope = scope(&stored, tenant, target, drafted)?;
    let mut plan = Plan {
        id: plan_id(ports),
        tenant: tenant.to_owned(),
        estate: stored.version,
        file,
        targets: Vec::new(),
        made: ports.clock.now(),
        actor: acting.actor.clone(),
    };
    let expired = plan.made.plus(-KEPT);
    ports.ledger.put_report(kept(&plan), expired).await?;
    let ledger = Arc::clone(&ports.ledger);
    let mut told = Told { ledger, id: plan.id.clone(), room: MOST_TOLD };
    plan.targets = counts(ports, &scope, &mut told).await?;
    ports.ledger.put_report(kept(&plan), expired).await?;
    Ok(plan)
}

/// A plan that is kept, of a tenant or, without one, of any. A plan of a file that may speak of
/// other tenants is of no single one.
pub async fn plan(ports: &Ports, tenant: Option<&str>, id: &str) -> Result<Plan, Refused> {
    let report = ports.ledger.report(id).await?.filter(|report| report.kind == ReportKind::Plan);
    let plan = report.and_then(|report| serde_json::from_value::<Plan>(report.head).ok());
    let plan = plan.filter(|plan| tenant.is_none_or(|tenant| is_of(plan, tenant)));
    plan.ok_or_else(|| {
        Refused::Missing(format!(
            "there is no plan `{id}`: plans are kept for a day; make a new one"
        ))
    })
}

/// A page of what a plan says about each resource.
pub async fn planned_pairs(
    ports: &Ports,
    tenant: Option<&str>,
    id: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<PairPlan>, Refused> {
    plan(ports, tenant, id).await?;
    let after = counted(after)?;
    let lines = ports.ledger.lines(id, after, limit.saturating_add(1)).await?;
    let pairs = lines.into_iter().filter_map(|line| serde_json::from_value(line).ok()).collect();
    Ok(Page::cut(pairs, limit, |_| after.saturating_add(limit).to_string()))
}

/// The application of a plan as an act, in the chain of a tenant or of the installation.
pub fn applying(acting: &Acting, tenant: Option<&str>, id: &str) -> Act {
    acting.act(tenant, ACT, id)
}

/// Does what a plan says, if the estate is still the one that it was made under, and every
/// resource is still as it was. `drafted` is what its file would change, read anew.
pub async fn apply_plan(
    ports: &Ports,
    acting: &Acting,
    tenant: Option<&str>,
    plan: &Plan,
    drafted: Option<Drafted>,
) -> Result<(), Refused> {
    let act = applying(acting, tenant, &plan.id);
    refused(ports, &act, attempt(ports, acting, plan, drafted).await).await
}

async fn attempt(
    ports: &Ports,
    acting: &Acting,
    plan: &Plan,
    drafted: Option<Drafted>,
) -> Result<(), Refused> {
    let id = &plan.id;
    let stored = ports.ledger.estate().await?;
    if stored.version != plan.estate {
        return Err(Refused::Taken(format!(
            "the estate has been changed since `{id}` was made: make a new plan, look at it, and apply that"
        )));
    }
    let only = plan.targets.first().filter(|_| plan.file.is_none() && plan.targets.len() == 1);
    let scope = scope(&stored, &plan.tenant, only.map(|only| only.target.as_str()), drafted)?;
    let now = counts(ports, &scope, &mut Unheard).await?;
    if let Some(beyond) = beyond(&plan.targets, &now) {
        return Err(Refused::Taken(format!(
            "nothing was done: `{id}` did not look at `{beyond}`, which its file changes too; make a plan without `--target`, look at it, and apply that"
        )));
    }
    if let Some(moved) = moved(&plan.targets, &now) {
        return Err(Refused::Taken(format!(
            "nothing was done, since people or groups have changed since `{id}` was made: {moved}; make a new plan, look at it, and apply that"
        )));
    }
    let acts = acts(acting, plan, scope.record);
    let edit = EstateEdit { actor: acting.actor.clone(), ..scope.edit };
    let order = Order::EditEstate(Box::new(edit));
    ports.ledger.order(order, acts, ports.clock.now()).await?;
    ports.estate.refresh(&*ports.ledger).await?;
    ports.pulse.notify();
    tracing::info!(plan.id = %id, "a plan was applied");
    Ok(())
}

fn is_of(plan: &Plan, tenant: &str) -> bool {
    match &plan.file {
        None => plan.tenant == tenant,
        Some(file) => file.tenant.as_deref() == Some(tenant),
    }
}

/// What the audit trail keeps of a plan that is applied.
fn acts(
    acting: &Acting,
    plan: &Plan,
    mut record: BTreeMap<String, Map<String, Value>>,
) -> Vec<Act> {
    if record.is_empty() {
        record.insert(plan.tenant.clone(), Map::new());
    }
    let act = |(tenant, more): (String, Map<String, Value>)| {
        let mut act = applying(acting, Some(&tenant), &plan.id);
        act.details.extend(more);
        act
    };
    record.into_iter().map(act).collect()
}

/// A target that would be changed, and that the plan did not look at.
fn beyond<'a>(then: &[TargetPlan], now: &'a [TargetPlan]) -> Option<&'a str> {
    let looked = |name: &str| then.iter().any(|plan| plan.target == name);
    now.iter().map(|plan| plan.target.as_str()).find(|name| !looked(name))
}

/// What has changed between a plan and now, at the first target where something has.
fn moved(then: &[TargetPlan], now: &[TargetPlan]) -> Option<String> {
    let differing = then.iter().zip(now).find(|(then, now)| then.hash != now.hash);
    let (then, now) = match differing {
        Some(pair) => pair,
        None if then.len() == now.len() => return None,
        None => return Some("it was about more targets".to_owned()),
    };
    let told = |plan: &TargetPlan| {
        let counts = plan.counts.iter().map(|(action, n)| format!("{} {n}", action.word()));
        counts.collect::<Vec<_>>().join(", ")
    };
    Some(format!("at `{}` it was {}, and now is {}", then.target, told(then), told(now)))
}

fn scope(
    stored: &Estate,
    tenant: &str,
    target: Option<&str>,
    drafted: Option<Drafted>,
) -> Result<Scope, Refused> {
    match drafted {
        None => in_force(stored, tenant, target),
        Some(drafted) => edited(stored, target, drafted),
    }
}

/// The targets that an edit has compared with all their resources, or one of them.
fn edited(stored: &Estate, target: Option<&str>, drafted: Drafted) -> Result<Scope, Refused> {
    let Drafted { edit, record } = drafted;
    if edit.expect != stored.version {
        let message = "the estate was changed by somebody else at this moment: say it again";
        return Err(Refused::Taken(message.to_owned()));
    }
    let after = stored.edited(&edit);
    let swept = |tenant: &str, name: &str| {
        edit.sweep.iter().any(|(t, n)| (t.as_str(), n.as_str()) == (tenant, name))
    };
    let wanted = |of: &&sutler_model::estate::Target| {
        let is_asked = target.is_none_or(|only| only == of.name);
        is_asked && swept(find::tenant_name(&after, of.tenant), &of.name)
    };
    let targets = after.targets.iter().filter(wanted).map(|of| of.id).collect();
    Ok(Scope { rulebook: Rulebook::new(after), targets, edit, record })
}

/// The targets of a tenant, or one of them, as they are: applying compares them anew.
fn in_force(stored: &Estate, tenant: &str, target: Option<&str>) -> Result<Scope, Refused> {
    let tenant_id = find::tenant(stored, tenant)?;
    let targets: Vec<_> = match target {
        Some(name) => vec![find::target(stored, tenant, name)?],
        None => stored.targets.iter().filter(|target| target.tenant == tenant_id).collect(),
    };
    let sweep = targets.iter().map(|target| (tenant.to_owned(), target.name.clone())).collect();
    let targets = targets.iter().map(|target| target.id).collect();
    let edit = EstateEdit { expect: stored.version, sweep, ..EstateEdit::default() };
    Ok(Scope { rulebook: Rulebook::new(stored.clone()), targets, edit, record: BTreeMap::new() })
}

async fn counts(
    ports: &Ports,
    scope: &Scope,
    sink: &mut dyn Sink,
) -> Result<Vec<TargetPlan>, LedgerError> {
    let mut targets = Vec::new();
    for target in &scope.targets {
        targets.push(plan_target(ports, &scope.rulebook, *target, sink).await?);
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

fn plan_id(ports: &Ports) -> String {
    let bytes = ports.random.bytes16();
    format!("plan-{}", hexadecimal(bytes.get(..6).unwrap_or_default()))
}

/// A plan as it is kept.
fn kept(plan: &Plan) -> Report {
    Report {
        id: plan.id.clone(),
        kind: ReportKind::Plan,
        target: None,
        made: plan.made,
        head: serde_json::to_value(plan).unwrap_or_default(),
    }
}
