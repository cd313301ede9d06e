//! The end of an intent: its change is committed, or nothing comes of it.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::change::{Change, CommitError, Committed};
use sutler_model::intent::{PairState, Reason};
use sutler_model::work::{Fault, Lane, Marking, Owes};
use sutler_model::{IntentId, Rid, TargetId, Time};

use super::read;
use crate::directory;
use crate::error::{Done, Fail};

/// What a settle says to an intent, if it is still open and asks that target.
pub(crate) fn tell(
    connection: &Connection,
    id: IntentId,
    target: TargetId,
    said: &PairState,
) -> Done<()> {
    let (state, why) = match said {
        PairState::Pending => (0, None),
        PairState::Confirmed => (1, None),
        PairState::Refused(fault, retryable) => {
            (if *retryable { 3 } else { 2 }, Some(serde_json::to_string(fault)?))
        }
    };
    connection
        .prepare_cached(
            "UPDATE intent_pair SET state = ?3, why = ?4 WHERE intent = ?1 AND target = ?2 \
             AND EXISTS (SELECT 1 FROM intent WHERE id = ?1 AND state = 0)",
        )?
        .execute(params![id.0, target.0, state, why])?;
    Ok(())
}

/// Ends an open intent well, with the change that it stood for.
pub(super) fn settle(
    connection: &Connection,
    id: IntentId,
    change: Option<&Change>,
    at: Time,
) -> Done<Option<Committed>, CommitError> {
    // What is passed through may have been desired anew since it was found ripe.
    let asked = connection
        .prepare_cached("SELECT 1 FROM intent_pair WHERE intent = ?1 AND state <> 1")?
        .exists([id.0])?;
    if change.is_none() && asked {
        return Err(Fail::Refused(CommitError::NotFound));
    }
    let state = if change.is_some() { 1 } else { 3 };
    let Some(ended) = end(connection, id, state, None, at)? else {
        return Err(Fail::Refused(CommitError::NotFound));
    };
    let Some(change) = change else { return Ok(None) };
    let begun = ended.creates.then_some(ended.rid);
    directory::commit_intended(connection, change, begun).map(Some)
}

/// Ends an open intent of which nothing comes; false if it was not open.
pub(super) fn void<E: From<sutler_model::port::LedgerError>>(
    connection: &Connection,
    id: IntentId,
    fault: &Fault,
    at: Time,
) -> Done<bool, E> {
    let why = serde_json::to_string(fault)?;
    let Some(ended) = end(connection, id, 2, Some(&why), at)? else { return Ok(false) };
    if ended.creates && ended.reason == Reason::Pass {
        directory::forget_passed(connection, ended.rid, at)?;
    }
    let lane = if ended.creates { Lane::Leave } else { Lane::Live };
    let targets: Vec<TargetId> = connection
        .prepare_cached("SELECT target FROM intent_pair WHERE intent = ?1 ORDER BY target")?
        .query_map([id.0], |row| row.get(0).map(TargetId))?
        .collect::<Result<_, _>>()?;
    for target in targets {
        let rid = ended.rid;
        let marking = Marking { target, rid, lane, owes: Owes::NONE, due: at, leaving_since: None };
        crate::dispatch::mark(connection, &marking)?;
    }
    Ok(true)
}

struct Ended {
    rid: Rid,
    reason: Reason,
    creates: bool,
}

/// Closes the row, erases what was sealed, and frees the names that were only reserved.
fn end(
    connection: &Connection,
    id: IntentId,
    state: i64,
    fault: Option<&str>,
    at: Time,
) -> rusqlite::Result<Option<Ended>> {
    let ended = connection
        .prepare_cached(
            "UPDATE intent SET state = ?2, fault = ?3, ended = ?4, sealed = x'', refs = '[]' \
             WHERE id = ?1 AND state = 0 RETURNING rid, reason, creates",
        )?
        .query_row(params![id.0, state, fault, at.0], |row| {
            let reason = Reason::from_code(row.get(1)?).unwrap_or(Reason::Confirm);
            Ok(Ended { rid: Rid(row.get(0)?), reason, creates: row.get(2)? })
        })
        .optional()?;
    connection
        .prepare_cached("DELETE FROM name WHERE intent = ?1 AND intent IS NOT NULL")?
        .execute([id.0])?;
    Ok(ended)
}

/// Drops those that ended before a moment.
pub(super) fn prune(connection: &Connection, before: Time) -> Done<usize> {
    connection
        .prepare_cached(
            "DELETE FROM intent_pair WHERE intent IN \
             (SELECT id FROM intent WHERE ended < ?1 AND ended IS NOT NULL)",
        )?
        .execute([before.0])?;
    let gone = connection
        .prepare_cached("DELETE FROM intent WHERE ended < ?1 AND ended IS NOT NULL")?
        .execute([before.0])?;
    Ok(gone)
}

/// Refuses a change of a resource of which another one waits to be confirmed; a deprovision
/// voids that, and wins. What is passed through is only ever deleted here.
pub(crate) fn yield_or_void(
    connection: &Connection,
    change: &Change,
    rid: Rid,
) -> Done<(), CommitError> {
    let Some((id, _)) = read::open_of(connection, rid)? else { return Ok(()) };
    match Fault::overtaken(&change.action) {
        Some(fault) => void(connection, id, &fault, change.at).map(drop),
        None => Err(Fail::Refused(CommitError::Intended(id))),
    }
}
