//! Rows into the model's values.

use rusqlite::types::{Type, Value};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;
use sutler_model::guard::{Held, Loss};
use sutler_model::link::{Doubt, Link, LinkState, Sent};
use sutler_model::nesting::Nesting;
use sutler_model::resource::{Origins, Related, Resource};
use sutler_model::work::{Lane, Over, Owes, Sweep, Work};
use sutler_model::{
    Kind, LinkId, NodeId, Rid, ServiceProviderId, SetId, SweepId, TargetId, TenantId, Time, Uid,
    Version, WaveId,
};

/// The columns of [`resource`], of a table named `r`.
macro_rules! resource_columns {
    () => {
        "r.rid, r.uid, r.tenant, r.kind, r.version, r.active, r.gone IS NOT NULL, r.body, r.set_id, \
         r.created, r.changed, (SELECT sum(bumps) FROM tally WHERE set_id = r.set_id), \
         (SELECT max(changed) FROM tally WHERE set_id = r.set_id)"
    };
}
pub(crate) use resource_columns;

/// The columns of [`link`], of a table named `l`.
macro_rules! link_columns {
    () => {
        "l.id, l.target, l.rid, l.kind, l.state, l.remote, l.key, l.etag, l.sent, l.load, \
         l.doubt, l.doubt_at, l.proof, l.confirmed, l.off_since, l.once"
    };
}
pub(crate) use link_columns;

/// What a resource is called, of a table named `r`; reads its document.
macro_rules! display_column {
    () => {
        "coalesce(json_extract(r.body, '$.displayName'), json_extract(r.body, '$.userName'))"
    };
}
pub(crate) use display_column;

/// The columns of [`related`], of a table named `r`.
macro_rules! related_columns {
    () => {
        concat!("r.rid, r.uid, r.kind, ", crate::row::display_column!())
    };
}
pub(crate) use related_columns;

/// The columns of [`work`].
macro_rules! work_columns {
    () => {
        "target, rid, lane, due, mark, node, fence, owes, tries, why, wait, leaving_since, \
         wave, loss"
    };
}
pub(crate) use work_columns;

/// The columns of [`sweep`].
macro_rules! sweep_columns {
    () => {
        "id, target, over, arg, arg_group, cursor, by"
    };
}
pub(crate) use sweep_columns;

pub(crate) fn resource(row: &Row<'_>) -> rusqlite::Result<Resource> {
    let bumps: Option<i64> = row.get(11)?;
    let members_changed: Option<i64> = row.get(12)?;
    let changed: i64 = row.get(10)?;
    Ok(Resource {
        rid: Rid(row.get(0)?),
        uid: Uid(row.get(1)?),
        tenant: TenantId(row.get(2)?),
        kind: kind(row, 3)?,
        version: Version { body: row.get(4)?, members: bumps.unwrap_or(0) },
        active: row.get(5)?,
        gone: row.get(6)?,
        body: json(row, 7)?,
        set: row.get::<_, Option<i64>>(8)?.map(SetId),
        created: Time(row.get(9)?),
        changed: Time(members_changed.map_or(changed, |at| at.max(changed))),
    })
}

pub(crate) fn related(row: &Row<'_>) -> rusqlite::Result<Related> {
    Ok(Related {
        rid: Rid(row.get(0)?),
        uid: Uid(row.get(1)?),
        kind: kind(row, 2)?,
        // A display name that is not text would not be stored; none is shown then.
        display: match row.get(3)? {
            Value::Text(text) => Some(text),
            _ => None,
        },
    })
}

pub(crate) fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    let state: i64 = row.get(4)?;
    let doubt: (Option<i64>, Option<i64>) = (row.get(10)?, row.get(11)?);
    Ok(Link {
        id: LinkId(row.get(0)?),
        target: TargetId(row.get(1)?),
        rid: Rid(row.get(2)?),
        kind: kind(row, 3)?,
        state: LinkState::from_code(state).ok_or_else(|| damaged(4, "link state"))?,
        remote: row.get(5)?,
        key: row.get(6)?,
        etag: row.get(7)?,
        sent: Sent::from_bytes(row.get_ref(8)?.as_blob()?),
        load: row.get::<_, Option<i64>>(9)?.map(Rid),
        doubt: doubt.0.map(|stamp| Doubt { stamp, at: Time(doubt.1.unwrap_or(0)) }),
        proof: row.get(12)?,
        confirmed: time(row, 13)?,
        off_since: time(row, 14)?,
        once: optional_json(row, 15)?.unwrap_or_default(),
    })
}

pub(crate) fn work(row: &Row<'_>) -> rusqlite::Result<Work> {
    Ok(Work {
        target: TargetId(row.get(0)?),
        rid: Rid(row.get(1)?),
        lane: Lane::from_code(row.get(2)?),
        due: time(row, 3)?,
        mark: row.get(4)?,
        node: row.get::<_, Option<i64>>(5)?.map(NodeId),
        fence: row.get(6)?,
        owes: Owes(row.get(7)?),
        tries: row.get(8)?,
        why: optional_json(row, 9)?,
        wait: row.get::<_, Option<[u8; 16]>>(10)?.map(LinkId),
        leaving_since: time(row, 11)?,
        held: held(row, (12, 13))?,
    })
}

fn held(row: &Row<'_>, (wave, loss): (usize, usize)) -> rusqlite::Result<Option<Held>> {
    let Some(wave) = row.get::<_, Option<i64>>(wave)?.map(WaveId) else {
        return Ok(None);
    };
    let code: Option<i64> = row.get(loss)?;
    let loss = code.and_then(Loss::from_code).ok_or_else(|| damaged(loss, "loss"))?;
    Ok(Some(Held { wave, loss }))
}

pub(crate) fn sweep(row: &Row<'_>) -> rusqlite::Result<Sweep> {
    let over: i64 = row.get(2)?;
    let arg = row.get::<_, Option<i64>>(3)?.unwrap_or(0);
    let group = row.get::<_, Option<i64>>(4)?.unwrap_or(0);
    Ok(Sweep {
        id: SweepId(row.get(0)?),
        target: TargetId(row.get(1)?),
        over: match over {
            1 => Over::Links,
            2 => Over::Resources,
            3 => Over::Set { set: SetId(arg), group: Rid(group) },
            4 => Over::Dependents(Rid(arg)),
            5 => Over::Memberships(Rid(arg)),
            6 => Over::Members(Rid(arg)),
            7 => Over::Nested { member: Rid(arg), group: Rid(group), cut: true },
            8 => Over::Nested { member: Rid(arg), group: Rid(group), cut: false },
            9 => Over::Above(Rid(arg)),
            10 => Over::Nests(Nesting::from_code(arg)),
            11 => Over::Below { group: Rid(arg), was: Nesting::from_code(group) },
            _ => return Err(damaged(2, "sweep")),
        },
        cursor: Rid(row.get(5)?),
        by: row.get(6)?,
    })
}

/// How rows keep what a sweep walks over: its number and its two arguments.
pub(crate) fn over_columns(over: Over) -> (i64, Option<i64>, Option<i64>) {
    match over {
        Over::Links => (1, None, None),
        Over::Resources => (2, None, None),
        Over::Set { set, group } => (3, Some(set.0), Some(group.0)),
        Over::Dependents(rid) => (4, Some(rid.0), None),
        Over::Memberships(rid) => (5, Some(rid.0), None),
        Over::Members(rid) => (6, Some(rid.0), None),
        Over::Nested { member, group, cut } => {
            (if cut { 7 } else { 8 }, Some(member.0), Some(group.0))
        }
        Over::Above(rid) => (9, Some(rid.0), None),
        Over::Nests(was) => (10, Some(was.code()), None),
        Over::Below { group, was } => (11, Some(group.0), Some(was.code())),
    }
}

/// Who brought a resource.
pub(crate) fn origins(connection: &Connection, rid: Rid) -> rusqlite::Result<Origins> {
    let mut statement =
        connection.prepare_cached("SELECT sp FROM origin WHERE rid = ?1 ORDER BY sp")?;
    let rows = statement.query_map([rid.0], |row| row.get(0).map(ServiceProviderId))?;
    rows.collect()
}

/// A resource, live or a tombstone.
pub(crate) fn any_resource(
    connection: &Connection,
    rid: Rid,
) -> rusqlite::Result<Option<Resource>> {
    connection
        .prepare_cached(concat!(
            "SELECT ",
            resource_columns!(),
            " FROM resource r WHERE r.rid = ?1"
        ))?
        .query_row([rid.0], resource)
        .optional()
}

/// The open link of a pair.
pub(crate) fn open_link(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
) -> rusqlite::Result<Option<Link>> {
    connection
        .prepare_cached(concat!(
            "SELECT ",
            link_columns!(),
            " FROM link l WHERE l.target = ?1 AND l.rid = ?2 AND l.state <> 4"
        ))?
        .query_row([target.0, rid.0], link)
        .optional()
}

pub(crate) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    Kind::from_code(row.get(column)?).ok_or_else(|| damaged(column, "resource type"))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Time>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Time))
}

pub(crate) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

pub(crate) fn optional_json<T: DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(None),
        _ => json(row, column).map(Some),
    }
}

pub(crate) fn damaged(column: usize, what: &str) -> rusqlite::Error {
    let error = format!("unknown {what}").into();
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, error)
}

/// A count or a limit as SQLite takes it.
pub(crate) fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as SQLite gives it.
pub(crate) fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
