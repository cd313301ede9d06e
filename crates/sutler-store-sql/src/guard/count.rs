//! Counts leavers, and holds those that exceed a limit: in the transaction that marks them.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::guard::{
    Excess, Leave, Limit, Loss, WINDOW, Watch, WaveState, exceeds, minute, needs_accounts,
};
use sutler_model::notification::Alert;
use sutler_model::work::{EdgeMarking, Owes};
use sutler_model::{Rid, SweepId, TargetId, Time, WaveId};

use crate::error::Done;
use crate::notices;
use crate::row;

/// Pairs that were counted, found before they are marked, each with the wave that it is to be
/// held with, if it is.
#[derive(Default)]
pub(crate) struct Holds(Vec<(TargetId, Rid, Option<WaveId>, Loss)>);

/// One source's leavers of one kind at one target.
struct Party<'a> {
    limit: Limit,
    came: u64,
    pairs: Vec<&'a Leave>,
}

/// Each pair once, with how much it counts. Who has nothing to lose, or was counted already and
/// is still on the way, is left out.
fn parties<'a>(
    connection: &Connection,
    watch: &'a Watch,
    edges: &[EdgeMarking],
) -> rusqlite::Result<BTreeMap<(TargetId, &'a str, Loss), Party<'a>>> {
    let mut seen = BTreeSet::new();
    let mut parties: BTreeMap<_, Party<'a>> = BTreeMap::new();
    for leave in &watch.leaves {
        if leave.limit == Limit::Off || !seen.insert((leave.target, leave.rid, leave.loss)) {
            continue;
        }
        let weight = match leave.loss {
            Loss::Removed => memberships(connection, leave, edges)?,
            _ => u64::from(loses(connection, leave)?),
        };
        if weight == 0 {
            continue;
        }
        let key = (leave.target, leave.source.as_str(), leave.loss);
        let party =
            parties.entry(key).or_insert(Party { limit: leave.limit, came: 0, pairs: vec![] });
        party.came += weight;
        party.pairs.push(leave);
    }
    Ok(parties)
}

/// True if there is an account to lose, or one under way, and it was not counted before.
fn loses(connection: &Connection, leave: &Leave) -> rusqlite::Result<bool> {
    let row: Option<(bool, bool)> = connection
        .prepare_cached(
            "SELECT fence IS NOT NULL, owes & 4 <> 0 FROM work \
             WHERE target = ?1 AND rid = ?2",
        )?
        .query_row([leave.target.0, leave.rid.0], |found| Ok((found.get(0)?, found.get(1)?)))
        .optional()?;
    let (taken, leaving) = row.unwrap_or_default();
    if leaving {
        return Ok(false);
    }
    let state: Option<i64> = connection
        .prepare_cached("SELECT state FROM link WHERE target = ?1 AND rid = ?2 AND state <> 4")?
        .query_row([leave.target.0, leave.rid.0], |found| found.get(0))
        .optional()?;
    Ok(match state {
        None => taken,
        Some(state) => state != 3 || leave.loss != Loss::Disabled,
    })
}

/// The memberships of a group that end now: not those of members who are gone themselves.
fn memberships(
    connection: &Connection,
    leave: &Leave,
    edges: &[EdgeMarking],
) -> rusqlite::Result<u64> {
    let mut fresh = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM resource WHERE rid = ?3 AND gone IS NULL) AND NOT EXISTS \
         (SELECT 1 FROM edge WHERE target = ?1 AND grp = ?2 AND member = ?3 AND cut = 1)",
    )?;
    let cut = edges
        .iter()
        .filter(|edge| edge.cut && (edge.target, edge.group) == (leave.target, leave.rid));
    let members: BTreeSet<Rid> = cut.map(|edge| edge.member).collect();
    let mut ended = 0;
    for member in members {
        let counts: bool =
            fresh.query_row([leave.target.0, leave.rid.0, member.0], |found| found.get(0))?;
        ended += u64::from(counts);
    }
    Ok(ended)
}

/// Counts who leaves by changes. Those of one source that exceed a limit are held together.
pub(crate) fn count(connection: &Connection, watch: &Watch, edges: &[EdgeMarking]) -> Done<Holds> {
    let mut holds = Holds::default();
    for ((target, source, loss), party) in parties(connection, watch, edges)? {
        match verdict(connection, target, loss, &party, watch.at)? {
            None => {
                add(connection, (target, loss, source), party.came, watch.at)?;
                holds.extend(&party, None, loss);
            }
            Some(excess) => {
                let pairs = party.pairs.len();
                let wave = wave(connection, (target, source), excess, pairs, watch.at)?;
                holds.extend(&party, Some(wave), loss);
            }
        }
    }
    Ok(holds)
}

/// Gathers who leaves by a sweep: all are held until its leave pass is over.
pub(crate) fn gather(
    connection: &Connection,
    (sweep, source): (SweepId, &str),
    watch: &Watch,
    edges: &[EdgeMarking],
) -> Done<Holds> {
    let mut holds = Holds::default();
    for ((target, _, loss), party) in parties(connection, watch, edges)? {
        let wave = match wave_of(connection, sweep)? {
            Some(wave) => wave,
            None => begin(connection, target, Some(sweep), source, WaveState::Counting, watch.at)?,
        };
        connection
            .prepare_cached(
                "INSERT INTO wave_count (wave, loss, n) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (wave, loss) DO UPDATE SET n = n + excluded.n",
            )?
            .execute(params![wave.0, loss.code(), signed(party.came)])?;
        holds.extend(&party, Some(wave), loss);
    }
    Ok(holds)
}

impl Holds {
    fn extend(&mut self, party: &Party<'_>, wave: Option<WaveId>, loss: Loss) {
        self.0.extend(party.pairs.iter().map(|leave| (leave.target, leave.rid, wave, loss)));
    }

    /// Notes that they are counted and holds them, now that they are marked.
    pub(crate) fn hold(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut counted = connection
            .prepare_cached("UPDATE work SET owes = owes | ?3 WHERE target = ?1 AND rid = ?2")?;
        for (target, rid, _, _) in self.0.iter().filter(|(.., loss)| *loss != Loss::Removed) {
            counted.execute(params![target.0, rid.0, Owes::LEAVE.0])?;
        }
        let mut statement = connection.prepare_cached(
            "UPDATE work SET wave = ?3, loss = ?4, due = NULL \
             WHERE target = ?1 AND rid = ?2 AND wave IS NULL",
        )?;
        for (target, rid, wave, loss) in &self.0 {
            let Some(wave) = wave else { continue };
            statement.execute([target.0, rid.0, wave.0, loss.code()])?;
        }
        Ok(())
    }
}

/// Pairs that are entitled to what they have are no longer held, and what is owed for having
/// been held is forgiven: nothing was taken away.
pub(crate) fn free(connection: &Connection, watch: &Watch) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "UPDATE work SET wave = NULL, loss = NULL, owes = owes & ~5, leaving_since = NULL, \
         due = CASE WHEN fence IS NULL THEN ?3 END \
         WHERE target = ?1 AND rid = ?2 AND wave IS NOT NULL AND coalesce(loss, 0) <> 2",
    )?;
    for (target, rid) in &watch.stays {
        statement.execute([target.0, rid.0, watch.at.0])?;
    }
    Ok(())
}

/// What the limit says to a party.
fn verdict(
    connection: &Connection,
    target: TargetId,
    loss: Loss,
    party: &Party<'_>,
    at: Time,
) -> rusqlite::Result<Option<Excess>> {
    judge(connection, (target, loss), party.limit, party.came, at)
}

/// Compares so many leavers with a limit.
pub(super) fn judge(
    connection: &Connection,
    (target, loss): (TargetId, Loss),
    limit: Limit,
    came: u64,
    at: Time,
) -> rusqlite::Result<Option<Excess>> {
    let gone: i64 = connection
        .prepare_cached(
            "SELECT coalesce(sum(n), 0) FROM guard WHERE target = ?1 AND loss = ?2 AND minute > ?3",
        )?
        .query_row([target.0, loss.code(), minute(at) - WINDOW], |found| found.get(0))?;
    let gone = unsigned(gone);
    if !needs_accounts(limit, came, gone) {
        return Ok(None);
    }
    let accounts: i64 = connection
        .prepare_cached("SELECT count(*) FROM link WHERE target = ?1 AND state <> 4")?
        .query_row([target.0], |found| found.get(0))?;
    Ok(exceeds(limit, loss, came, gone, unsigned(accounts)))
}

/// So many have gone. What is older than the window is dropped in passing.
pub(super) fn add(
    connection: &Connection,
    (target, loss, source): (TargetId, Loss, &str),
    came: u64,
    at: Time,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM guard WHERE target = ?1 AND loss = ?2 AND minute <= ?3")?
        .execute([target.0, loss.code(), minute(at) - WINDOW])?;
    connection
        .prepare_cached(
            "INSERT INTO guard (target, loss, minute, source, n) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (target, loss, minute, source) DO UPDATE SET n = n + excluded.n",
        )?
        .execute(params![target.0, loss.code(), minute(at), source, signed(came)])
        .map(drop)
}

/// The wave of this source that is held at the target, or a new one, of which receivers of
/// notifications are told.
fn wave(
    connection: &Connection,
    (target, source): (TargetId, &str),
    excess: Excess,
    pairs: usize,
    at: Time,
) -> Done<WaveId> {
    let known: Option<i64> = connection
        .prepare_cached(
            "SELECT id FROM wave WHERE target = ?1 AND source = ?2 AND state = 1 \
             AND sweep IS NULL ORDER BY id DESC LIMIT 1",
        )?
        .query_row(params![target.0, source], |found| found.get(0))
        .optional()?;
    if let Some(known) = known {
        notices::grow(connection, target, (Alert::Held, pairs), at)?;
        return Ok(WaveId(known));
    }
    let wave = begin(connection, target, None, source, WaveState::Held, at)?;
    put_excess(connection, wave, WaveState::Held, Some(excess))?;
    let told = excess.told(wave, source);
    notices::enqueue_many(connection, target, (Alert::Held, pairs), &told, at)?;
    Ok(wave)
}

fn begin(
    connection: &Connection,
    target: TargetId,
    sweep: Option<SweepId>,
    source: &str,
    state: WaveState,
    at: Time,
) -> rusqlite::Result<WaveId> {
    connection
        .prepare_cached(
            "INSERT INTO wave (target, sweep, source, state, since) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![target.0, sweep.map(|sweep| sweep.0), source, state.code(), at.0])?;
    Ok(WaveId(connection.last_insert_rowid()))
}

pub(super) fn put_excess(
    connection: &Connection,
    wave: WaveId,
    state: WaveState,
    excess: Option<Excess>,
) -> Done<()> {
    let excess = excess.map(|excess| serde_json::to_string(&excess)).transpose()?;
    connection
        .prepare_cached("UPDATE wave SET state = ?2, excess = ?3 WHERE id = ?1")?
        .execute(params![wave.0, state.code(), excess])?;
    Ok(())
}

/// The wave that a sweep gathers.
pub(super) fn wave_of(connection: &Connection, sweep: SweepId) -> rusqlite::Result<Option<WaveId>> {
    connection
        .prepare_cached("SELECT id FROM wave WHERE sweep = ?1 AND state = 0")?
        .query_row([sweep.0], |found| found.get(0).map(WaveId))
        .optional()
}

pub(super) fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// The limits of a target.
pub(super) fn limits(
    connection: &Connection,
    target: TargetId,
) -> rusqlite::Result<sutler_model::guard::Guard> {
    connection
        .prepare_cached(
            "SELECT coalesce(json_extract(doc, '$.guard'), '{}') FROM target WHERE id = ?1",
        )?
        .query_row([target.0], |found| row::json(found, 0))
        .optional()
        .map(Option::unwrap_or_default)
}
