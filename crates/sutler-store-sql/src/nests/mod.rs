//! The port `Nests`, and the walks over groups within groups that sweeps take.

mod above;
mod graph;
mod users;

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension};
use sutler_model::link::LinkState;
use sutler_model::nesting::walk;
use sutler_model::port::{Above, Ask, Flattened, LedgerError, MemberView, Nests};
use sutler_model::work::{Over, Sweep};
use sutler_model::{Kind, Rid, TargetId};

use crate::SqliteLedger;
use crate::error::Done;
use crate::row::number;
use crate::write::Side::Outbound;
use graph::{children, children_ever, parents};
use users::{Whom, below};

#[async_trait]
impl Nests for SqliteLedger {
    async fn above(&self, asks: &[Ask]) -> Result<Vec<Above>, LedgerError> {
        let asks = asks.to_vec();
        self.read(Outbound, move |c| above::above(c, &asks)).await
    }

    async fn flattened(
        &self,
        target: TargetId,
        group: Rid,
        after: Rid,
        limit: usize,
    ) -> Result<Flattened, LedgerError> {
        self.read(Outbound, move |c| flattened(c, target, group, after, limit)).await
    }
}

fn flattened(
    connection: &Connection,
    target: TargetId,
    group: Rid,
    after: Rid,
    limit: usize,
) -> Done<Flattened> {
    let reach = walk(vec![group], |group| children(connection, group))?;
    let users = below(connection, &reach.groups, Whom::Users, after, limit)?;
    let members = users.into_iter().map(|rid| account(connection, target, rid));
    Ok(Flattened { members: members.collect::<Result<_, _>>()?, deeper: reach.deeper })
}

fn account(connection: &Connection, target: TargetId, rid: Rid) -> rusqlite::Result<MemberView> {
    let link: Option<(i64, Option<String>)> = connection
        .prepare_cached(
            "SELECT state, remote FROM link WHERE target = ?1 AND rid = ?2 AND state <> 4",
        )?
        .query_row([target.0, rid.0], |found| Ok((found.get(0)?, found.get(1)?)))
        .optional()?;
    let (state, remote) = link.map_or((None, None), |(state, remote)| (Some(state), remote));
    let state = state.and_then(LinkState::from_code);
    Ok(MemberView { rid, kind: Kind::User, state, remote })
}

/// What a sweep over groups within groups has before it; `None` of another sweep.
pub(crate) fn walked(
    connection: &Connection,
    sweep: &Sweep,
    limit: usize,
) -> rusqlite::Result<Option<Vec<Rid>>> {
    let after = sweep.cursor;
    Ok(Some(match sweep.over {
        Over::Nested { member, cut: true, .. } => {
            // What of it has just ended counts where it went.
            let reach = walk(vec![member], |group| children_ever(connection, group))?;
            below(connection, &reach.groups, Whom::UsersEver, after, limit)?
        }
        Over::Nested { member, cut: false, .. } => {
            let reach = walk(vec![member], |group| children(connection, group))?;
            below(connection, &reach.groups, Whom::Users, after, limit)?
        }
        Over::Below { group, .. } => {
            let reach = walk(vec![group], |group| children_ever(connection, group))?;
            below(connection, &reach.groups, Whom::AllEver, after, limit)?
        }
        Over::Above(member) => {
            let up = |group| parents(connection, group);
            let mut groups = walk(parents(connection, member)?, up)?.groups;
            groups.retain(|group| *group > after);
            groups.sort_unstable();
            groups.truncate(limit);
            groups
        }
        Over::Nests(_) => nests(connection, sweep.target, after, limit)?,
        Over::Links
        | Over::Resources
        | Over::Set { .. }
        | Over::Dependents(_)
        | Over::Memberships(_)
        | Over::Members(_) => return Ok(None),
    }))
}

/// The groups with an account there that hold groups, or did until just now.
fn nests(
    connection: &Connection,
    target: TargetId,
    after: Rid,
    limit: usize,
) -> rusqlite::Result<Vec<Rid>> {
    connection
        .prepare_cached(
            "SELECT g.rid FROM (SELECT s.rid FROM member m INDEXED BY member_nested \
             CROSS JOIN group_set s ON s.set_id = m.set_id WHERE m.nested = 1 \
             UNION SELECT o.rid FROM outbox o JOIN resource r ON r.rid = o.arg \
             WHERE o.part = 2 AND r.kind = 2 \
             UNION SELECT arg_group FROM sweep WHERE over = 7) g \
             WHERE g.rid > ?2 AND EXISTS (SELECT 1 FROM link l \
             WHERE l.target = ?1 AND l.rid = g.rid AND l.state <> 4) ORDER BY g.rid LIMIT ?3",
        )?
        .query_map([target.0, after.0, number(limit)], |found| found.get(0).map(Rid))?
        .collect()
}
