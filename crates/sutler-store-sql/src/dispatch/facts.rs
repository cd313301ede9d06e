//! What the rules of a target read of a resource.

use rusqlite::{Connection, OptionalExtension};
use sutler_model::port::{GroupFact, Reads, Standing, SubjectView};
use sutler_model::{Rid, TargetId, Uid};

use crate::error::Done;
use crate::row;

/// A resource as scope needs it, with no more than what is asked for.
pub(super) fn subject(
    connection: &Connection,
    rid: Rid,
    reads: Reads,
) -> rusqlite::Result<Option<SubjectView>> {
    let found = connection
        .prepare_cached(
            "SELECT kind, active, gone IS NOT NULL, home = -1 FROM resource WHERE rid = ?1",
        )?
        .query_row([rid.0], |found| {
            let flag = |column| found.get::<_, bool>(column);
            Ok((row::kind(found, 0)?, flag(1)?, flag(2)?, flag(3)?))
        })
        .optional()?;
    let Some((kind, active, gone, passed)) = found else {
        return Ok(None);
    };
    let body = (reads.body && !gone)
        .then(|| {
            connection
                .prepare_cached("SELECT body FROM resource WHERE rid = ?1")?
                .query_row([rid.0], |found| row::json(found, 0))
        })
        .transpose()?;
    Ok(Some(SubjectView {
        rid,
        kind,
        origins: row::origins(connection, rid)?,
        active: active && !gone,
        gone,
        passed,
        body,
        groups: groups(connection, rid, reads)?,
        working: working(connection, rid, reads)?,
    }))
}

/// How a resource stands: as it is stored, and where it has a link.
pub(crate) fn standing(connection: &Connection, rid: Rid, reads: Reads) -> Done<Option<Standing>> {
    let Some(subject) = subject(connection, rid, reads)? else { return Ok(None) };
    Ok(Some(Standing { subject, linked: linked(connection, rid)? }))
}

/// The targets at which the pair of a resource has a work item.
fn working(connection: &Connection, rid: Rid, reads: Reads) -> rusqlite::Result<Vec<TargetId>> {
    if reads == Reads::default() {
        return Ok(Vec::new());
    }
    connection
        .prepare_cached(
            "SELECT w.target FROM target t JOIN work w ON w.target = t.id AND w.rid = ?1 \
             ORDER BY w.target",
        )?
        .query_map([rid.0], |found| found.get(0).map(TargetId))?
        .collect()
}

/// The groups that have a resource as a direct member, by id.
pub(super) fn groups(
    connection: &Connection,
    member: Rid,
    reads: Reads,
) -> rusqlite::Result<Vec<GroupFact>> {
    if !reads.groups {
        return Ok(Vec::new());
    }
    connection
        .prepare_cached(
            "SELECT r.uid, coalesce(json_extract(r.body, '$.displayName'), '') \
             FROM member m JOIN group_set s ON s.set_id = m.set_id \
             JOIN resource r ON r.rid = s.rid AND r.set_id = m.set_id \
             WHERE m.member = ?1 AND r.gone IS NULL ORDER BY r.rid",
        )?
        .query_map([member.0], |found| {
            Ok(GroupFact { uid: Uid(found.get(0)?), name: found.get(1)? })
        })?
        .collect()
}

/// The targets at which a resource has an open link.
pub(crate) fn linked(connection: &Connection, rid: Rid) -> rusqlite::Result<Vec<TargetId>> {
    connection
        .prepare_cached("SELECT target FROM link WHERE rid = ?1 AND state <> 4 ORDER BY target")?
        .query_map([rid.0], |found| found.get(0).map(TargetId))?
        .collect()
}

/// True if another resource refers to this one.
pub(super) fn is_referred(connection: &Connection, rid: Rid) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM ref WHERE other = ?1")?.exists([rid.0])
}
