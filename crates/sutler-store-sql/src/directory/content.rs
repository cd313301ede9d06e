//! The body of a resource and the rows derived from it: names, index rows, references,
//! password, origin. Only what differs is written.

use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sutler_model::change::{Change, CommitError, Content, PasswordChange};
use sutler_model::document::index_rows;
use sutler_model::schema::ResourceType;
use sutler_model::{Document, IntentId, Kind, Rid, ServiceProviderId, TenantId};

use crate::error::{Done, Fail};
use crate::row;

/// The keys under which a resource is found, kept with it so that they can be taken back
/// without an index over them: (attribute, key) and (path, key).
#[derive(Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Derived {
    /// Unique names.
    pub(super) names: Vec<(String, String)>,
    /// Index rows.
    pub(super) index: Vec<(String, String)>,
}

impl Derived {
    /// The keys of this content, each once.
    pub(super) fn of(content: &Content) -> Self {
        let mut derived = Self {
            names: content
                .names
                .iter()
                .map(|name| (name.attribute.clone().into_owned(), name.key.clone()))
                .collect(),
            index: content
                .index
                .iter()
                .map(|entry| (entry.path.clone(), entry.key.clone()))
                .collect(),
        };
        derived.names.sort();
        derived.names.dedup();
        derived.index.sort();
        derived.index.dedup();
        derived
    }
}

/// Moves a resource from some keys to others. A name that another one holds is refused.
pub(super) fn rekey(
    connection: &Connection,
    (tenant, kind, rid): (TenantId, Kind, Rid),
    old: &Derived,
    new: &Derived,
) -> Done<(), CommitError> {
    for (attribute, key) in old.names.iter().filter(|name| !new.names.contains(name)) {
        connection
            .prepare_cached(
                "DELETE FROM name WHERE tenant = ?1 AND scope = 0 AND kind = ?2 AND attr = ?3 \
                 AND key = ?4 AND rid = ?5",
            )?
            .execute(params![tenant.0, kind.code(), attribute, key, rid.0])?;
    }
    for (attribute, key) in new.names.iter().filter(|name| !old.names.contains(name)) {
        take(connection, (tenant, kind, rid), (attribute, key), (0, None))?;
    }
    reindex(connection, (tenant, kind, rid), old, new)?;
    Ok(())
}

/// Takes a name in a scope, for now only for an intent if there is one; refused if another one
/// holds it or has reserved it.
pub(super) fn take(
    connection: &Connection,
    (tenant, kind, rid): (TenantId, Kind, Rid),
    (attribute, key): (&str, &str),
    (scope, intent): (i64, Option<IntentId>),
) -> Done<(), CommitError> {
    let taken = connection
        .prepare_cached(
            "INSERT INTO name (tenant, scope, kind, attr, key, rid, intent) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            tenant.0,
            scope,
            kind.code(),
            attribute,
            key,
            rid.0,
            intent.map(|id| id.0)
        ])?;
    if taken == 1 {
        return Ok(());
    }
    let holder: (i64, bool) = connection
        .prepare_cached(
            "SELECT rid, intent IS NOT NULL FROM name WHERE tenant = ?1 AND scope = ?2 \
             AND kind = ?3 AND attr = ?4 AND key = ?5",
        )?
        .query_row(params![tenant.0, scope, kind.code(), attribute, key], |found| {
            Ok((found.get(0)?, found.get(1)?))
        })?;
    let attribute = attribute.to_owned().into();
    match holder {
        (own, _) if own == rid.0 => Ok(()),
        (_, true) => Err(Fail::Refused(CommitError::Reserved { attribute })),
        (_, false) => Err(Fail::Refused(CommitError::Taken { attribute })),
    }
}

/// Makes the index rows of a live resource what its type says now. Its names stay.
pub(crate) fn index_anew(
    connection: &Connection,
    (tenant, kind, rid): (TenantId, Kind, Rid),
    shape: &ResourceType,
) -> Done<()> {
    let (body, old): (Document, Derived) = connection
        .prepare_cached("SELECT body, derived FROM resource WHERE rid = ?1")?
        .query_row([rid.0], |found| Ok((row::json(found, 0)?, row::json(found, 1)?)))?;
    let rows = index_rows(shape, &body).into_iter().map(|entry| (entry.path, entry.key));
    let new = Derived { names: old.names.clone(), index: rows.collect() };
    reindex(connection, (tenant, kind, rid), &old, &new)?;
    connection
        .prepare_cached("UPDATE resource SET derived = ?2 WHERE rid = ?1")?
        .execute(params![rid.0, serde_json::to_string(&new)?])?;
    Ok(())
}

fn reindex(
    connection: &Connection,
    (tenant, kind, rid): (TenantId, Kind, Rid),
    old: &Derived,
    new: &Derived,
) -> rusqlite::Result<()> {
    for (path, key) in old.index.iter().filter(|entry| !new.index.contains(entry)) {
        connection
            .prepare_cached(
                "DELETE FROM attr WHERE tenant = ?1 AND kind = ?2 AND path = ?3 AND key = ?4 \
                 AND rid = ?5",
            )?
            .execute(params![tenant.0, kind.code(), path, key, rid.0])?;
    }
    for (path, key) in new.index.iter().filter(|entry| !old.index.contains(entry)) {
        connection
            .prepare_cached(
                "INSERT INTO attr (tenant, kind, path, key, rid) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![tenant.0, kind.code(), path, key, rid.0])?;
    }
    Ok(())
}

/// Makes the references of a resource exactly these; true if they differed. What is new must
/// be a live resource of the tenant.
pub(super) fn refer(
    connection: &Connection,
    tenant: TenantId,
    rid: Rid,
    content: &Content,
) -> Done<bool, CommitError> {
    let old = references(connection, rid)?;
    let mut new: Vec<(String, i64)> = content
        .refs
        .iter()
        .map(|reference| (reference.attribute.clone(), reference.other.0))
        .collect();
    new.sort();
    new.dedup();
    if old == new {
        return Ok(false);
    }
    for (attribute, other) in old.iter().filter(|reference| !new.contains(reference)) {
        connection
            .prepare_cached("DELETE FROM ref WHERE rid = ?1 AND attr = ?2 AND other = ?3")?
            .execute(params![rid.0, attribute, other])?;
    }
    for (attribute, other) in new.iter().filter(|reference| !old.contains(reference)) {
        // A resource may refer to itself, also while it is being created.
        if *other != rid.0 {
            require_live(connection, tenant, Rid(*other))?;
        }
        connection
            .prepare_cached("INSERT INTO ref (rid, attr, other) VALUES (?1, ?2, ?3)")?
            .execute(params![rid.0, attribute, other])?;
    }
    Ok(true)
}

fn references(connection: &Connection, rid: Rid) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut statement = connection
        .prepare_cached("SELECT attr, other FROM ref WHERE rid = ?1 ORDER BY attr, other")?;
    let rows = statement.query_map([rid.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Refuses what is not a live resource of the tenant.
pub(super) fn require_live(
    connection: &Connection,
    tenant: TenantId,
    rid: Rid,
) -> Done<(), CommitError> {
    let live: Option<bool> = connection
        .prepare_cached(
            "SELECT tenant = ?2 AND gone IS NULL AND home = 0 FROM resource WHERE rid = ?1",
        )?
        .query_row([rid.0, tenant.0], |row| row.get(0))
        .optional()?;
    match live {
        Some(true) => Ok(()),
        _ => Err(crate::error::Fail::Refused(CommitError::UnknownReference(rid))),
    }
}

/// True if the password differs afterwards.
pub(super) fn set_password(
    connection: &Connection,
    rid: Rid,
    password: &PasswordChange,
) -> rusqlite::Result<bool> {
    let written = match password {
        PasswordChange::Keep => 0,
        PasswordChange::Set(hash) => connection
            .prepare_cached(
                "INSERT INTO password (rid, hash) VALUES (?1, ?2) \
                 ON CONFLICT (rid) DO UPDATE SET hash = excluded.hash WHERE hash <> excluded.hash",
            )?
            .execute(params![rid.0, hash])?,
        PasswordChange::Clear => {
            connection.prepare_cached("DELETE FROM password WHERE rid = ?1")?.execute([rid.0])?
        }
    };
    Ok(written > 0)
}

/// Remembers who brought a resource; true if it was not known.
pub(super) fn add_origin(
    connection: &Connection,
    rid: Rid,
    change: &Change,
) -> rusqlite::Result<bool> {
    add_origin_of(connection, rid, change.service_provider)
}

/// The same, without a change.
pub(crate) fn add_origin_of(
    connection: &Connection,
    rid: Rid,
    provider: Option<ServiceProviderId>,
) -> rusqlite::Result<bool> {
    let Some(provider) = provider else {
        return Ok(false);
    };
    let written = connection
        .prepare_cached("INSERT INTO origin (rid, sp) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([rid.0, provider.0])?;
    Ok(written > 0)
}
