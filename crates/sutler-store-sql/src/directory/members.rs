//! Membership as rows. A change of it touches the member rows that differ and one slot of
//! the group's tally, never the group's own row.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::change::{CommitError, MemberStep};
use sutler_model::{Rid, SetId, TenantId, Time};

use super::content::require_live;
use super::outbox::Effects;
use crate::error::Done;

/// Members of an old set that are erased at once when nobody needs them any more.
const ERASED: i64 = 1_000;

/// The membership of one group while a change goes over it.
pub(super) struct Membership<'a> {
    connection: &'a Connection,
    tenant: TenantId,
    group: Rid,
    set: SetId,
    /// What differs from before: true if the member is in now.
    changed: BTreeMap<Rid, bool>,
    old_sets: Vec<SetId>,
}

impl<'a> Membership<'a> {
    /// The membership as it is stored.
    pub(super) fn of(connection: &'a Connection, tenant: TenantId, group: Rid, set: SetId) -> Self {
        Self { connection, tenant, group, set, changed: BTreeMap::new(), old_sets: Vec::new() }
    }

    /// Applies one step.
    pub(super) fn apply(&mut self, step: &MemberStep) -> Done<(), CommitError> {
        match step {
            MemberStep::Add(members) => members.iter().try_for_each(|member| self.add(*member)),
            MemberStep::Remove(members) => {
                members.iter().try_for_each(|member| Ok(self.remove(*member)?))
            }
            MemberStep::Replace(members) if members.is_empty() => Ok(self.empty()?),
            MemberStep::Replace(members) => self.replace(members),
        }
    }

    /// Writes the tally, and says what the outbox is to hold. The set may be another one now.
    pub(super) fn finish(self, at: Time, effects: &mut Effects) -> rusqlite::Result<SetId> {
        let slot = self.changed.keys().next().map_or(0, |member| member.0 & 15);
        let added = self.changed.values().filter(|is_in| **is_in).count();
        let members = crate::row::number(added) * 2 - crate::row::number(self.changed.len());
        if !self.changed.is_empty() {
            bump(self.connection, self.set, slot, members, at)?;
        }
        if let Some(first) = self.old_sets.first() {
            // The count starts anew with the set, the ETag does not.
            let before = bumps(self.connection, *first)?;
            self.connection
                .prepare_cached(
                    "INSERT INTO tally (set_id, slot, members, bumps, changed) VALUES (?1, ?2, 0, ?3, ?4) \
                     ON CONFLICT DO UPDATE SET bumps = bumps + excluded.bumps",
                )?
                .execute(params![self.set.0, slot, before + 1, at.0])?;
        }
        effects.members =
            self.changed.into_iter().map(|(member, is_in)| (member, !is_in)).collect();
        effects.old_sets = self.old_sets;
        Ok(self.set)
    }

    fn add(&mut self, member: Rid) -> Done<(), CommitError> {
        let added = self
            .connection
            .prepare_cached(
                "INSERT INTO member (set_id, member, nested) VALUES (?1, ?2, \
                 (SELECT 1 FROM resource WHERE rid = ?2 AND kind = 2)) ON CONFLICT DO NOTHING",
            )?
            .execute([self.set.0, member.0])?;
        if added > 0 {
            require_live(self.connection, self.tenant, member)?;
            self.note(member, true);
        }
        Ok(())
    }

    fn remove(&mut self, member: Rid) -> rusqlite::Result<()> {
        let removed = self
            .connection
            .prepare_cached("DELETE FROM member WHERE set_id = ?1 AND member = ?2")?
            .execute([self.set.0, member.0])?;
        if removed > 0 {
            self.note(member, false);
        }
        Ok(())
    }

    fn replace(&mut self, members: &[Rid]) -> Done<(), CommitError> {
        let wanted: BTreeSet<Rid> = members.iter().copied().collect();
        for member in all(self.connection, self.set)? {
            if !wanted.contains(&member) {
                self.remove(member)?;
            }
        }
        wanted.into_iter().try_for_each(|member| self.add(member))
    }

    /// Whatever was added by this change and is emptied again has never been a member.
    fn empty(&mut self) -> rusqlite::Result<()> {
        let added: Vec<Rid> =
            self.changed.iter().filter_map(|(member, is_in)| is_in.then_some(*member)).collect();
        for member in added {
            self.remove(member)?;
        }
        let any = self
            .connection
            .prepare_cached("SELECT 1 FROM member WHERE set_id = ?1 LIMIT 1")?
            .exists([self.set.0])?;
        if any {
            let old = self.set;
            self.set = new_set(self.connection, self.group)?;
            self.connection
                .prepare_cached("UPDATE resource SET set_id = ?2 WHERE rid = ?1")?
                .execute([self.group.0, self.set.0])?;
            give_up(self.connection, old)?;
            self.old_sets.push(old);
        }
        Ok(())
    }

    /// Back to where it was is no difference.
    fn note(&mut self, member: Rid, is_in: bool) {
        if self.changed.remove(&member).is_none() {
            self.changed.insert(member, is_in);
        }
    }
}

/// A set of its own for a group.
pub(super) fn new_set(connection: &Connection, group: Rid) -> rusqlite::Result<SetId> {
    connection.prepare_cached("INSERT INTO group_set (rid) VALUES (?1)")?.execute([group.0])?;
    Ok(SetId(connection.last_insert_rowid()))
}

/// A set that no group has any more: its rows go when nobody walks over them.
pub(super) fn give_up(connection: &Connection, set: SetId) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE group_set SET old = 1 WHERE set_id = ?1")?
        .execute([set.0])
        .map(drop)
}

/// Counts one change of a membership.
pub(super) fn bump(
    connection: &Connection,
    set: SetId,
    slot: i64,
    members: i64,
    at: Time,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO tally (set_id, slot, members, bumps, changed) VALUES (?1, ?2, ?3, 1, ?4) \
             ON CONFLICT (set_id, slot) DO UPDATE SET members = members + excluded.members, \
             bumps = bumps + 1, changed = max(changed, excluded.changed)",
        )?
        .execute(params![set.0, slot, members, at.0])
        .map(drop)
}

/// How often the membership of this set has changed, and of those before it.
fn bumps(connection: &Connection, set: SetId) -> rusqlite::Result<i64> {
    connection
        .prepare_cached("SELECT coalesce(sum(bumps), 0) FROM tally WHERE set_id = ?1")?
        .query_row([set.0], |row| row.get(0))
}

fn all(connection: &Connection, set: SetId) -> rusqlite::Result<Vec<Rid>> {
    let mut statement = connection.prepare_cached("SELECT member FROM member WHERE set_id = ?1")?;
    let rows = statement.query_map([set.0], |row| row.get(0).map(Rid))?;
    rows.collect()
}

/// Erases some rows of an old set that neither an outbox row nor a sweep speaks of.
pub(crate) fn erase_old_sets(connection: &Connection) -> rusqlite::Result<()> {
    let set: Option<i64> = connection
        .prepare_cached(
            "SELECT set_id FROM group_set s WHERE old IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM sweep WHERE over = 3 AND arg = s.set_id) \
             AND NOT EXISTS (SELECT 1 FROM outbox WHERE part = 3 AND arg = s.set_id) LIMIT 1",
        )?
        .query_row([], |row| row.get(0))
        .optional()?;
    let Some(set) = set else { return Ok(()) };
    let erased = connection
        .prepare_cached(
            "DELETE FROM member WHERE set_id = ?1 AND member IN \
             (SELECT member FROM member WHERE set_id = ?1 ORDER BY member LIMIT ?2)",
        )?
        .execute([set, ERASED])?;
    if erased == 0 {
        connection.prepare_cached("DELETE FROM tally WHERE set_id = ?1")?.execute([set])?;
        connection
            .prepare_cached("UPDATE group_set SET old = NULL WHERE set_id = ?1")?
            .execute([set])?;
    }
    Ok(())
}
