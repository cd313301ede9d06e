//! The port `Administration`: what administrators order, and the trail of it.

mod administrator;
mod trail;

use async_trait::async_trait;
use rusqlite::Connection;
use sutler_model::Time;
use sutler_model::administrator::AdminToken;
use sutler_model::audit::{Act, Entry, Head, Query};
use sutler_model::port::{Administration, Again, LedgerError, Order};
use sutler_model::work::Lane;

use crate::SqliteLedger;
use crate::dispatch::{mark, set_pause};
use crate::error::{Done, Fail};
use crate::guard;
use crate::overview::people;
use crate::registry::{edit, token};
use crate::reports::marking;
use crate::write::Side::Inbound;

#[async_trait]
impl Administration for SqliteLedger {
    async fn order(&self, order: Order, acts: Vec<Act>, now: Time) -> Result<usize, LedgerError> {
        self.write(Inbound, move |c| carry_out(c, &order, &acts, now)).await
    }

    async fn trail(&self, query: &Query) -> Result<Vec<Entry>, LedgerError> {
        let query = query.clone();
        self.read(Inbound, move |c| trail::rows(c, &query)).await
    }

    async fn trail_heads(&self) -> Result<Vec<Head>, LedgerError> {
        self.read(Inbound, trail::heads).await
    }

    async fn administrator(&self, hash: &[u8]) -> Result<Option<AdminToken>, LedgerError> {
        self.point(|c| administrator::by_hash(c, hash))
    }

    async fn administrators(&self) -> Result<Vec<AdminToken>, LedgerError> {
        self.read(Inbound, administrator::list).await
    }

    async fn administrator_used(&self, id: &str, now: Time) -> Result<(), LedgerError> {
        let id = id.to_owned();
        self.write_unflushed(Inbound, move |c| administrator::used(c, &id, now)).await
    }
}

/// The order and its rows: an error of either takes both back.
fn carry_out(connection: &Connection, order: &Order, acts: &[Act], now: Time) -> Done<usize> {
    if acts.is_empty() {
        let detail = "an order without anybody who gives it".to_owned();
        return Err(Fail::Refused(LedgerError::Failed(detail)));
    }
    let count = perform(connection, order, now)?;
    if count == 0 && order.may_miss() {
        return Ok(0);
    }
    for act in acts {
        trail::append(connection, act, now)?;
    }
    Ok(count)
}

fn perform(connection: &Connection, order: &Order, now: Time) -> Done<usize> {
    match order {
        Order::Note => Ok(1),
        Order::EditEstate(wanted) => edit::edit(connection, wanted, now).map(|_| 1),
        Order::AddToken(new) => token::add(connection, new).map(|()| 1),
        Order::RevokeToken(id) => token::revoke(connection, id).map(usize::from),
        Order::AddAdministrator(new) => administrator::add(connection, new).map(|()| 1),
        Order::RevokeAdministrator(id) => administrator::revoke(connection, id).map(usize::from),
        Order::Retry(target, uid) => {
            let which = Again { uid: uid.clone(), ..Again::ALL };
            people::retry(connection, *target, &which, now).map(|retried| retried.count)
        }
        Order::Pause(target, pause) => set_pause(connection, *target, pause.as_ref()).map(|()| 1),
        Order::Provision(target, rid) => {
            mark(connection, &marking(*target, *rid, Lane::Live, now))?;
            guard::let_go(connection, *target, *rid, now)?;
            Ok(1)
        }
        Order::Verdict(verdict) => guard::verdict(connection, verdict),
    }
}
