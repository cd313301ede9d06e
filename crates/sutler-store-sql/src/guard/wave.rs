//! Waves: the end of a leave pass, what a person says, and the work of going through with it.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::guard::{Excess, Loss, Verdict, WaveState};
use sutler_model::notification::Alert;
use sutler_model::{Rid, SweepId, TargetId, Time, Uid, WaveId};

use super::count::{add, judge, limits, put_excess, unsigned, wave_of};
use crate::error::Done;
use crate::notices;
use crate::row::number;

/// The leave pass of a sweep is over: its wave is released or held, as one.
pub(crate) fn end_of_count(
    connection: &Connection,
    (sweep, target, source): (SweepId, TargetId, &str),
    at: Time,
) -> Done<()> {
    let Some(wave) = wave_of(connection, sweep)? else { return Ok(()) };
    let counted: Vec<(Option<Loss>, i64)> = connection
        .prepare_cached("SELECT loss, n FROM wave_count WHERE wave = ?1 ORDER BY loss DESC")?
        .query_map([wave.0], |found| Ok((Loss::from_code(found.get(0)?), found.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let guard = limits(connection, target)?;
    let mut excess: Option<Excess> = None;
    let counted: Vec<(Loss, u64)> =
        counted.into_iter().filter_map(|(loss, n)| Some((loss?, unsigned(n)))).collect();
    for (loss, came) in &counted {
        if excess.is_none() {
            excess = judge(connection, (target, *loss), guard.limit(*loss), *came, at)?;
        }
    }
    if excess.is_none() {
        for (loss, came) in counted {
            add(connection, (target, loss, source), came, at)?;
        }
    }
    let Some(excess) = excess else {
        return put_excess(connection, wave, WaveState::Releasing, None);
    };
    put_excess(connection, wave, WaveState::Held, Some(excess))?;
    let told = (Alert::Held, pairs(connection, wave)?);
    notices::enqueue_many(connection, target, told, &excess.told(wave, source), at)
}

/// How many pairs a wave holds.
fn pairs(connection: &Connection, wave: WaveId) -> rusqlite::Result<usize> {
    let held: i64 = connection
        .prepare_cached("SELECT count(*) FROM work WHERE wave = ?1 AND wave IS NOT NULL")?
        .query_row([wave.0], |found| found.get(0))?;
    Ok(crate::row::count(held))
}

/// Takes down what a person says. Returns how many pairs it is about.
pub(crate) fn verdict(connection: &Connection, verdict: &Verdict) -> Done<usize> {
    let target: Option<i64> = connection
        .prepare_cached("SELECT target FROM wave WHERE id = ?1 AND state <> 0")?
        .query_row([verdict.wave.0], |found| found.get(0))
        .optional()?;
    match (target, &verdict.only) {
        (None, _) => Ok(0),
        (Some(_), None) => whole(connection, verdict),
        (Some(target), Some(only)) => named(connection, TargetId(target), verdict, only),
    }
}

fn whole(connection: &Connection, verdict: &Verdict) -> Done<usize> {
    let held = pairs(connection, verdict.wave)?;
    if held > 0 {
        let state = if verdict.release { WaveState::Releasing } else { WaveState::Rejecting };
        connection
            .prepare_cached("UPDATE wave SET state = ?2 WHERE id = ?1")?
            .execute([verdict.wave.0, state.code()])?;
    }
    Ok(held)
}

fn named(
    connection: &Connection,
    target: TargetId,
    verdict: &Verdict,
    only: &[Uid],
) -> Done<usize> {
    let mut about = 0;
    for uid in only {
        let rid: Option<i64> = connection
            .prepare_cached(
                "SELECT w.rid FROM work w JOIN resource r ON r.rid = w.rid \
                 WHERE w.wave = ?1 AND w.wave IS NOT NULL AND r.uid = ?2",
            )?
            .query_row(params![verdict.wave.0, uid.0], |found| found.get(0))
            .optional()?;
        let Some(rid) = rid.map(Rid) else { continue };
        go(connection, target, rid, verdict.release, verdict.at)?;
        about += 1;
    }
    Ok(about)
}

/// One pair is released, or rejected: then its item goes. That of a group whose memberships
/// were to end stays, for what else it may have to say; they are forgotten. An item that is
/// taken cannot go: it is decided again.
fn go(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    release: bool,
    now: Time,
) -> rusqlite::Result<()> {
    if release {
        return let_go(connection, target, rid, now);
    }
    connection
        .prepare_cached("DELETE FROM edge WHERE target = ?1 AND grp = ?2 AND cut = 1")?
        .execute([target.0, rid.0])?;
    let gone = connection
        .prepare_cached(
            "DELETE FROM work WHERE target = ?1 AND rid = ?2 AND fence IS NULL AND loss <> 2",
        )?
        .execute([target.0, rid.0])?;
    if gone > 0 {
        return Ok(());
    }
    connection
        .prepare_cached(
            "UPDATE work SET wave = NULL, loss = NULL, leaving_since = NULL, owes = owes & ~5, \
             due = CASE WHEN fence IS NULL THEN ?3 END WHERE target = ?1 AND rid = ?2",
        )?
        .execute([target.0, rid.0, now.0])
        .map(drop)
}

/// If the pair is held, that ends: a person says so.
pub(crate) fn let_go(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    now: Time,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE work SET wave = NULL, loss = NULL, due = CASE WHEN fence IS NULL THEN ?3 END \
             WHERE target = ?1 AND rid = ?2 AND wave IS NOT NULL",
        )?
        .execute([target.0, rid.0, now.0])
        .map(drop)
}

/// Goes on with the waves of which something was said.
pub(super) fn step(connection: &Connection, limit: usize, now: Time) -> Done<usize> {
    let waves: Vec<(WaveId, TargetId, bool)> = connection
        .prepare_cached(
            "SELECT id, target, state FROM wave WHERE state IN (2, 3) OR (state = 1 AND NOT \
             EXISTS (SELECT 1 FROM work WHERE work.wave = wave.id AND work.wave IS NOT NULL)) \
             ORDER BY id",
        )?
        .query_map([], |found| {
            let release = WaveState::from_code(found.get(2)?) == Some(WaveState::Releasing);
            Ok((WaveId(found.get(0)?), TargetId(found.get(1)?), release))
        })?
        .collect::<Result<_, _>>()?;
    let mut went = 0;
    for (wave, target, release) in waves {
        let rids: Vec<Rid> = connection
            .prepare_cached(
                "SELECT rid FROM work WHERE wave = ?1 AND wave IS NOT NULL ORDER BY rid LIMIT ?2",
            )?
            .query_map([wave.0, number(limit - went.min(limit))], |found| found.get(0).map(Rid))?
            .collect::<Result<_, _>>()?;
        for rid in &rids {
            go(connection, target, *rid, release, now)?;
        }
        went += rids.len();
        if went < limit {
            for sql in ["DELETE FROM wave WHERE id = ?1", "DELETE FROM wave_count WHERE wave = ?1"]
            {
                connection.prepare_cached(sql)?.execute([wave.0])?;
            }
            went += 1;
        }
    }
    Ok(went)
}
