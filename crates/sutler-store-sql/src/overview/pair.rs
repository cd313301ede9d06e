//! What is known of one pair (target, resource).

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::delivery::Delivery;
use sutler_model::link::Link;
use sutler_model::work::Work;
use sutler_model::{Rid, TargetId, TenantId, Uid};

use super::people::delivery;
use crate::error::Done;
use crate::row::{self, link_columns, number, work_columns};

pub(super) fn deliveries(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    limit: usize,
) -> Done<Vec<Delivery>> {
    let deliveries = connection
        .prepare_cached(
            "SELECT d.target, d.rid, d.fence, d.at, d.action, d.outcome, d.status, d.took, d.note, \
             s.steps FROM delivery d LEFT JOIN delivery_step s ON s.id = d.id \
             WHERE d.target = ?1 AND d.rid = ?2 ORDER BY d.id DESC LIMIT ?3",
        )?
        .query_map(params![target.0, rid.0, number(limit)], delivery)?
        .collect::<Result<_, _>>()?;
    Ok(deliveries)
}

pub(super) fn work(connection: &Connection, target: TargetId, rid: Rid) -> Done<Option<Work>> {
    let work = connection
        .prepare_cached(concat!(
            "SELECT ",
            work_columns!(),
            " FROM work WHERE target = ?1 AND rid = ?2"
        ))?
        .query_row([target.0, rid.0], row::work)
        .optional()?;
    Ok(work)
}

pub(super) fn former(connection: &Connection, target: TargetId, rid: Rid) -> Done<Option<Link>> {
    let link = connection
        .prepare_cached(concat!(
            "SELECT ",
            link_columns!(),
            " FROM link l WHERE l.target = ?1 AND l.rid = ?2 AND l.state = 4 \
             AND l.remote IS NOT NULL ORDER BY l.confirmed DESC LIMIT 1"
        ))?
        .query_row([target.0, rid.0], row::link)
        .optional()?;
    Ok(link)
}

pub(super) fn known(connection: &Connection, tenant: TenantId, uid: &Uid) -> Done<Option<Rid>> {
    let rid = connection
        .prepare_cached("SELECT rid FROM resource WHERE tenant = ?1 AND uid = ?2")?
        .query_row(params![tenant.0, uid.0], |found| found.get(0).map(Rid))
        .optional()?;
    Ok(rid)
}
