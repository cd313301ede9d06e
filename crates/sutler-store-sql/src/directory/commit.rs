//! Commits one change: finds the stored resource, and hands over to what the action is.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::change::{
    Action, Change, CommitError, Committed, Content, Expect, Flags, MemberStep, PasswordChange,
};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Rid, TenantId, Uid, Version};

use super::content::{self, Derived};
use super::members::{self, Membership};
use super::outbox::{self, Effects};
use super::{delete, update};
use crate::census;
use crate::error::{Done, Fail};
use crate::events;
use crate::intents;
use crate::row::{self, resource_columns};

/// One change in the open transaction. Who waits to be confirmed makes way for a leaver.
pub(crate) fn commit(connection: &Connection, change: &Change) -> Done<Committed, CommitError> {
    match &change.action {
        Action::Create { kind, uid, content, members } => {
            create(connection, change, (*kind, uid, None), content, members)
        }
        Action::Update { rid, expect, content, members, flags } => {
            let stored = Stored::held(connection, change.tenant, *rid, *expect)?;
            intents::yield_or_void(connection, change, *rid)?;
            update::update(connection, change, &stored, content.as_ref(), members, *flags)
        }
        Action::Delete { rid, expect } => {
            let stored = Stored::any(connection, change.tenant, *rid, *expect)?;
            intents::yield_or_void(connection, change, *rid)?;
            delete::delete(connection, change, &stored)
        }
    }
}

/// The change that an intent stood for, which is no longer open. `begun` is the tombstone that
/// it began with.
pub(crate) fn commit_intended(
    connection: &Connection,
    change: &Change,
    begun: Option<Rid>,
) -> Done<Committed, CommitError> {
    match &change.action {
        Action::Create { kind, uid, content, members } => {
            create(connection, change, (*kind, uid, begun), content, members)
        }
        _ => commit(connection, change),
    }
}

/// The resource as it stands, with its rows' text as stored.
pub(crate) struct Stored {
    pub(crate) resource: Resource,
    pub(super) body: String,
    pub(crate) derived: Derived,
    /// It is passed through.
    pub(super) passed: bool,
}

impl Stored {
    /// A live resource that is held here.
    pub(crate) fn held(
        connection: &Connection,
        tenant: TenantId,
        rid: Rid,
        expect: Expect,
    ) -> Done<Self, CommitError> {
        let stored = Self::any(connection, tenant, rid, expect)?;
        if stored.passed { Err(Fail::Refused(CommitError::NotFound)) } else { Ok(stored) }
    }

    /// A live resource that is passed through.
    pub(crate) fn passed(
        connection: &Connection,
        tenant: TenantId,
        rid: Rid,
        expect: Expect,
    ) -> Done<Self, CommitError> {
        let stored = Self::any(connection, tenant, rid, expect)?;
        if stored.passed { Ok(stored) } else { Err(Fail::Refused(CommitError::NotFound)) }
    }

    /// A live resource of the tenant in the version that is expected.
    fn any(
        connection: &Connection,
        tenant: TenantId,
        rid: Rid,
        expect: Expect,
    ) -> Done<Self, CommitError> {
        let stored = connection
            .prepare_cached(concat!(
                "SELECT ",
                resource_columns!(),
                ", r.derived, r.home = -1 FROM resource r WHERE r.rid = ?1 AND r.tenant = ?2 AND r.gone IS NULL"
            ))?
            .query_row(params![rid.0, tenant.0], |found| {
                Ok(Self {
                    resource: row::resource(found)?,
                    body: found.get(7)?,
                    derived: row::json(found, 13)?,
                    passed: found.get(14)?,
                })
            })
            .optional()?
            .ok_or(Fail::Refused(CommitError::NotFound))?;
        let current = stored.resource.version;
        let stale = expect.body.is_some_and(|body| body != current.body)
            || expect.exact.is_some_and(|exact| exact != current);
        if stale {
            return Err(Fail::Refused(CommitError::Stale { current }));
        }
        Ok(stored)
    }
}

fn create(
    connection: &Connection,
    change: &Change,
    (kind, uid, begun): (Kind, &Uid, Option<Rid>),
    content: &Content,
    members: &[Rid],
) -> Done<Committed, CommitError> {
    let derived = Derived::of(content);
    let rid = insert(connection, change, (kind, uid, begun), content, &derived)?;
    census::count(connection, (change.tenant, kind, rid), 1)?;
    content::refer(connection, change.tenant, rid, content)?;
    content::set_password(connection, rid, &content.password)?;
    content::add_origin(connection, rid, change)?;
    let mut version = Version { body: 1, members: 0 };
    if kind == Kind::Group {
        let set = members::new_set(connection, rid)?;
        connection
            .prepare_cached("UPDATE resource SET set_id = ?2 WHERE rid = ?1")?
            .execute([rid.0, set.0])?;
        let mut membership = Membership::of(connection, change.tenant, rid, set);
        membership.apply(&MemberStep::Add(members.to_vec()))?;
        let mut first = Effects::default();
        membership.finish(change.at, &mut first)?;
        version.members = i64::from(!first.members.is_empty());
    }
    let subject = (change.tenant, kind, rid);
    content::rekey(connection, subject, &Derived::default(), &derived)?;
    let flags = match content.password {
        PasswordChange::Set(_) => Flags::PASSWORD,
        PasswordChange::Keep | PasswordChange::Clear => Flags::default(),
    };
    let effects = Effects { whole: true, flags, ..Effects::default() };
    let seq = outbox::record(connection, change, rid, "create", None, &effects)?;
    let committed = Committed {
        rid,
        version,
        changed: true,
        seq: Some(seq),
        created: change.at,
        modified: change.at,
    };
    events::record(connection, change, &committed)?;
    Ok(committed)
}

/// A new row, or that of the tombstone that an intent began with.
fn insert(
    connection: &Connection,
    change: &Change,
    (kind, uid, begun): (Kind, &Uid, Option<Rid>),
    content: &Content,
    derived: &Derived,
) -> Done<Rid, CommitError> {
    let columns = &content.columns;
    connection
        .prepare_cached(
            "INSERT INTO resource (tenant, kind, uid, version, active, body, derived, created, \
             changed, user_name, external_id, email, display_name, rid) \
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12) \
             ON CONFLICT (rid) DO UPDATE SET gone = NULL, version = 1, active = excluded.active, \
             body = excluded.body, derived = excluded.derived, created = excluded.created, \
             changed = excluded.changed, user_name = excluded.user_name, \
             external_id = excluded.external_id, email = excluded.email, \
             display_name = excluded.display_name",
        )?
        .execute(params![
            change.tenant.0,
            kind.code(),
            uid.0,
            content.active,
            serde_json::to_string(&content.body)?,
            serde_json::to_string(derived)?,
            change.at.0,
            columns.user_name,
            columns.external_id,
            columns.email,
            columns.display_name,
            begun.map(|rid| rid.0),
        ])?;
    Ok(begun.unwrap_or_else(|| Rid(connection.last_insert_rowid())))
}
