//! Links: announced before the account is made, stored as they are known, doubted.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::link::{Doubt, Link};
use sutler_model::port::Announced;
use sutler_model::{Fence, Kind, LinkId, Rid, TargetId};

use crate::error::Done;
use crate::row::{self, link_columns};

/// Stores a link in state `creating`, if the fence is still in force. A stored doubt stays:
/// only a settle that looked at it may clear it.
pub(super) fn announce(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    fence: Fence,
    link: &Link,
) -> Done<Announced> {
    let ours = connection
        .prepare_cached("SELECT 1 FROM work WHERE target = ?1 AND rid = ?2 AND fence = ?3")?
        .exists([target.0, rid.0, fence])?;
    if !ours {
        return Ok(Announced::Stale);
    }
    let stored = by_id(connection, link.id)?.and_then(|known| known.doubt);
    let announced = Link { doubt: stored.or(link.doubt), ..link.clone() };
    store(connection, &announced)?;
    Ok(Announced::Yes)
}

/// Writes a link whole.
pub(super) fn store(connection: &Connection, link: &Link) -> Done<()> {
    let once = (!link.once.is_empty()).then(|| serde_json::to_string(&link.once)).transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO link (id, target, rid, kind, state, remote, key, etag, sent, load, doubt, \
             doubt_at, proof, confirmed, off_since, once) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) \
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, remote = excluded.remote, \
             key = excluded.key, etag = excluded.etag, sent = excluded.sent, load = excluded.load, \
             doubt = excluded.doubt, doubt_at = excluded.doubt_at, proof = excluded.proof, \
             confirmed = excluded.confirmed, off_since = excluded.off_since, once = excluded.once",
        )?
        .execute(params![
            link.id.0,
            link.target.0,
            link.rid.0,
            link.kind.code(),
            link.state.code(),
            link.remote,
            link.key,
            link.etag,
            link.sent.to_bytes(),
            link.load.map(|rid| rid.0),
            link.doubt.map(|doubt| doubt.stamp),
            link.doubt.map(|doubt| doubt.at.0),
            link.proof,
            link.confirmed.map(|at| at.0),
            link.off_since.map(|at| at.0),
            once,
        ])?;
    Ok(())
}

/// Puts the open link of a pair in doubt, under a stamp that nobody has looked at.
pub(crate) fn doubt(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    doubt: Doubt,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE link SET doubt = ?3, doubt_at = ?4 \
             WHERE target = ?1 AND rid = ?2 AND state <> 4",
        )?
        .execute([target.0, rid.0, doubt.stamp, doubt.at.0])
        .map(drop)
}

pub(crate) fn by_id(connection: &Connection, id: LinkId) -> rusqlite::Result<Option<Link>> {
    connection
        .prepare_cached(concat!("SELECT ", link_columns!(), " FROM link l WHERE l.id = ?1"))?
        .query_row([id.0], row::link)
        .optional()
}

pub(super) fn by_remote(
    connection: &Connection,
    target: TargetId,
    kind: Kind,
    remote: &str,
) -> Done<Option<Link>> {
    let found = connection
        .prepare_cached(concat!(
            "SELECT ",
            link_columns!(),
            " FROM link l WHERE l.target = ?1 AND l.kind = ?2 AND l.remote = ?3 AND l.state <> 4 \
             AND l.remote IS NOT NULL"
        ))?
        .query_row(params![target.0, kind.code(), remote], row::link)
        .optional()?;
    Ok(found)
}
