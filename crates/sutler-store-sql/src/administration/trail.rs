//! The rows of the audit trail and the heads of its chains.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sutler_model::audit::{Act, Chains, Entry, Head, Place, Query};
use sutler_model::{TenantId, Time};

use crate::error::Done;
use crate::row::number;

/// The rows on one side of a place, in one order.
macro_rules! select {
    ($side:literal, $order:literal) => {
        concat!(
            "SELECT a.seq, a.number, a.tenant, a.at, a.actor, a.via, a.act, a.object, a.details, \
             a.outcome, a.hash FROM audit a WHERE ",
            $side,
            " AND (?2 IS NULL OR a.tenant = ?2) AND (?3 IS NULL OR a.act = ?3) \
             AND (?4 IS NULL OR a.actor = ?4) AND (?5 IS NULL OR a.at >= ?5) ORDER BY a.seq ",
            $order,
            " LIMIT ?6"
        )
    };
}
/// Writes an act at the end of its chain.
pub(super) fn append(connection: &Connection, act: &Act, now: Time) -> Done<()> {
    let tenant = match &act.tenant {
        Some(name) => tenant(connection, name)?,
        None => None,
    };
    let last: i64 = connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM audit_head")?
        .query_row([], |found| found.get(0))?;
    let head = head_of(connection, tenant)?;
    let entry = act.entry(tenant, last + 1, now, head.as_ref());
    insert(connection, &entry)?;
    connection
        .prepare_cached(
            "INSERT INTO audit_head (tenant, seq, number, hash) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (tenant) DO UPDATE SET seq = ?2, number = ?3, hash = ?4",
        )?
        .execute(params![key(tenant), entry.seq, entry.number, entry.hash])?;
    Ok(())
}

fn insert(connection: &Connection, entry: &Entry) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO audit (seq, tenant, number, at, actor, via, act, object, details, \
             outcome, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            entry.seq,
            key(entry.tenant),
            entry.number,
            entry.at.0,
            entry.actor,
            entry.via,
            entry.act,
            entry.object,
            entry.details,
            entry.outcome,
            entry.hash,
        ])
        .map(drop)
}

/// The rows that are asked for.
pub(super) fn rows(connection: &Connection, query: &Query) -> Done<Vec<Entry>> {
    let (sql, from) = match query.from {
        Place::NewestBefore(seq) => (select!("a.seq < ?1", "DESC"), seq),
        Place::OldestAfter(seq) => (select!("a.seq > ?1", "ASC"), seq),
    };
    let chain = match query.chains {
        Chains::All => None,
        Chains::One(tenant) => Some(key(tenant)),
    };
    let found = connection
        .prepare_cached(sql)?
        .query_map(
            params![
                from,
                chain,
                query.act,
                query.actor,
                query.since.map(|at| at.0),
                number(query.limit)
            ],
            entry,
        )?
        .collect::<Result<_, _>>()?;
    Ok(found)
}

/// The ends of all chains.
pub(super) fn heads(connection: &Connection) -> Done<Vec<Head>> {
    let heads = connection
        .prepare_cached("SELECT tenant, seq, number, hash FROM audit_head ORDER BY tenant")?
        .query_map([], head)?
        .collect::<Result<_, _>>()?;
    Ok(heads)
}

fn head_of(connection: &Connection, tenant: Option<TenantId>) -> rusqlite::Result<Option<Head>> {
    connection
        .prepare_cached("SELECT tenant, seq, number, hash FROM audit_head WHERE tenant = ?1")?
        .query_row([key(tenant)], head)
        .optional()
}

fn head(found: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        tenant: chain(found.get(0)?),
        seq: found.get(1)?,
        number: found.get(2)?,
        hash: found.get(3)?,
    })
}

fn entry(found: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        seq: found.get(0)?,
        number: found.get(1)?,
        tenant: chain(found.get(2)?),
        at: Time(found.get(3)?),
        actor: found.get(4)?,
        via: found.get(5)?,
        act: found.get(6)?,
        object: found.get(7)?,
        details: found.get(8)?,
        outcome: found.get(9)?,
        hash: found.get(10)?,
    })
}

fn tenant(connection: &Connection, name: &str) -> rusqlite::Result<Option<TenantId>> {
    connection
        .prepare_cached("SELECT tenant FROM tenant WHERE name = ?1")?
        .query_row([name], |found| found.get(0).map(TenantId))
        .optional()
}

/// The installation's chain is stored under 0, which is no tenant's key.
fn key(tenant: Option<TenantId>) -> i64 {
    tenant.map_or(0, |id| id.0)
}

fn chain(key: i64) -> Option<TenantId> {
    (key != 0).then_some(TenantId(key))
}
