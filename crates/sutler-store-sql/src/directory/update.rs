//! A modification: what differs is written, and nothing else.

use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};
use sutler_model::change::{Change, CommitError, Committed, Content, Flags, MemberStep};
use sutler_model::{Document, Kind, Version};

use super::commit::Stored;
use super::content::{self, Derived};
use super::members::Membership;
use super::outbox::{self, Effects};
use crate::error::{Done, Fail};
use crate::events;

/// Commits new content, membership steps and an origin. No difference writes nothing.
pub(super) fn update(
    connection: &Connection,
    change: &Change,
    stored: &Stored,
    content: Option<&Content>,
    steps: &[MemberStep],
    flags: Flags,
) -> Done<Committed, CommitError> {
    let resource = &stored.resource;
    let differs = match content {
        Some(content) => rewrite(connection, change, stored, content)?,
        None => false,
    };
    let mut effects = Effects { flags, ..Effects::default() };
    if !steps.is_empty() {
        member_steps(connection, change, stored, steps, &mut effects)?;
    }
    let members_differ = !effects.is_empty();
    let new_origin = content::add_origin(connection, resource.rid, change)?;
    effects.whole = differs || new_origin;
    if effects.is_empty() {
        return Ok(unchanged(stored));
    }
    let delta = delta(stored, content.filter(|_| differs), &effects);
    let op = if differs || members_differ { "update" } else { "origin" };
    let seq = outbox::record(connection, change, resource.rid, op, delta.as_deref(), &effects)?;
    let version = Version {
        body: resource.version.body + i64::from(differs),
        members: members_version(connection, stored, members_differ)?,
    };
    let committed = Committed {
        rid: resource.rid,
        version,
        changed: true,
        seq: Some(seq),
        created: resource.created,
        modified: if differs || members_differ {
            resource.changed.max(change.at)
        } else {
            resource.changed
        },
    };
    // A new origin is nothing that a receiver could see.
    if differs || members_differ {
        events::record(connection, change, &committed)?;
    }
    Ok(committed)
}

fn unchanged(stored: &Stored) -> Committed {
    let resource = &stored.resource;
    Committed {
        rid: resource.rid,
        version: resource.version,
        changed: false,
        seq: None,
        created: resource.created,
        modified: resource.changed,
    }
}

/// Writes the body and what is derived from it; true if anything differed.
fn rewrite(
    connection: &Connection,
    change: &Change,
    stored: &Stored,
    content: &Content,
) -> Done<bool, CommitError> {
    let resource = &stored.resource;
    let body = serde_json::to_string(&content.body)?;
    let derived = Derived::of(content);
    let refs = content::refer(connection, change.tenant, resource.rid, content)?;
    let password = content::set_password(connection, resource.rid, &content.password)?;
    let same = body == stored.body
        && content.active == resource.active
        && derived == stored.derived
        && !refs
        && !password;
    if same {
        return Ok(false);
    }
    let subject = (change.tenant, resource.kind, resource.rid);
    content::rekey(connection, subject, &stored.derived, &derived)?;
    let columns = &content.columns;
    connection
        .prepare_cached(
            "UPDATE resource SET version = version + 1, active = ?2, body = ?3, derived = ?4, \
             changed = max(changed, ?5), user_name = ?6, external_id = ?7, email = ?8, \
             display_name = ?9 WHERE rid = ?1",
        )?
        .execute(params![
            resource.rid.0,
            content.active,
            body,
            serde_json::to_string(&derived)?,
            change.at.0,
            columns.user_name,
            columns.external_id,
            columns.email,
            columns.display_name,
        ])?;
    Ok(true)
}

fn member_steps(
    connection: &Connection,
    change: &Change,
    stored: &Stored,
    steps: &[MemberStep],
    effects: &mut Effects,
) -> Done<(), CommitError> {
    let resource = &stored.resource;
    let (Kind::Group, Some(set)) = (resource.kind, resource.set) else {
        return Err(Fail::Refused(CommitError::NotFound));
    };
    let mut membership = Membership::of(connection, change.tenant, resource.rid, set);
    for step in steps {
        membership.apply(step)?;
    }
    membership.finish(change.at, effects)?;
    Ok(())
}

fn members_version(
    connection: &Connection,
    stored: &Stored,
    differ: bool,
) -> rusqlite::Result<i64> {
    if !differ {
        return Ok(stored.resource.version.members);
    }
    connection
        .prepare_cached(
            "SELECT coalesce(sum(bumps), 0) FROM tally \
             WHERE set_id = (SELECT set_id FROM resource WHERE rid = ?1)",
        )?
        .query_row([stored.resource.rid.0], |row| row.get(0))
}

/// What was overwritten: the old value of each attribute that differs (`null` where there was
/// none), the members that came and went, the set that was given up.
fn delta(stored: &Stored, content: Option<&Content>, effects: &Effects) -> Option<String> {
    let mut delta = Map::new();
    if let Some(content) = content {
        let overwritten = overwritten(&stored.resource.body, &content.body);
        delta.insert("body".to_owned(), Value::Object(overwritten));
    }
    let members = |cut: bool| -> Vec<i64> {
        let chosen = effects.members.iter().filter(|(_, is_cut)| *is_cut == cut);
        chosen.map(|(member, _)| member.0).collect()
    };
    if !effects.members.is_empty() {
        delta.insert("added".to_owned(), json!(members(false)));
        delta.insert("removed".to_owned(), json!(members(true)));
    }
    if let Some(set) = effects.old_sets.first() {
        delta.insert("set".to_owned(), json!(set.0));
    }
    (!delta.is_empty()).then(|| Value::Object(delta).to_string())
}

fn overwritten(old: &Document, new: &Document) -> Document {
    let changed = old.iter().filter(|(name, value)| new.get(*name) != Some(value));
    let added = new.keys().filter(|name| !old.contains_key(*name));
    changed
        .map(|(name, value)| (name.clone(), value.clone()))
        .chain(added.map(|name| (name.clone(), Value::Null)))
        .collect()
}
