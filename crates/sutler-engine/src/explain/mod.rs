//! "Why is Ann (not) in Slack?": the decision about a pair, with all that it was made from.
//!
//! The same `decide` that delivers, without carrying anything out: the target is not asked.

mod nested;
mod obstacle;
mod words;

use std::collections::BTreeMap;

use sutler_model::Rid;
use sutler_model::estate::Target;
use sutler_model::explanation::{Explanation, Step};
use sutler_model::port::LedgerError;
use sutler_model::work::{Lane, Owes, Work};
use sutler_model::{Kind, ServiceProviderId, Time};

use crate::Ports;
use crate::admin::{tenant_name, tenant_option};
use crate::decide::{Action, Decision, decide};
use crate::desired;
use crate::hidden::{frames, show};
use crate::hold::Hold;
use crate::knowledge::Knowledge;
use crate::outbound::survey::survey;
use crate::passed::digest;
use crate::rules::TargetRules;
use obstacle::obstacle;
use words::Words;

/// How many deliveries are shown.
const DELIVERIES: usize = 10;

/// Explains one pair; `None` if nothing is known of the resource.
pub async fn explain(
    ports: &Ports,
    target: &Target,
    rid: Rid,
) -> Result<Option<Explanation>, LedgerError> {
    let ledger = &ports.ledger;
    let estate = ports.estate.current();
    let work = ledger.work_of(target.id, rid).await?;
    let Some(rules) = estate.rules(target.id) else {
        return Ok(None);
    };
    let target = &rules.target;
    let frames = frames(ports, rules, &[rid]).await?;
    let Some(frame) = frames.into_iter().next() else {
        return Ok(None);
    };
    let Some(resource) = &frame.resource else {
        return Ok(None);
    };
    let held = ledger.quarantined().await?.into_iter().find(|held| held.target == target.id);
    let pause = ledger.pause(target.id).await?;
    let assumed = work.clone().unwrap_or_else(|| nothing_owed(target, rid));
    let mut knowledge = Knowledge::new(&assumed, &frame, rules, &estate);
    let now = ports.clock.now();
    let decision = decision(ports, rules, &mut knowledge, now).await?;
    let wanted = knowledge.wanted().and_then(Result::ok);
    // Where no values are wanted, none differ: who leaves, or is not held here, keeps what it has.
    let delta = wanted.as_ref().zip(frame.link.as_ref()).map(|(wanted, link)| {
        let known = rules.known(resource.kind);
        desired::delta_to_sent(&wanted.attributes, &link.sent, link.id, known)
    });
    let delta = delta.unwrap_or_default();
    let values = wanted.unwrap_or_default().attributes;
    let former = match frame.link {
        Some(_) => None,
        None => ledger.former(target.id, rid).await?,
    };
    let former = former.map(|mut link| {
        show(&mut link, &*ports.hiding);
        link
    });
    let link = frame.link.as_ref().or(former.as_ref());
    let lane = if knowledge.leaves() { Lane::Leave } else { assumed.lane };
    let hold = Hold::at(pause, &target.maintenance, now);
    let of = tenant_option(tenant_name(&estate, target.tenant));
    let obstacle = obstacle((target, &of), &hold, held.as_ref(), lane);
    let work = work.as_ref();
    let words = Words { rules, estate: &estate, of: &of, frame: &frame, link, work, now };
    let mut steps = words.steps(knowledge.want());
    let nested = nested::nested(ports, rules, resource).await?;
    steps.extend(nested.map(|says| Step { rule: "nesting".to_owned(), says }));
    steps.push(Step { rule: "decision".to_owned(), says: decision.why.to_owned() });
    if let Some(obstacle) = &obstacle {
        steps.push(Step { rule: "target".to_owned(), says: obstacle.says.clone() });
    }
    Ok(Some(Explanation {
        target: target.name.clone(),
        id: resource.uid.0.clone(),
        kind: resource.kind,
        name: words.name(),
        steps,
        account: words.account(),
        values: values.into_iter().collect::<BTreeMap<_, _>>(),
        differs: delta.set.into_iter().map(|(path, _)| path).collect(),
        clears: delta.clear,
        pending: words.pending(),
        next: words.next(&decision.action, obstacle.is_some()),
        advice: obstacle.map(|obstacle| obstacle.advice).or_else(|| words.advice()),
        deliveries: ledger.deliveries_of(target.id, rid, DELIVERIES).await?,
    }))
}

/// The decision, once it is known who of ours holds the name: that needs no target.
pub(crate) async fn decision(
    ports: &Ports,
    rules: &TargetRules,
    knowledge: &mut Knowledge<'_>,
    now: Time,
) -> Result<Decision, LedgerError> {
    let first = decide(&knowledge.frame(now));
    let (Action::Survey(key), Some(kind)) = (&first.action, knowledge.kind()) else {
        return Ok(first);
    };
    let own = knowledge.link.as_ref().map(|link| (link.id, link.key.as_deref()));
    let contest = survey(ports, rules, kind, knowledge.work.rid, key, own).await?;
    knowledge.surveyed(contest);
    Ok(decide(&knowledge.frame(now)))
}

/// The item of a pair that is not dirty.
pub(crate) fn nothing_owed(target: &Target, rid: Rid) -> Work {
    Work {
        target: target.id,
        rid,
        lane: Lane::Live,
        due: None,
        mark: 0,
        node: None,
        fence: None,
        owes: Owes::NONE,
        tries: 0,
        why: None,
        wait: None,
        leaving_since: None,
        held: None,
    }
}

/// The resource that a person names: by its public id, or by its name in any spelling. Users
/// come before groups.
pub async fn find(
    ports: &Ports,
    tenant: sutler_model::TenantId,
    named: &str,
) -> Result<Option<Rid>, LedgerError> {
    let ledger = &ports.ledger;
    if let Some(rid) = ledger.known(tenant, &sutler_model::Uid(named.to_owned())).await? {
        return Ok(Some(rid));
    }
    let key = sutler_model::fold::fold(named);
    for kind in [Kind::User, Kind::Group] {
        let attribute = desired::name_attribute(kind);
        if let Some(found) = ledger.by_name(tenant, kind, attribute, &key).await? {
            return Ok(Some(found.rid));
        }
        // Names are unique in the tenant, so that no service provider need be known.
        let digest = digest(&*ports.hiding, (tenant, ServiceProviderId(0)), kind, attribute, &key);
        if let Some(found) = ledger.passed_by_name(tenant, kind, attribute, &digest).await? {
            return Ok(Some(found.rid));
        }
    }
    Ok(None)
}

/// True if a time has come.
fn is_due(due: Option<Time>, now: Time) -> bool {
    due.is_some_and(|due| due <= now)
}
