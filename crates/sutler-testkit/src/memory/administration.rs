//! What administrators order, and the trail of it.

use async_trait::async_trait;
use sutler_model::administrator::AdminToken;
use sutler_model::audit::{Act, Entry, Head, Place, Query};
use sutler_model::port::{Administration, Again, LedgerError, Order};
use sutler_model::work::Lane;
use sutler_model::{TenantId, Time};

use sutler_engine::transition;

use super::reports::marking;
use super::state::State;
use super::{MemoryLedger, guard, people, registry};

#[async_trait]
impl Administration for MemoryLedger {
    async fn order(&self, order: Order, acts: Vec<Act>, now: Time) -> Result<usize, LedgerError> {
        if acts.is_empty() {
            let detail = "an order without anybody who gives it".to_owned();
            return Err(LedgerError::Failed(detail));
        }
        let mut state = self.state();
        let may_miss = order.may_miss();
        let count = perform(&mut state, order, now)?;
        if count == 0 && may_miss {
            return Ok(0);
        }
        for act in &acts {
            append(&mut state, act, now);
        }
        Ok(count)
    }

    async fn trail(&self, query: &Query) -> Result<Vec<Entry>, LedgerError> {
        let state = self.state();
        let wanted = |entry: &&Entry| {
            query.chains.sees(entry.tenant)
                && query.act.as_ref().is_none_or(|act| *act == entry.act)
                && query.actor.as_ref().is_none_or(|actor| *actor == entry.actor)
                && query.since.is_none_or(|since| entry.at >= since)
        };
        let all = state.trail.iter().filter(wanted);
        Ok(match query.from {
            Place::NewestBefore(seq) => {
                all.rev().filter(|e| e.seq < seq).take(query.limit).cloned().collect()
            }
            Place::OldestAfter(seq) => {
                all.filter(|e| e.seq > seq).take(query.limit).cloned().collect()
            }
        })
    }

    async fn trail_heads(&self) -> Result<Vec<Head>, LedgerError> {
        let state = self.state();
        let mut chains: Vec<Option<TenantId>> = state.trail.iter().map(|e| e.tenant).collect();
        chains.sort_unstable();
        chains.dedup();
        Ok(chains.into_iter().filter_map(|chain| head(&state, chain)).collect())
    }

    async fn administrator(&self, hash: &[u8]) -> Result<Option<AdminToken>, LedgerError> {
        Ok(self.state().administrators.iter().find(|token| token.hash == hash).cloned())
    }

    async fn administrators(&self) -> Result<Vec<AdminToken>, LedgerError> {
        let mut all = self.state().administrators.clone();
        all.sort_by(|a, b| (a.created, &a.id).cmp(&(b.created, &b.id)));
        Ok(all)
    }

    async fn administrator_used(&self, id: &str, now: Time) -> Result<(), LedgerError> {
        let mut state = self.state();
        if let Some(token) = state.administrators.iter_mut().find(|token| token.id == id) {
            token.used = Some(now);
        }
        Ok(())
    }
}

fn perform(state: &mut State, order: Order, now: Time) -> Result<usize, LedgerError> {
    Ok(match order {
        Order::Note => 1,
        Order::EditEstate(edit) => registry::edit(state, *edit, now).map(|_| 1)?,
        Order::AddToken(token) => {
            state.tokens.insert(token.id.clone(), token);
            1
        }
        Order::RevokeToken(id) => usize::from(state.tokens.remove(&id).is_some()),
        Order::AddAdministrator(token) => {
            state.administrators.push(token);
            1
        }
        Order::RevokeAdministrator(id) => {
            let before = state.administrators.len();
            state.administrators.retain(|token| token.id != id);
            before - state.administrators.len()
        }
        Order::Retry(target, uid) => {
            let which = Again { uid, ..Again::ALL };
            people::retry(state, target, &which, now).count
        }
        Order::Pause(target, pause) => {
            match pause {
                Some(pause) => state.pauses.insert(target, pause),
                None => state.pauses.remove(&target),
            };
            1
        }
        Order::Provision(target, rid) => {
            state.mark(&marking(target, rid, Lane::Live, now));
            if let Some(row) = state.work(target, rid).cloned() {
                state.put_work(transition::let_go(row, now));
            }
            1
        }
        Order::Verdict(verdict) => guard::verdict(state, &verdict),
    })
}

fn append(state: &mut State, act: &Act, now: Time) {
    let tenants = &state.estate.tenants;
    let named = |name: &String| tenants.iter().find(|(_, known)| known == name).map(|(id, _)| *id);
    let tenant = act.tenant.as_ref().and_then(named);
    let seq = state.trail.last().map_or(0, |last| last.seq) + 1;
    let entry = act.entry(tenant, seq, now, head(state, tenant).as_ref());
    state.trail.push(entry);
}

fn head(state: &State, tenant: Option<TenantId>) -> Option<Head> {
    let last = state.trail.iter().rev().find(|entry| entry.tenant == tenant)?;
    Some(Head { tenant, seq: last.seq, number: last.number, hash: last.hash.clone() })
}
