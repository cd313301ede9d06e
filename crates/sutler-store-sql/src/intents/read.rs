//! Intents and what is passed through, as rows tell of them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sutler_model::change::Reference;
use sutler_model::intent::{Intent, IntentState, PairState, Reason};
use sutler_model::port::IntentView;
use sutler_model::resource::Resource;
use sutler_model::{IntentId, Kind, Rid, ServiceProviderId, TargetId, TenantId, Time, Uid};

use crate::error::Done;
use crate::row::{self, number, resource_columns};

/// The columns of [`from_row`].
macro_rules! intent_columns {
    () => {
        "i.id, i.tenant, i.rid, r.uid, r.kind, i.sp, i.reason, i.creates, i.sealed, i.state, \
         i.fault, i.opened, i.ended FROM intent i JOIN resource r ON r.rid = i.rid"
    };
}

/// An intent without its pairs.
fn from_row(row: &Row<'_>) -> rusqlite::Result<Intent> {
    Ok(Intent {
        id: IntentId(row.get(0)?),
        tenant: TenantId(row.get(1)?),
        rid: Rid(row.get(2)?),
        uid: Uid(row.get(3)?),
        kind: row::kind(row, 4)?,
        service_provider: row.get::<_, Option<i64>>(5)?.map(ServiceProviderId),
        reason: reason(row, 6)?,
        creates: row.get(7)?,
        sealed: row.get(8)?,
        state: match row.get::<_, i64>(9)? {
            0 => IntentState::Open,
            1 => IntentState::Committed,
            3 => IntentState::Settled,
            _ => IntentState::Void(row::json(row, 10)?),
        },
        pairs: Vec::new(),
        opened: Time(row.get(11)?),
        ended: row::time(row, 12)?,
    })
}

fn reason(row: &Row<'_>, column: usize) -> rusqlite::Result<Reason> {
    Reason::from_code(row.get(column)?).ok_or_else(|| row::damaged(column, "reason of an intent"))
}

fn with_pairs(connection: &Connection, mut intents: Vec<Intent>) -> Done<Vec<Intent>> {
    for intent in &mut intents {
        intent.pairs = connection
            .prepare_cached(
                "SELECT target, state, why FROM intent_pair WHERE intent = ?1 ORDER BY target",
            )?
            .query_map([intent.id.0], |row| Ok((TargetId(row.get(0)?), pair_state(row)?)))?
            .collect::<Result<_, _>>()?;
    }
    Ok(intents)
}

fn pair_state(row: &Row<'_>) -> rusqlite::Result<PairState> {
    Ok(match row.get::<_, i64>(1)? {
        0 => PairState::Pending,
        1 => PairState::Confirmed,
        state => PairState::Refused(row::json(row, 2)?, state == 3),
    })
}

pub(super) fn intent(connection: &Connection, id: IntentId) -> Done<Option<Intent>> {
    let found = connection
        .prepare_cached(concat!("SELECT ", intent_columns!(), " WHERE i.id = ?1"))?
        .query_row([id.0], from_row)
        .optional()?;
    Ok(with_pairs(connection, found.into_iter().collect())?.pop())
}

pub(super) fn intents(
    connection: &Connection,
    tenant: Option<TenantId>,
    after: Option<IntentId>,
    limit: usize,
) -> Done<Vec<Intent>> {
    let found = connection
        .prepare_cached(concat!(
            "SELECT ",
            intent_columns!(),
            " WHERE i.state = 0 AND (?1 IS NULL OR i.tenant = ?1) AND i.id > ?2 \
             ORDER BY i.id LIMIT ?3"
        ))?
        .query_map(
            params![tenant.map(|tenant| tenant.0), after.map_or(0, |after| after.0), number(limit)],
            from_row,
        )?
        .collect::<Result<_, _>>()?;
    with_pairs(connection, found)
}

/// Those of which nothing is awaited any more, and those to be confirmed that were refused.
pub(super) fn ripe(connection: &Connection, limit: usize) -> Done<Vec<Intent>> {
    let found = connection
        .prepare_cached(concat!(
            "SELECT ",
            intent_columns!(),
            " WHERE i.state = 0 AND (NOT EXISTS (SELECT 1 FROM intent_pair p \
             WHERE p.intent = i.id AND p.state <> 1) OR (i.reason = 1 AND EXISTS \
             (SELECT 1 FROM intent_pair p WHERE p.intent = i.id AND p.state >= 2))) \
             ORDER BY i.id LIMIT ?1"
        ))?
        .query_map([number(limit)], from_row)?
        .collect::<Result<_, _>>()?;
    with_pairs(connection, found)
}

pub(super) fn is_unsure(connection: &Connection, id: IntentId) -> Done<bool> {
    let unsure = connection
        .prepare_cached(
            "SELECT 1 FROM intent i JOIN intent_pair p ON p.intent = i.id AND p.state = 0 \
             WHERE i.id = ?1 AND i.state = 0 AND (EXISTS (SELECT 1 FROM work w \
             WHERE w.target = p.target AND w.rid = i.rid AND w.fence IS NOT NULL) \
             OR EXISTS (SELECT 1 FROM link l WHERE l.target = p.target AND l.rid = i.rid \
             AND l.state <> 4 AND l.doubt IS NOT NULL))",
        )?
        .exists([id.0])?;
    Ok(unsure)
}

/// The open intent of a resource, and why it is not stored.
pub(crate) fn open_of(
    connection: &Connection,
    rid: Rid,
) -> rusqlite::Result<Option<(IntentId, Reason)>> {
    connection
        .prepare_cached("SELECT id, reason FROM intent WHERE rid = ?1 AND state = 0")?
        .query_row([rid.0], |row| Ok((IntentId(row.get(0)?), reason(row, 1)?)))
        .optional()
}

/// The open intent of a resource, as the outbound side needs it.
pub(crate) fn view(connection: &Connection, rid: Rid) -> rusqlite::Result<Option<IntentView>> {
    connection
        .prepare_cached("SELECT id, reason, sealed FROM intent WHERE rid = ?1 AND state = 0")?
        .query_row([rid.0], |row| {
            Ok(IntentView {
                id: IntentId(row.get(0)?),
                reason: reason(row, 1)?,
                sealed: row.get(2)?,
            })
        })
        .optional()
}

/// Who the resource of an intent is to refer to.
pub(crate) fn refs(connection: &Connection, id: IntentId) -> rusqlite::Result<Vec<Reference>> {
    let refs: Vec<(String, i64)> = connection
        .prepare_cached("SELECT refs FROM intent WHERE id = ?1")?
        .query_row([id.0], |row| row::json(row, 0))?;
    let reference = |(attribute, other)| Reference { attribute, other: Rid(other) };
    Ok(refs.into_iter().map(reference).collect())
}

pub(super) fn passed(
    connection: &Connection,
    tenant: TenantId,
    uids: &[Uid],
) -> Done<Vec<Option<Resource>>> {
    let mut statement = connection.prepare_cached(concat!(
        "SELECT ",
        resource_columns!(),
        " FROM resource r WHERE r.tenant = ?1 AND r.uid = ?2 AND r.gone IS NULL AND r.home = -1"
    ))?;
    uids.iter()
        .map(|uid| Ok(statement.query_row(params![tenant.0, uid.0], row::resource).optional()?))
        .collect()
}

pub(super) fn passed_by_name(
    connection: &Connection,
    tenant: TenantId,
    kind: Kind,
    (attribute, key): (&str, &str),
) -> Done<Option<Resource>> {
    let found = connection
        .prepare_cached(concat!(
            "SELECT ",
            resource_columns!(),
            " FROM name n JOIN resource r ON r.rid = n.rid WHERE n.tenant = ?1 AND n.scope = 1 \
             AND n.kind = ?2 AND n.attr = ?3 AND n.key = ?4 AND r.gone IS NULL"
        ))?
        .query_row(params![tenant.0, kind.code(), attribute, key], row::resource)
        .optional()?;
    Ok(found)
}
