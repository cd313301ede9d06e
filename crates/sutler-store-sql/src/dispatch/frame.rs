//! What `decide` reads of one pair.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::change::Reference;
use sutler_model::link::Link;
use sutler_model::port::{Frame, Reads, ReferenceView, Rival};
use sutler_model::{IntentId, Kind, Rid, TargetId};

use super::facts;
use crate::error::Done;
use crate::intents;
use crate::row::{self, link_columns};

/// The frames of these pairs, in the order asked for, in one snapshot.
pub(super) fn frames(
    connection: &Connection,
    target: TargetId,
    rids: &[Rid],
    reads: Reads,
) -> Done<Vec<Frame>> {
    rids.iter().map(|rid| frame(connection, target, *rid, reads)).collect()
}

fn frame(connection: &Connection, target: TargetId, rid: Rid, reads: Reads) -> Done<Frame> {
    let link = row::open_link(connection, target, rid)?;
    let intent = intents::view(connection, rid)?;
    Ok(Frame {
        rid,
        resource: row::any_resource(connection, rid)?,
        origins: row::origins(connection, rid)?,
        references: match &intent {
            Some(intent) => intended(connection, target, intent.id, reads)?,
            None => references(connection, target, rid, reads)?,
        },
        groups: facts::groups(connection, rid, reads)?,
        wanted: match &link {
            Some(link) => is_wanted(connection, link)?,
            None => false,
        },
        link,
        passed: is_passed(connection, rid)?,
        intent,
    })
}

fn is_passed(connection: &Connection, rid: Rid) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM resource WHERE rid = ?1 AND home = -1")?
        .exists([rid.0])
}

/// Who is referred to by what is desired.
fn intended(
    connection: &Connection,
    target: TargetId,
    id: IntentId,
    reads: Reads,
) -> rusqlite::Result<Vec<ReferenceView>> {
    let one = |reference: Reference| {
        let live = row::open_link(connection, target, reference.other)?.filter(Link::is_live);
        let body = row::any_resource(connection, reference.other)?
            .filter(|other| reads.references && !other.gone);
        Ok(ReferenceView {
            attribute: reference.attribute,
            other: reference.other,
            remote: live.and_then(|link| link.remote),
            body: body.map(|other| other.body),
        })
    };
    intents::refs(connection, id)?.into_iter().map(one).collect()
}

fn references(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    reads: Reads,
) -> rusqlite::Result<Vec<ReferenceView>> {
    connection
        .prepare_cached(
            "SELECT f.attr, f.other, l.remote, CASE WHEN ?3 THEN (SELECT r.body FROM resource r \
             WHERE r.rid = f.other AND r.gone IS NULL) END \
             FROM ref f LEFT JOIN link l ON l.target = ?1 \
             AND l.rid = f.other AND l.state <> 4 AND l.state IN (2, 3) \
             WHERE f.rid = ?2 ORDER BY f.attr, f.other",
        )?
        .query_map(params![target.0, rid.0, reads.references], |found| {
            Ok(ReferenceView {
                attribute: found.get(0)?,
                other: Rid(found.get(1)?),
                remote: found.get(2)?,
                body: row::optional_json(found, 3)?,
            })
        })?
        .collect()
}

/// True if another pair of the target waits for the name that this link holds.
fn is_wanted(connection: &Connection, link: &Link) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM work WHERE wait = ?1 AND wait IS NOT NULL AND target = ?2")?
        .exists(params![link.id.0, link.target.0])
}

/// The open link of another pair that holds this name.
pub(super) fn rival(
    connection: &Connection,
    target: TargetId,
    kind: Kind,
    key: &str,
    not: Rid,
) -> Done<Option<Rival>> {
    let link = connection
        .prepare_cached(concat!(
            "SELECT ",
            link_columns!(),
            " FROM link l WHERE l.target = ?1 AND l.kind = ?2 AND l.key = ?3 AND l.state <> 4 \
             AND l.rid <> ?4 ORDER BY +l.rid LIMIT 1"
        ))?
        .query_row(params![target.0, kind.code(), key, not.0], row::link)
        .optional()?;
    let Some(link) = link else { return Ok(None) };
    let resource = row::any_resource(connection, link.rid)?;
    Ok(Some(Rival { link, resource }))
}
