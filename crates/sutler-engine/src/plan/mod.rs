//! What would be done at a target, resource by resource: the same `decide` that delivers, asked
//! under the estate in force or under another one, and nothing of it carried out.
//!
//! The target is not asked: where `decide` wants to look, the plan says so.

mod foreseen;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use sutler_model::id::hexadecimal;
use sutler_model::plan::{PairPlan, Planned, TargetPlan};
use sutler_model::port::{self, LedgerError};
use sutler_model::{Rid, TargetId};

use crate::Ports;
use crate::explain::{decision, nothing_owed};
use crate::hidden::frames;
use crate::knowledge::Knowledge;
use crate::rules::{Rulebook, Subject, TargetRules};
use foreseen::Foreseen;

/// Pairs that are read at once.
const PAGE: usize = 500;

/// Somebody who takes what a plan says, page by page. Pairs about which nothing would be done
/// are counted, and not handed over.
#[async_trait::async_trait]
pub trait Sink: Send {
    /// Takes a page.
    async fn take(&mut self, pairs: Vec<PairPlan>) -> Result<(), LedgerError>;
}

/// Plans one target under an estate: in force, or as an edit would leave it.
pub async fn plan(
    ports: &Ports,
    rulebook: &Rulebook,
    target: TargetId,
    sink: &mut dyn Sink,
) -> Result<TargetPlan, LedgerError> {
    let Some(rules) = rulebook.rules(target) else {
        return Ok(TargetPlan::default());
    };
    let tenant = rules.target.tenant;
    let (mut counts, mut hash) = (BTreeMap::new(), Sha256::new());
    let mut after = Rid(0);
    loop {
        let rids = ports.ledger.pairs_after(tenant, target, after, PAGE).await?;
        let Some(last) = rids.last() else { break };
        after = *last;
        let mut told = Vec::new();
        for frame in frames(ports, rules, &rids).await? {
            let Some(pair) = one(ports, rulebook, rules, &frame).await? else { continue };
            *counts.entry(pair.action).or_insert(0) += 1;
            if pair.action != Planned::Nothing {
                hash.update(serde_json::to_vec(&pair).unwrap_or_default());
                told.push(pair);
            }
        }
        sink.take(told).await?;
    }
    let hash = hexadecimal(&hash.finalize());
    Ok(TargetPlan { target: rules.target.name.clone(), counts, hash })
}

/// What would be done about one pair. `None` if it concerns nobody: out of scope, and without
/// an account.
async fn one(
    ports: &Ports,
    rulebook: &Rulebook,
    rules: &TargetRules,
    frame: &port::Frame,
) -> Result<Option<PairPlan>, LedgerError> {
    let Some(resource) = &frame.resource else {
        return Ok(None);
    };
    let entitled = rules.scope_of(rulebook, resource, &frame.origins, &frame.groups).is_in();
    if frame.link.is_none() && (resource.gone || !entitled) {
        return Ok(None);
    }
    // Nothing is held here of who is passed through, so that nothing can differ.
    if Subject::of(frame, rulebook, rules) == Subject::Unheld {
        return Ok(None);
    }
    let work = ports.ledger.work_of(rules.target.id, frame.rid).await?;
    let work = work.unwrap_or_else(|| nothing_owed(&rules.target, frame.rid));
    let mut knowledge = Knowledge::new(&work, frame, rules, rulebook);
    let decision = decision(ports, rules, &mut knowledge, ports.clock.now()).await?;
    let Foreseen { action, set, clear, why } = Foreseen::of(decision, knowledge.want());
    let plan = PairPlan {
        target: rules.target.name.clone(),
        id: resource.uid.clone(),
        kind: resource.kind,
        name: foreseen::name(frame),
        action,
        set,
        clear,
        why,
    };
    let passes = frame.passed || rulebook.passes(&frame.origins);
    Ok(Some(if passes { foreseen::masked(plan) } else { plan }))
}
