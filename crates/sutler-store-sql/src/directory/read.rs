//! Reads by key.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::resource::{MOST_MEMBERSHIPS, Membership, Related, Resource};
use sutler_model::{Kind, Rid, SetId, TenantId, Uid};

use crate::error::Done;
use crate::row::{self, display_column, number, related_columns, resource_columns};

pub(crate) fn by_uid(
    connection: &Connection,
    tenant: TenantId,
    kind: Kind,
    uid: &Uid,
) -> Done<Option<Resource>> {
    let found = connection
        .prepare_cached(concat!(
            "SELECT ",
            resource_columns!(),
            " FROM resource r WHERE r.tenant = ?1 AND r.uid = ?2 AND r.kind = ?3 AND r.gone IS NULL \
             AND r.home = 0"
        ))?
        .query_row(params![tenant.0, uid.0, kind.code()], row::resource)
        .optional()?;
    Ok(found)
}

pub(crate) fn resolve(
    connection: &Connection,
    tenant: TenantId,
    uids: &[Uid],
) -> Done<Vec<Option<(Rid, Kind)>>> {
    let mut statement = connection.prepare_cached(
        "SELECT rid, kind FROM resource WHERE tenant = ?1 AND uid = ?2 AND gone IS NULL \
         AND home = 0",
    )?;
    uids.iter()
        .map(|uid| {
            let found = statement
                .query_row(params![tenant.0, uid.0], |found| {
                    Ok((Rid(found.get(0)?), row::kind(found, 1)?))
                })
                .optional()?;
            Ok(found)
        })
        .collect()
}

pub(crate) fn by_name(
    connection: &Connection,
    tenant: TenantId,
    kind: Kind,
    attribute: &str,
    key: &str,
) -> Done<Option<Resource>> {
    let found = connection
        .prepare_cached(concat!(
            "SELECT ",
            resource_columns!(),
            " FROM name n JOIN resource r ON r.rid = n.rid WHERE n.tenant = ?1 AND n.scope = 0 \
             AND n.kind = ?2 AND n.attr = ?3 AND n.key = ?4 AND n.intent IS NULL \
             AND r.gone IS NULL"
        ))?
        .query_row(params![tenant.0, kind.code(), attribute, key], row::resource)
        .optional()?;
    Ok(found)
}

pub(crate) fn members(
    connection: &Connection,
    set: SetId,
    after: Option<Rid>,
    limit: usize,
    display: bool,
) -> Done<Vec<Related>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT r.rid, r.uid, r.kind, CASE WHEN ?4 THEN ",
        display_column!(),
        " END FROM member m JOIN resource r ON r.rid = m.member \
         WHERE m.set_id = ?1 AND m.member > ?2 ORDER BY m.member LIMIT ?3"
    ))?;
    let after = after.map_or(i64::MIN, |rid| rid.0);
    let rows = statement.query_map(params![set.0, after, number(limit), display], row::related)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Counting on is done in the index of members alone.
pub(crate) fn members_if_few(
    connection: &Connection,
    set: SetId,
    most: usize,
    display: bool,
) -> Done<Option<Vec<Related>>> {
    let more: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM member WHERE set_id = ?1 LIMIT 1 OFFSET ?2)")?
        .query_row(params![set.0, number(most)], |found| found.get(0))?;
    if more {
        return Ok(None);
    }
    members(connection, set, None, most, display).map(Some)
}

/// Direct and indirect. Most resources are in no group, and few groups are in others.
pub(crate) fn memberships(connection: &Connection, member: Rid) -> Done<Vec<Membership>> {
    let direct = direct_memberships(connection, member)?;
    if direct.is_empty() || direct.len() >= MOST_MEMBERSHIPS {
        let direct = direct.into_iter();
        return Ok(direct.map(|group| Membership { group, direct: true }).collect());
    }
    let rids: BTreeSet<Rid> = direct.iter().map(|group| group.rid).collect();
    let mark = |group: Related| Membership { direct: rids.contains(&group.rid), group };
    Ok(all_memberships(connection, member)?.into_iter().map(mark).collect())
}

/// Level by level, each group once, so that circles end and the nearest come before the bound.
fn all_memberships(connection: &Connection, member: Rid) -> Done<Vec<Related>> {
    let mut statement = connection.prepare_cached(concat!(
        "WITH RECURSIVE up (rid) AS (SELECT ?1 UNION \
         SELECT r.rid FROM up JOIN member m ON m.member = up.rid \
         JOIN group_set s ON s.set_id = m.set_id JOIN resource r ON r.rid = s.rid \
         WHERE r.set_id = m.set_id AND r.gone IS NULL LIMIT ?2) SELECT ",
        related_columns!(),
        " FROM up JOIN resource r ON r.rid = up.rid WHERE r.rid <> ?1 ORDER BY r.rid"
    ))?;
    let bound = number(MOST_MEMBERSHIPS + 1);
    let rows = statement.query_map([member.0, bound], row::related)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The old set of an emptied group is no membership: only the set that its group has now is.
fn direct_memberships(connection: &Connection, member: Rid) -> Done<Vec<Related>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        related_columns!(),
        " FROM member m JOIN group_set s ON s.set_id = m.set_id JOIN resource r ON r.rid = s.rid \
         WHERE m.member = ?1 AND r.set_id = m.set_id AND r.gone IS NULL ORDER BY r.rid"
    ))?;
    let rows = statement.query_map([member.0], row::related)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The members of a group, whole, or the groups of a user: for filters that speak of them.
pub(crate) fn relations(
    connection: &Connection,
    resource: &Resource,
) -> Done<(Vec<Related>, Vec<Membership>)> {
    match resource.set {
        Some(set) => Ok((members(connection, set, None, usize::MAX, true)?, Vec::new())),
        None => Ok((Vec::new(), memberships(connection, resource.rid)?)),
    }
}

pub(crate) fn password(connection: &Connection, rid: Rid) -> Done<Option<String>> {
    let hash = connection
        .prepare_cached("SELECT hash FROM password WHERE rid = ?1")?
        .query_row([rid.0], |found| found.get(0))
        .optional()?;
    Ok(hash)
}
