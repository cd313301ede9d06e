//! The groups above, and whether they hold somebody.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use sutler_model::nesting::{Reach, walk};
use sutler_model::port::{Above, Ask, GroupAbove};
use sutler_model::{Rid, TargetId};

use super::graph::{parents, parents_ever};
use crate::dispatch::linked;
use crate::error::Done;

/// Groups that are there, with the targets at which they have a link.
type Standing = (Vec<(Rid, Vec<TargetId>)>, bool);

pub(super) fn above(connection: &Connection, asks: &[Ask]) -> Done<Vec<Above>> {
    // Those who ask together mostly ask about one group.
    let mut known: BTreeMap<Rid, Standing> = BTreeMap::new();
    let mut answers = Vec::with_capacity(asks.len());
    for ask in asks {
        let direct: BTreeSet<Rid> = parents(connection, ask.member)?.into_iter().collect();
        let standing = match ask.group {
            None => standing(connection, holders(connection, &direct)?)?,
            Some(group) => {
                if let Some(known) = known.get(&group) {
                    known.clone()
                } else {
                    let reach = walk(vec![group], |group| parents_ever(connection, group))?;
                    let standing = standing(connection, reach)?;
                    known.entry(group).or_insert(standing).clone()
                }
            }
        };
        answers.push(told(connection, ask, &direct, standing)?);
    }
    Ok(answers)
}

/// The groups that hold a member of these.
fn holders(connection: &Connection, direct: &BTreeSet<Rid>) -> rusqlite::Result<Reach> {
    walk(direct.iter().copied().collect(), |group| parents(connection, group))
}

fn standing(connection: &Connection, reach: Reach) -> rusqlite::Result<Standing> {
    let mut there =
        connection.prepare_cached("SELECT 1 FROM resource WHERE rid = ?1 AND gone IS NULL")?;
    let mut groups = Vec::with_capacity(reach.groups.len());
    for group in reach.groups {
        if there.exists([group.0])? {
            groups.push((group, linked(connection, group)?));
        }
    }
    Ok((groups, reach.deeper))
}

fn told(
    connection: &Connection,
    ask: &Ask,
    direct: &BTreeSet<Rid>,
    (groups, deeper): Standing,
) -> rusqlite::Result<Above> {
    // Who is in the group itself is in all above it: nothing else needs to be read of them.
    let from = match ask.group.filter(|group| direct.contains(group)) {
        Some(group) => BTreeSet::from([group]),
        None => direct.clone(),
    };
    let mut holders: BTreeSet<Rid> = holders(connection, &from)?.groups.into_iter().collect();
    if from.len() < direct.len() && groups.iter().any(|(group, _)| !holders.contains(group)) {
        holders = self::holders(connection, direct)?.groups.into_iter().collect();
    }
    let told = |(rid, linked): (Rid, Vec<TargetId>)| GroupAbove {
        holds: holders.contains(&rid),
        direct: direct.contains(&rid),
        rid,
        linked,
    };
    Ok(Above { groups: groups.into_iter().map(told).collect(), deeper })
}
