//! What the guard holds, and what a person says about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sutler_engine::admin::{self, Acting};
use sutler_model::guard::{Excess, HeldPair, Verdict, Wave, WaveState};
use sutler_model::{Rid, Uid, WaveId};

use super::context::Context;
use super::execute::Refused;
use super::message::Reply;

/// Pairs a page, and names that a wave is shown with.
const PAGE: usize = 500;
const NAMES: usize = 5;

/// A wave, for a person and for scripts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WaveLine {
    pub(crate) wave: i64,
    pub(crate) target: String,
    pub(crate) state: WaveState,
    /// Who wanted it: a service provider, or who edited the estate.
    pub(crate) source: String,
    /// True if it comes from an edit of the estate or of a large group.
    pub(crate) by_sweep: bool,
    pub(crate) since: String,
    /// Pairs, by what they would lose.
    pub(crate) held: BTreeMap<String, u64>,
    pub(crate) excess: Option<Excess>,
    /// The first of them.
    pub(crate) names: Vec<String>,
}

/// The waves of a tenant, or of one of its targets.
pub(super) async fn waves(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
) -> Result<Reply, Refused> {
    let ledger = &context.ports.ledger;
    let stored = ledger.estate().await?;
    let id = admin::tenant(&stored, tenant)?;
    let only = target.map(|name| admin::target(&stored, tenant, name)).transpose()?;
    let mut lines = Vec::new();
    for wave in ledger.waves(only.map(|target| target.id)).await? {
        let Some(target) = stored.target(wave.target).filter(|target| target.tenant == id) else {
            continue;
        };
        if wave.pairs() == 0 {
            continue;
        }
        let first = ledger.held(wave.id, Rid(0), NAMES).await?;
        lines.push(WaveLine {
            wave: wave.id.0,
            target: target.name.clone(),
            state: wave.state,
            by_sweep: wave.sweep.is_some(),
            since: wave.since.rfc3339(),
            held: wave.held.iter().map(|(loss, n)| (loss.key().to_owned(), *n)).collect(),
            excess: wave.excess,
            source: wave.source,
            names: first.into_iter().map(|pair| readable(context, pair.name)).collect(),
        });
    }
    Ok(Reply::Waves { waves: lines })
}

/// Who is in a wave, a page after `after`.
pub(super) async fn pairs(
    context: &Context,
    tenant: &str,
    wave: i64,
    after: i64,
) -> Result<Reply, Refused> {
    let wave = find(context, tenant, wave).await?.id;
    let pairs: Vec<HeldPair> = context.ports.ledger.held(wave, Rid(after), PAGE).await?;
    let last = pairs.len() < PAGE;
    let shown = |pair: HeldPair| HeldPair { name: readable(context, pair.name), ..pair };
    Ok(Reply::Held { last, pairs: pairs.into_iter().map(shown).collect() })
}

/// The name of somebody who is passed through is kept hidden.
fn readable(context: &Context, name: String) -> String {
    context.ports.hiding.show(&name).unwrap_or(name)
}

/// Releases or rejects a wave, or some of it.
pub(super) async fn verdict(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    (wave, only): (i64, Option<Vec<String>>),
    release: bool,
) -> Result<Reply, Refused> {
    let wave = find(context, tenant, wave).await?;
    if let Some(only) = &only {
        known(context, &wave, only).await?;
    }
    let act = if release { "guard.release" } else { "guard.reject" };
    let act = acting.act(Some(tenant), act, &format!("wave {}", wave.id));
    let act = Acting::with(act, "only", only.clone());
    admin::begin(&context.ports, act).await?;
    let actor = acting.actor.as_str();
    let verdict = Verdict {
        wave: wave.id,
        only: only.map(|only| only.into_iter().map(Uid).collect()),
        release,
        actor: actor.to_owned(),
        at: context.ports.clock.now(),
    };
    let whole = verdict.only.is_none();
    let about = context.ports.ledger.give_verdict(verdict).await?;
    let about = about.ok_or_else(|| {
        format!("wave {} is still being counted: `sutler held` shows when it is held", wave.id)
    })?;
    tracing::info!(wave.id = wave.id.0, release, whole, pairs = about, actor, "verdict given");
    context.ports.pulse.marked();
    context.ports.pulse.notify();
    Ok(Reply::Count { count: u64::try_from(about).unwrap_or(u64::MAX) })
}

/// Refuses ids that the wave does not hold, before anything is done.
async fn known(context: &Context, wave: &Wave, only: &[String]) -> Result<(), Refused> {
    let mut missing: Vec<&String> = only.iter().collect();
    let mut after = Rid(0);
    while !missing.is_empty() {
        let page = context.ports.ledger.held(wave.id, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.rid;
        missing.retain(|id| !page.iter().any(|pair| pair.id.0 == **id));
    }
    match missing.first() {
        None => Ok(()),
        Some(id) => Err(format!(
            "wave {} holds nobody with the id `{id}`, and nothing was done: `sutler held {}` lists the ids",
            wave.id, wave.id
        )
        .into()),
    }
}

async fn find(context: &Context, tenant: &str, wave: i64) -> Result<Wave, Refused> {
    let ledger = &context.ports.ledger;
    let stored = ledger.estate().await?;
    let id = admin::tenant(&stored, tenant)?;
    let of_tenant = |wave: &Wave| stored.target(wave.target).is_some_and(|t| t.tenant == id);
    let mut waves = ledger.waves(None).await?.into_iter();
    let found = waves.find(|known| known.id == WaveId(wave) && of_tenant(known));
    found.ok_or_else(|| {
        format!("the guard holds no wave {wave}: `sutler held` shows what it holds").into()
    })
}
