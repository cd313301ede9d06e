//! The end of a claim. Only the fence in force settles; whoever comes late leaves a mark and
//! a doubt.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::delivery::Delivery;
use sutler_model::link::{Doubt, Link, LinkState};
use sutler_model::notification::Alert;
use sutler_model::port::{Next, Settle, Settled};
use sutler_model::work::{Lane, Marking, Owes, Work};
use sutler_model::{LinkId, Time};

use super::{claim, links, mark};
use crate::error::Done;
use crate::intents;
use crate::notices;
use crate::row::{self, work_columns};

pub(super) fn settle(connection: &Connection, settle: &Settle) -> Done<Settled> {
    if let Some(delivery) = &settle.delivery {
        record(connection, delivery)?;
    }
    let row = connection
        .prepare_cached(concat!(
            "SELECT ",
            work_columns!(),
            " FROM work WHERE target = ?1 AND rid = ?2"
        ))?
        .query_row([settle.target.0, settle.rid.0], row::work)
        .optional()?;
    match row {
        Some(row) if row.fence == Some(settle.fence) => end(connection, row, settle),
        _ => stale(connection, settle),
    }
}

fn stale(connection: &Connection, settle: &Settle) -> Done<Settled> {
    let marking = Marking {
        target: settle.target,
        rid: settle.rid,
        lane: settle.lane,
        owes: Owes::NONE,
        due: settle.at,
        leaving_since: None,
    };
    mark::mark(connection, &marking)?;
    let doubt = Doubt { stamp: claim::fences(connection, 1)?, at: settle.at };
    links::doubt(connection, settle.target, settle.rid, doubt)?;
    Ok(Settled::Stale)
}

fn end(connection: &Connection, row: Work, settle: &Settle) -> Done<Settled> {
    let (stored, foreign_doubt) = store_link(connection, settle)?;
    if settle.live && stored.as_ref().is_some_and(Link::is_open) {
        let number = claim::fences(connection, 1)?;
        crate::directory::live(connection, settle.target, settle.rid, number, settle.at)?;
    }
    erase_edges(connection, settle)?;
    let marked = row.mark != settle.mark;
    let moved = claim::version(connection, settle.target)? != Some(settle.version);
    let row = pay(row, settle, marked);
    let after = if marked || foreign_doubt || moved {
        let lane = row.lane.min(settle.lane);
        Some(free(Work { lane, ..row }, settle.at))
    } else {
        if let Some((intent, said)) = &settle.intent {
            intents::tell(connection, *intent, settle.target, said)?;
        }
        next(connection, row, settle)?
    };
    let Some(after) = after else {
        connection
            .prepare_cached("DELETE FROM work WHERE target = ?1 AND rid = ?2")?
            .execute([settle.target.0, settle.rid.0])?;
        return Ok(Settled::Done);
    };
    keep(connection, &after)?;
    if after.due.is_none() {
        let detail = after.why.as_ref().map(|why| why.detail.as_str()).unwrap_or_default();
        notices::enqueue(connection, settle.target, Alert::Parked, detail, settle.at)?;
    }
    if let Some(link) = after.wait {
        press(connection, link, settle.at)?;
    }
    Ok(Settled::Kept)
}

/// Stores the link as it is now known. A settle clears only the doubt that it looked at; and
/// while another one stands, the link is not closed either: an account may have come into
/// being after the look. Gives the stored link, and whether such a doubt stands.
fn store_link(connection: &Connection, settle: &Settle) -> Done<(Option<Link>, bool)> {
    let Some(link) = &settle.link else {
        return Ok((None, false));
    };
    let known = links::by_id(connection, link.id)?.filter(Link::is_open);
    let foreign = known
        .as_ref()
        .and_then(|known| known.doubt)
        .filter(|doubt| settle.looked != Some(doubt.stamp));
    if foreign.is_some() && link.state == LinkState::Closed {
        return Ok((None, true));
    }
    let after = Link { doubt: foreign.or(link.doubt), ..link.clone() };
    links::store(connection, &after)?;
    if known.is_some_and(|before| !after.is_open() || before.key != after.key) {
        wake(connection, after.id, settle.at)?;
    }
    Ok((Some(after), foreign.is_some()))
}

/// Whoever waited for the name of this link may go on.
fn wake(connection: &Connection, link: LinkId, at: Time) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE work SET wait = NULL, due = CASE WHEN fence IS NULL AND wave IS NULL THEN ?2 END \
             WHERE wait = ?1 AND wait IS NOT NULL",
        )?
        .execute(params![link.0, at.0])
        .map(drop)
}

/// The pair that holds a name is marked, so that it gives it up.
fn press(connection: &Connection, link: LinkId, at: Time) -> rusqlite::Result<()> {
    let Some(holder) = links::by_id(connection, link)? else {
        return Ok(());
    };
    let marking = Marking {
        target: holder.target,
        rid: holder.rid,
        lane: Lane::Live,
        owes: Owes::NONE,
        due: at,
        leaving_since: None,
    };
    mark::mark(connection, &marking)
}

fn erase_edges(connection: &Connection, settle: &Settle) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM edge WHERE target = ?1 AND grp = ?2 AND member = ?3 AND mark = ?4",
    )?;
    for (member, mark) in &settle.edges {
        statement.execute([settle.target.0, settle.rid.0, member.0, *mark])?;
    }
    Ok(())
}

/// What was paid and confirmed counts only for the mark that was claimed.
fn pay(mut row: Work, settle: &Settle, marked: bool) -> Work {
    row.tries = settle.tries;
    row.why.clone_from(&settle.why);
    if !marked {
        let left = if settle.left { Owes::LEAVE } else { Owes::NONE };
        row.owes = row.owes.without(settle.paid.with(left));
        row.leaving_since = row.leaving_since.filter(|_| !settle.left);
    }
    row
}

/// Nothing has changed meanwhile: what the settle asks for.
fn next(connection: &Connection, row: Work, settle: &Settle) -> Done<Option<Work>> {
    let row = Work { lane: settle.lane, ..row };
    Ok(match settle.next {
        Next::Done => None,
        Next::At(due) => Some(free(row, due)),
        Next::Wait(link, until) => {
            let is_open = links::by_id(connection, link)?.is_some_and(|link| link.is_open());
            Some(Work {
                wait: is_open.then_some(link),
                ..free(row, if is_open { until } else { settle.at })
            })
        }
        // INVARIANT: a leaver is never parked.
        Next::Parked if settle.lane == Lane::Leave => Some(free(row, settle.at)),
        Next::Parked => Some(Work { due: None, ..free(row, settle.at) }),
    })
}

fn free(row: Work, due: Time) -> Work {
    let due = row.held.is_none().then_some(due);
    Work { node: None, fence: None, due, ..row }
}

fn keep(connection: &Connection, work: &Work) -> Done<()> {
    let why = work.why.as_ref().map(serde_json::to_string).transpose()?;
    connection
        .prepare_cached(
            "UPDATE work SET lane = ?3, due = ?4, node = NULL, fence = NULL, owes = ?5, tries = ?6, \
             why = ?7, wait = ?8, leaving_since = ?9 WHERE target = ?1 AND rid = ?2",
        )?
        .execute(params![
            work.target.0,
            work.rid.0,
            work.lane.code(),
            work.due.map(|at| at.0),
            work.owes.0,
            work.tries,
            why,
            work.wait.map(|link| link.0),
            work.leaving_since.map(|at| at.0),
        ])?;
    Ok(())
}

/// Writes one line of the history, and its steps beside it.
fn record(connection: &Connection, delivery: &Delivery) -> Done<()> {
    connection
        .prepare_cached(
            "INSERT INTO delivery (target, rid, fence, at, action, outcome, status, took, note) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?
        .execute(params![
            delivery.target.0,
            delivery.rid.0,
            delivery.fence,
            delivery.at.0,
            delivery.action,
            delivery.outcome,
            delivery.status,
            delivery.took,
            delivery.note,
        ])?;
    if delivery.steps.is_empty() {
        return Ok(());
    }
    let id = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT OR REPLACE INTO delivery_step (id, at, steps) VALUES (?1, ?2, ?3)")?
        .execute(params![id, delivery.at.0, serde_json::to_string(&delivery.steps)?])?;
    Ok(())
}
