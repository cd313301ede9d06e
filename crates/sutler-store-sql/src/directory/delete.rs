//! The end of a resource: body, names and memberships go, a tombstone stays.

use rusqlite::{Connection, params};
use sutler_model::change::{Change, CommitError, Committed, Flags};
use sutler_model::{Rid, SetId, Version};

use super::commit::Stored;
use super::content::{self, Derived};
use super::outbox::{self, Effects};
use super::{intended, members};
use crate::census;
use crate::error::Done;
use crate::events;

/// Commits a deletion.
pub(super) fn delete(
    connection: &Connection,
    change: &Change,
    stored: &Stored,
) -> Done<Committed, CommitError> {
    let resource = &stored.resource;
    let subject = (resource.tenant, resource.kind, resource.rid);
    if stored.passed {
        intended::free(connection, subject, &stored.derived)?;
    } else {
        content::rekey(connection, subject, &stored.derived, &Derived::default())?;
    }
    for sql in ["DELETE FROM ref WHERE rid = ?1", "DELETE FROM password WHERE rid = ?1"] {
        connection.prepare_cached(sql)?.execute([resource.rid.0])?;
    }
    let effects = Effects {
        whole: true,
        members: Vec::new(),
        left: leave_groups(connection, change, resource.rid)?,
        old_sets: give_up_set(connection, resource.set)?,
        flags: Flags::DELETED,
    };
    let seq = outbox::record(
        connection,
        change,
        resource.rid,
        "delete",
        Some(&format!("{{\"body\":{}}}", stored.body)),
        &effects,
    )?;
    connection
        .prepare_cached(
            "UPDATE resource SET gone = ?2, active = 0, version = version + 1, changed = max(changed, ?3), \
             body = '{}', derived = '{\"names\":[],\"index\":[]}', set_id = NULL, user_name = NULL, \
             external_id = NULL, email = NULL, display_name = NULL WHERE rid = ?1",
        )?
        .execute(params![resource.rid.0, seq.0, change.at.0])?;
    if !stored.passed {
        census::count(connection, subject, -1)?;
    }
    let committed = Committed {
        rid: resource.rid,
        version: Version { body: resource.version.body + 1, members: resource.version.members },
        changed: true,
        seq: Some(seq),
        created: resource.created,
        modified: resource.changed.max(change.at),
    };
    events::record(connection, change, &committed)?;
    Ok(committed)
}

/// Ends the memberships of a resource. Its rows in old sets stay: the removals at the targets
/// are found by them.
fn leave_groups(connection: &Connection, change: &Change, rid: Rid) -> Done<Vec<Rid>, CommitError> {
    let groups: Vec<(SetId, Rid)> = connection
        .prepare_cached(
            "SELECT m.set_id, r.rid FROM member m JOIN group_set s ON s.set_id = m.set_id \
             JOIN resource r ON r.rid = s.rid AND r.set_id = m.set_id \
             WHERE m.member = ?1 ORDER BY r.rid",
        )?
        .query_map([rid.0], |row| Ok((SetId(row.get(0)?), Rid(row.get(1)?))))?
        .collect::<Result<_, _>>()?;
    for (set, _) in &groups {
        connection
            .prepare_cached("DELETE FROM member WHERE set_id = ?1 AND member = ?2")?
            .execute([set.0, rid.0])?;
        members::bump(connection, *set, rid.0 & 15, -1, change.at)?;
    }
    Ok(groups.into_iter().map(|(_, group)| group).collect())
}

fn give_up_set(connection: &Connection, set: Option<SetId>) -> Done<Vec<SetId>, CommitError> {
    let Some(set) = set else {
        return Ok(Vec::new());
    };
    members::give_up(connection, set)?;
    let any = connection
        .prepare_cached("SELECT 1 FROM member WHERE set_id = ?1 LIMIT 1")?
        .exists([set.0])?;
    Ok(any.then_some(set).into_iter().collect())
}
