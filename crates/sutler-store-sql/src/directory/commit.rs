//! Commits one change: finds the stored resource, and hands over to what the action is.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::change::{
    Action, Change, CommitError, Committed, Content, Expect, Flags, MemberStep, PasswordChange,
};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Rid, Uid, Version};

use super::content::{self, Derived};
use super::members::{self, Membership};
use super::outbox::{self, Effects};
use super::{delete, update};
use crate::census;
use crate::error::{Done, Fail};
use crate::events;
use crate::row::{self, resource_columns};

/// One change in the open transaction.
pub(crate) fn commit(connection: &Connection, change: &Change) -> Done<Committed, CommitError> {
    match &change.action {
        Action::Create { kind, uid, content, members } => {
            create(connection, change, (*kind, uid), content, members)
        }
        Action::Update { rid, expect, content, members, flags } => {
            let stored = Stored::expected(connection, change, *rid, *expect)?;
            update::update(connection, change, &stored, content.as_ref(), members, *flags)
        }
        Action::Delete { rid, expect } => {
            let stored = Stored::expected(connection, change, *rid, *expect)?;
            delete::delete(connection, change, &stored)
        }
    }
}

/// The resource as it stands, with its rows' text as stored.
pub(super) struct Stored {
    pub(super) resource: Resource,
    pub(super) body: String,
    pub(super) derived: Derived,
}

impl Stored {
    /// A live resource of the change's tenant in the version that is expected.
    fn expected(
        connection: &Connection,
        change: &Change,
        rid: Rid,
        expect: Expect,
    ) -> Done<Self, CommitError> {
        let stored = connection
            .prepare_cached(concat!(
                "SELECT ",
                resource_columns!(),
                ", r.derived FROM resource r WHERE r.rid = ?1 AND r.tenant = ?2 AND r.gone IS NULL"
            ))?
            .query_row(params![rid.0, change.tenant.0], |found| {
                Ok(Self {
                    resource: row::resource(found)?,
                    body: found.get(7)?,
                    derived: row::json(found, 13)?,
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
    (kind, uid): (Kind, &Uid),
    content: &Content,
    members: &[Rid],
) -> Done<Committed, CommitError> {
    let derived = Derived::of(content);
    let rid = insert(connection, change, (kind, uid), content, &derived)?;
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

fn insert(
    connection: &Connection,
    change: &Change,
    (kind, uid): (Kind, &Uid),
    content: &Content,
    derived: &Derived,
) -> Done<Rid, CommitError> {
    let columns = &content.columns;
    connection
        .prepare_cached(
            "INSERT INTO resource (tenant, kind, uid, version, active, body, derived, created, \
             changed, user_name, external_id, email, display_name) \
             VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11)",
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
        ])?;
    Ok(Rid(connection.last_insert_rowid()))
}
