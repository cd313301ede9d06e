//! Who is below groups, in member order: their sets are walked side by side, so that no more is
//! held than one member of each.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension};
use sutler_model::Rid;

use super::graph::sets;

/// Who is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom {
    Users,
    /// Users who are there, or were until just now.
    UsersEver,
    /// Users and groups who are there, or were until just now.
    AllEver,
}

/// Where members are read.
#[derive(Clone, Copy)]
enum Source {
    Set(i64),
    /// Memberships of this group that have ended, as they wait to be spread.
    Ended(Rid),
}

/// Those after `after`, each once, `limit` at most.
pub(super) fn below(
    connection: &Connection,
    groups: &[Rid],
    whom: Whom,
    after: Rid,
    limit: usize,
) -> rusqlite::Result<Vec<Rid>> {
    let sources = sources(connection, groups, whom)?;
    let mut heads = BTreeSet::new();
    for (place, source) in sources.iter().enumerate() {
        heads.extend(next(connection, *source, whom, after)?.map(|rid| (rid, place)));
    }
    let mut found: Vec<Rid> = Vec::new();
    while let Some((rid, place)) = heads.pop_first() {
        if found.last() != Some(&rid) {
            if found.len() >= limit {
                break;
            }
            found.push(rid);
        }
        if let Some(source) = sources.get(place) {
            heads.extend(next(connection, *source, whom, rid)?.map(|rid| (rid, place)));
        }
    }
    Ok(found)
}

fn sources(connection: &Connection, groups: &[Rid], whom: Whom) -> rusqlite::Result<Vec<Source>> {
    let ever = whom != Whom::Users;
    let mut sources = Vec::with_capacity(groups.len());
    for group in groups {
        sources.extend(sets(connection, *group, ever)?.into_iter().map(Source::Set));
        sources.extend(ever.then_some(Source::Ended(*group)));
    }
    Ok(sources)
}

fn next(
    connection: &Connection,
    source: Source,
    whom: Whom,
    after: Rid,
) -> rusqlite::Result<Option<Rid>> {
    let (sql, of) = match source {
        Source::Set(set) => (
            "SELECT member FROM member WHERE set_id = ?1 AND member > ?2 \
             AND (?3 OR nested IS NULL) ORDER BY member LIMIT 1",
            set,
        ),
        Source::Ended(group) => (
            "SELECT o.arg FROM outbox o INDEXED BY outbox_cut JOIN resource r ON r.rid = o.arg \
             WHERE o.part = 2 AND o.rid = ?1 AND o.arg > ?2 AND (?3 OR r.kind = 1) \
             ORDER BY o.arg LIMIT 1",
            group.0,
        ),
    };
    connection
        .prepare_cached(sql)?
        .query_row((of, after.0, whom == Whom::AllEver), |found| found.get(0).map(Rid))
        .optional()
}
