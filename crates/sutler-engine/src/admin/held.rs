//! What the guard holds, and what a person says about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sutler_model::guard::{Excess, HeldPair, Verdict, Wave, WaveState};
use sutler_model::port::Order;
use sutler_model::{Rid, TargetId, Uid, WaveId};

use super::page::{Page, no_place};
use super::{Acting, Refused, find, refused, targets};
use crate::Ports;

/// Names that a wave is shown with.
const NAMES: usize = 5;
/// Pairs that are read at once to find named ones.
const STEP: usize = 500;

/// A wave, for a person and for scripts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaveLine {
    /// Its number.
    pub wave: i64,
    /// At which target.
    pub target: String,
    /// What becomes of it.
    pub state: WaveState,
    /// Who wanted it: a service provider, or who edited the estate.
    pub source: String,
    /// True if it comes from an edit of the estate or of a large group.
    pub by_sweep: bool,
    /// Since when (RFC 3339).
    pub since: String,
    /// Pairs, by what they would lose.
    pub held: BTreeMap<String, u64>,
    /// By how much which limit was exceeded.
    pub excess: Option<Excess>,
    /// What the first of them are called.
    pub names: Vec<String>,
}

/// A page of the waves of a tenant, or of one of its targets, oldest first.
pub async fn waves(
    ports: &Ports,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<WaveLine>, Refused> {
    let after = after.map_or(Ok(0), number)?;
    let targets = targets(ports, tenant, target).await?;
    let name = |id: TargetId| targets.iter().find(|target| target.id == id).map(|t| &t.name);
    let mut found: Vec<(Wave, &String)> = Vec::new();
    for wave in ports.ledger.waves(None).await? {
        if let Some(name) = name(wave.target).filter(|_| wave.id.0 > after && wave.pairs() > 0) {
            found.push((wave, name));
        }
    }
    let page = Page::cut(found, limit, |(wave, _)| wave.id.to_string());
    let mut items = Vec::new();
    for (wave, name) in page.items {
        items.push(line(ports, wave, name).await?);
    }
    Ok(Page { items, next: page.next })
}

/// One wave of a tenant.
pub async fn wave(ports: &Ports, tenant: &str, id: &str) -> Result<WaveLine, Refused> {
    let (wave, target) = known(ports, tenant, id).await?;
    line(ports, wave, &target).await
}

/// A page of the pairs of a wave.
pub async fn held_pairs(
    ports: &Ports,
    tenant: &str,
    id: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<HeldPair>, Refused> {
    let after = Rid(after.map_or(Ok(0), number)?);
    let (wave, _) = known(ports, tenant, id).await?;
    let found = ports.ledger.held(wave.id, after, limit.saturating_add(1)).await?;
    let found = found.into_iter().map(|pair| shown(ports, pair)).collect();
    Ok(Page::cut(found, limit, |pair| pair.rid.to_string()))
}

/// Releases or rejects a wave, or the pairs of it that are named. Returns how many it is about;
/// a whole wave goes on by itself. Where one that is named is not held, nothing is done.
pub async fn give_verdict(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    id: &str,
    only: Option<Vec<String>>,
    release: bool,
) -> Result<usize, Refused> {
    let word = if release { "guard.release" } else { "guard.reject" };
    let act = acting.act(Some(tenant), word, &format!("wave {id}"));
    let act = Acting::with(act, "only", only.clone());
    let found = sayable(ports, tenant, id, only.as_deref()).await;
    let (wave, target) = refused(ports, &act, found).await?;
    let act = Acting::with(act, "target", Some(target));
    let now = ports.clock.now();
    let verdict = Verdict {
        wave: wave.id,
        only: only.map(|only| only.into_iter().map(Uid).collect()),
        release,
        actor: acting.actor.clone(),
        at: now,
    };
    let about = ports.ledger.order(Order::Verdict(verdict), vec![act], now).await?;
    if about == 0 {
        // All of it went meanwhile, by somebody else's word or since they stay.
        return Err(Refused::Taken(format!("wave {id} holds them no more, and nothing was done")));
    }
    tracing::info!(wave.id = wave.id.0, release, pairs = about, "verdict given");
    ports.pulse.marked();
    ports.pulse.notify();
    Ok(about)
}

/// The wave, if something can be said about it, and of it about those who are named.
async fn sayable(
    ports: &Ports,
    tenant: &str,
    id: &str,
    only: Option<&[String]>,
) -> Result<(Wave, String), Refused> {
    let (wave, target) = known(ports, tenant, id).await?;
    if wave.state == WaveState::Counting {
        return Err(Refused::Impossible(format!(
            "wave {id} is still being counted: say it again when it is held"
        )));
    }
    match not_held(ports, &wave, only.unwrap_or_default()).await? {
        None => Ok((wave, target)),
        Some(stranger) => Err(Refused::Missing(format!(
            "wave {id} holds nobody with the id `{stranger}`, and nothing was done"
        ))),
    }
}

/// The first of these ids that a wave does not hold.
async fn not_held(ports: &Ports, wave: &Wave, only: &[String]) -> Result<Option<String>, Refused> {
    let mut missing: Vec<&String> = only.iter().collect();
    let mut after = Rid(0);
    while !missing.is_empty() {
        let page = ports.ledger.held(wave.id, after, STEP).await?;
        let Some(last) = page.last() else { break };
        after = last.rid;
        missing.retain(|id| !page.iter().any(|pair| pair.id.0 == **id));
    }
    Ok(missing.first().map(|id| (*id).clone()))
}

/// The wave of this number in a tenant, with the name of its target.
async fn known(ports: &Ports, tenant: &str, id: &str) -> Result<(Wave, String), Refused> {
    let estate = ports.ledger.estate().await?;
    let of = find::tenant(&estate, tenant)?;
    let waves = ports.ledger.waves(None).await?;
    let ours = |wave: Wave| {
        let target = estate.target(wave.target).filter(|target| target.tenant == of)?;
        Some((wave, target.name.clone()))
    };
    let wanted = id.parse().ok().map(WaveId);
    let found = waves.into_iter().find(|wave| Some(wave.id) == wanted && wave.pairs() > 0);
    found.and_then(ours).ok_or_else(|| {
        Refused::Missing(format!("the guard holds no wave {id} in the tenant `{tenant}`"))
    })
}

async fn line(ports: &Ports, wave: Wave, target: &str) -> Result<WaveLine, Refused> {
    let first = ports.ledger.held(wave.id, Rid(0), NAMES).await?;
    Ok(WaveLine {
        wave: wave.id.0,
        target: target.to_owned(),
        state: wave.state,
        by_sweep: wave.sweep.is_some(),
        since: wave.since.rfc3339(),
        held: wave.held.iter().map(|(loss, n)| (loss.key().to_owned(), *n)).collect(),
        excess: wave.excess,
        source: wave.source,
        names: first.into_iter().map(|pair| shown(ports, pair).name).collect(),
    })
}

/// The name of somebody who is passed through is kept hidden.
fn shown(ports: &Ports, pair: HeldPair) -> HeldPair {
    HeldPair { name: ports.hiding.show(&pair.name).unwrap_or(pair.name), ..pair }
}

fn number(text: &str) -> Result<i64, Refused> {
    text.parse().ok().filter(|place: &i64| *place >= 0).ok_or_else(|| no_place(text))
}
