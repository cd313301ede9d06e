//! The journal row of a change, and the outbox rows that stand for it until it is spread.

use rusqlite::{Connection, params};
use sutler_model::change::{Change, CommitError, Flags, Via};
use sutler_model::{Rid, Seq, SetId, TargetId, Time};

use crate::error::Done;

/// What a change makes dirty.
#[derive(Default)]
pub(super) struct Effects {
    /// The resource itself.
    pub(super) whole: bool,
    /// Memberships of the resource itself, a group: the member, and whether it ended.
    pub(super) members: Vec<(Rid, bool)>,
    /// Groups that lost the resource, deleted.
    pub(super) left: Vec<Rid>,
    /// The set that was given up.
    pub(super) old_sets: Vec<SetId>,
    /// What is owed because of the resource itself; a membership owes nothing.
    pub(super) flags: Flags,
}

impl Effects {
    /// True if nothing is dirty: then nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        !self.whole && self.members.is_empty() && self.left.is_empty() && self.old_sets.is_empty()
    }
}

/// Writes the journal row with what the change overwrote, and its outbox rows.
pub(super) fn record(
    connection: &Connection,
    change: &Change,
    rid: Rid,
    op: &str,
    delta: Option<&str>,
    effects: &Effects,
) -> Done<Seq, CommitError> {
    connection
        .prepare_cached(
            "INSERT INTO journal (tenant, at, actor, via, rid, op, flags) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            change.tenant.0,
            change.at.0,
            change.actor,
            via(change.via),
            rid.0,
            op,
            effects.flags.0
        ])?;
    let seq = Seq(connection.last_insert_rowid());
    if let Some(delta) = delta {
        connection
            .prepare_cached("INSERT INTO journal_body (seq, delta) VALUES (?1, ?2)")?
            .execute(params![seq.0, delta])?;
    }
    outbox(connection, seq, change.at, rid, effects)?;
    Ok(seq)
}

fn outbox(
    connection: &Connection,
    seq: Seq,
    at: Time,
    rid: Rid,
    effects: &Effects,
) -> rusqlite::Result<()> {
    let whole = effects.whole.then_some((rid, 0, None, effects.flags.0));
    let members = effects
        .members
        .iter()
        .map(|(member, cut)| (rid, if *cut { 2 } else { 1 }, Some(member.0), 0));
    let left = effects.left.iter().map(|group| (*group, 2, Some(rid.0), 0));
    let sets = effects.old_sets.iter().map(|set| (rid, 3, Some(set.0), 0));
    let mut statement = connection.prepare_cached(
        "INSERT INTO outbox (seq, n, at, rid, part, arg, flags) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let rows = whole.into_iter().chain(members).chain(left).chain(sets);
    for (n, (rid, part, arg, flags)) in (0_i64..).zip(rows) {
        statement.execute(params![seq.0, n, at.0, rid.0, part, arg, flags])?;
    }
    Ok(())
}

/// Says that an account now exists. Its place is after everything committed so far;
/// `number`, from the one counter of the database, orders it among its like.
pub(crate) fn live(
    connection: &Connection,
    target: TargetId,
    rid: Rid,
    number: i64,
    at: Time,
) -> rusqlite::Result<()> {
    const BEHIND_PARTS: i64 = 1 << 40;
    connection
        .prepare_cached(
            "INSERT INTO outbox (seq, n, at, rid, part, arg, flags) \
             VALUES ((SELECT coalesce(max(seq), 0) FROM journal), ?1, ?2, ?3, 4, ?4, ?5)",
        )?
        .execute(params![BEHIND_PARTS + number, at.0, rid.0, target.0, Flags::LIVE.0])?;
    Ok(())
}

fn via(via: Via) -> &'static str {
    match via {
        Via::Scim2 => "scim2",
        Via::Import => "import",
        Via::Cli => "cli",
        Via::Engine => "engine",
    }
}
