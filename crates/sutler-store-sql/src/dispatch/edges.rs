//! Edges and members, with the accounts of the members at a target.

use rusqlite::{Connection, Row};
use sutler_model::link::LinkState;
use sutler_model::port::{EdgeView, MemberView};
use sutler_model::work::{Edge, EdgeOp};
use sutler_model::{Rid, SetId, TargetId};

use crate::error::Done;
use crate::row::{self, number};

/// Edges of a group, those that were cut first; none while the guard holds them.
pub(super) fn edges(
    connection: &Connection,
    target: TargetId,
    group: Rid,
    limit: usize,
) -> Done<Vec<EdgeView>> {
    // What came in while the group was being worked on may be held by now.
    let held = connection
        .prepare_cached("SELECT 1 FROM work WHERE target = ?1 AND rid = ?2 AND wave IS NOT NULL")?
        .exists([target.0, group.0])?;
    if held {
        return Ok(Vec::new());
    }
    // Two walks, each over an index of its own, instead of a sort of all edges.
    let mut edges = page(connection, target, group, true, limit)?;
    let rest = limit - edges.len().min(limit);
    edges.extend(page(connection, target, group, false, rest)?);
    Ok(edges)
}

fn page(
    connection: &Connection,
    target: TargetId,
    group: Rid,
    cut: bool,
    limit: usize,
) -> rusqlite::Result<Vec<EdgeView>> {
    let sql = if cut {
        "SELECT e.member, e.mark, r.kind, l.state, l.remote, EXISTS (SELECT 1 FROM member m \
         WHERE m.set_id = (SELECT set_id FROM resource WHERE rid = ?2) AND m.member = e.member), e.op \
         FROM edge e INDEXED BY edge_cut JOIN resource r ON r.rid = e.member \
         LEFT JOIN link l ON l.id = coalesce(\
             (SELECT id FROM link WHERE target = ?1 AND rid = e.member AND state <> 4), \
             (SELECT id FROM link WHERE target = ?1 AND rid = e.member AND state = 4 \
              AND remote IS NOT NULL ORDER BY confirmed DESC LIMIT 1)) \
         WHERE e.target = ?1 AND e.grp = ?2 AND e.cut = 1 ORDER BY e.member LIMIT ?3"
    } else {
        "SELECT e.member, e.mark, r.kind, l.state, l.remote, EXISTS (SELECT 1 FROM member m \
         WHERE m.set_id = (SELECT set_id FROM resource WHERE rid = ?2) AND m.member = e.member), e.op \
         FROM edge e JOIN resource r ON r.rid = e.member \
         LEFT JOIN link l ON l.id = coalesce(\
             (SELECT id FROM link WHERE target = ?1 AND rid = e.member AND state <> 4), \
             (SELECT id FROM link WHERE target = ?1 AND rid = e.member AND state = 4 \
              AND remote IS NOT NULL ORDER BY confirmed DESC LIMIT 1)) \
         WHERE e.target = ?1 AND e.grp = ?2 AND e.cut = 0 ORDER BY e.member LIMIT ?3"
    };
    connection
        .prepare_cached(sql)?
        .query_map([target.0, group.0, number(limit)], |found| {
            let op: Option<bool> = found.get(6)?;
            Ok(EdgeView {
                edge: Edge {
                    target,
                    group,
                    member: Rid(found.get(0)?),
                    mark: found.get(1)?,
                    cut,
                    op: op.map(|add| if add { EdgeOp::Add } else { EdgeOp::Remove }),
                },
                is_member: op.map_or_else(|| found.get(5), Ok)?,
                member: member(found, (0, 2, 3, 4))?,
            })
        })?
        .collect()
}

/// Members of a set after one of them, in member order.
pub(super) fn member_accounts(
    connection: &Connection,
    target: TargetId,
    set: SetId,
    after: Rid,
    limit: usize,
) -> Done<Vec<MemberView>> {
    let members = connection
        .prepare_cached(
            "SELECT m.member, r.kind, l.state, l.remote FROM member m \
             JOIN resource r ON r.rid = m.member \
             LEFT JOIN link l ON l.target = ?1 AND l.rid = m.member AND l.state <> 4 \
             WHERE m.set_id = ?2 AND m.member > ?3 ORDER BY m.member LIMIT ?4",
        )?
        .query_map([target.0, set.0, after.0, number(limit)], |found| member(found, (0, 1, 2, 3)))?
        .collect::<Result<_, _>>()?;
    Ok(members)
}

fn member(
    found: &Row<'_>,
    (rid, kind, state, remote): (usize, usize, usize, usize),
) -> rusqlite::Result<MemberView> {
    Ok(MemberView {
        rid: Rid(found.get(rid)?),
        kind: row::kind(found, kind)?,
        state: found.get::<_, Option<i64>>(state)?.and_then(LinkState::from_code),
        remote: found.get(remote)?,
    })
}
