//! An edit of the estate: committed whole, under the version that it was planned for.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::estate::{Estate, EstateEdit, ServiceProvider, Target};
use sutler_model::port::LedgerError;
use sutler_model::work::Over;
use sutler_model::{TargetId, TenantId, Time};

use super::{estate, identity, schema};
use crate::error::{Done, Fail};
use crate::row;

/// Applies an edit, and gives the estate that is in force after it.
pub(crate) fn edit(connection: &Connection, edit: &EstateEdit, now: Time) -> Done<Estate> {
    let version: i64 = connection
        .prepare_cached("SELECT estate FROM meta WHERE id = 1")?
        .query_row([], |found| found.get(0))?;
    if version != edit.expect {
        return Err(Fail::Refused(LedgerError::EstateMoved));
    }
    for name in &edit.tenants {
        tenant(connection, name)?;
    }
    for (name, provider) in &edit.service_providers {
        let tenant = tenant(connection, name)?;
        put_service_provider(connection, tenant, provider)?;
    }
    for (name, target) in &edit.targets {
        let tenant = tenant(connection, name)?;
        put_target(connection, tenant, target, &edit.actor)?;
    }
    for (name, provider) in &edit.identity_providers {
        let tenant = tenant(connection, name)?;
        identity::put(connection, tenant, provider)?;
    }
    for (tenant, name) in &edit.remove_identity_providers {
        identity::remove(connection, tenant, name)?;
    }
    for (name, stream) in &edit.event_streams {
        let tenant = tenant(connection, name)?;
        crate::events::put(connection, tenant, stream)?;
    }
    for (tenant, name) in &edit.remove_event_streams {
        crate::events::remove(connection, tenant, name)?;
    }
    notifications(connection, edit)?;
    for (tenant, name) in &edit.remove_service_providers {
        remove_service_provider(connection, tenant, name)?;
    }
    for (tenant, name) in &edit.remove_targets {
        if let Some(target) = target_id(connection, tenant, name)? {
            remove_target(connection, target, &edit.actor, now)?;
        }
    }
    schemas(connection, edit)?;
    for (tenant, name) in &edit.sweep {
        if let Some(target) = target_id(connection, tenant, name)? {
            sweep(connection, target, &edit.actor)?;
        }
    }
    raise(connection, version + 1, &edit.actor, now)?;
    estate::load(connection)
}

fn notifications(connection: &Connection, edit: &EstateEdit) -> Done<()> {
    for (name, wanted) in &edit.notifications {
        let tenant = tenant(connection, name)?;
        crate::notices::put(connection, tenant, wanted)?;
    }
    for (tenant, name) in &edit.remove_notifications {
        crate::notices::remove(connection, tenant, name)?;
    }
    Ok(())
}

/// Schemas are put last to be read whole: those that a reindexing works with are in force.
fn schemas(connection: &Connection, edit: &EstateEdit) -> Done<()> {
    for (name, urn) in &edit.remove_extensions {
        let tenant = tenant(connection, name)?;
        schema::remove(connection, tenant, urn)?;
    }
    let mut otherwise = Vec::new();
    for (name, wanted) in &edit.extensions {
        let tenant = tenant(connection, name)?;
        if schema::put(connection, tenant, wanted)? {
            otherwise.push((tenant, &wanted.schema.id));
        }
    }
    if otherwise.is_empty() {
        return Ok(());
    }
    let estate = estate::load(connection)?;
    for (tenant, urn) in otherwise {
        schema::reindex(connection, tenant, urn, &estate.schemas(tenant))?;
    }
    Ok(())
}

fn raise(connection: &Connection, version: i64, actor: &str, now: Time) -> rusqlite::Result<()> {
    connection.execute("UPDATE meta SET estate = ?1 WHERE id = 1", [version])?;
    connection
        .execute(
            "INSERT INTO journal (tenant, at, actor, via, op, flags, estate) \
             VALUES (?1, ?2, ?3, 'cli', 'estate', 0, ?4)",
            params![TenantId::DEFAULT.0, now.0, actor, version],
        )
        .map(drop)
}

fn tenant(connection: &Connection, name: &str) -> rusqlite::Result<TenantId> {
    connection.execute("INSERT INTO tenant (name) VALUES (?1) ON CONFLICT DO NOTHING", [name])?;
    connection.query_row("SELECT tenant FROM tenant WHERE name = ?1", [name], |found| {
        found.get(0).map(TenantId)
    })
}

fn put_service_provider(
    connection: &Connection,
    tenant: TenantId,
    provider: &ServiceProvider,
) -> Done<()> {
    connection.execute(
        "INSERT INTO service_provider (tenant, name, doc) VALUES (?1, ?2, ?3) \
         ON CONFLICT (tenant, name) DO UPDATE SET doc = excluded.doc",
        params![tenant.0, provider.name, serde_json::to_string(provider)?],
    )?;
    Ok(())
}

/// The version rises only if a setting differs: key and version in the document are not
/// settings.
fn put_target(connection: &Connection, tenant: TenantId, target: &Target, actor: &str) -> Done<()> {
    renest(connection, tenant, target, actor)?;
    let plain = Target { id: TargetId(0), tenant, version: 0, ..target.clone() };
    connection.execute(
        "INSERT INTO target (tenant, name, version, doc) VALUES (?1, ?2, 1, ?3) \
         ON CONFLICT (tenant, name) DO UPDATE SET doc = excluded.doc, version = version + 1 \
         WHERE doc <> excluded.doc",
        params![tenant.0, target.name, serde_json::to_string(&plain)?],
    )?;
    Ok(())
}

/// Where something else is made of nested groups than before, what differs by that is compared.
fn renest(connection: &Connection, tenant: TenantId, target: &Target, by: &str) -> Done<()> {
    let stored: Option<(i64, Target)> = connection
        .query_row(
            "SELECT id, doc FROM target WHERE tenant = ?1 AND name = ?2",
            params![tenant.0, target.name],
            |found| Ok((found.get(0)?, row::json(found, 1)?)),
        )
        .optional()?;
    if let Some((id, stored)) = stored.filter(|(_, stored)| stored.nesting != target.nesting) {
        crate::dispatch::begin(connection, TargetId(id), Over::Nests(stored.nesting), by)?;
    }
    Ok(())
}

fn remove_service_provider(connection: &Connection, tenant: &str, name: &str) -> Done<()> {
    let id: Option<i64> = connection
        .query_row(
            "SELECT s.id FROM service_provider s JOIN tenant t ON t.tenant = s.tenant \
             WHERE t.name = ?1 AND s.name = ?2",
            [tenant, name],
            |found| found.get(0),
        )
        .optional()?;
    if let Some(id) = id {
        connection.execute("DELETE FROM token WHERE sp = ?1", [id])?;
        connection.execute("DELETE FROM completion WHERE sp = ?1", [id])?;
        connection.execute("DELETE FROM service_provider WHERE id = ?1", [id])?;
    }
    Ok(())
}

fn target_id(connection: &Connection, tenant: &str, name: &str) -> Done<Option<TargetId>> {
    let found = connection
        .query_row(
            "SELECT x.id FROM target x JOIN tenant t ON t.tenant = x.tenant \
             WHERE t.name = ?1 AND x.name = ?2",
            [tenant, name],
            |found| found.get(0).map(TargetId),
        )
        .optional()?;
    Ok(found)
}

/// Its links are abandoned by name; its work goes.
fn remove_target(connection: &Connection, target: TargetId, actor: &str, now: Time) -> Done<()> {
    connection.execute(
        "UPDATE link SET state = 4, proof = ?2, confirmed = ?3, doubt = NULL, doubt_at = NULL \
         WHERE target = ?1 AND state <> 4",
        params![target.0, format!("abandoned by {actor}"), now.0],
    )?;
    for sql in [
        "DELETE FROM work WHERE target = ?1",
        "DELETE FROM edge WHERE target = ?1",
        "DELETE FROM sweep WHERE target = ?1",
        "DELETE FROM wave_count WHERE wave IN (SELECT id FROM wave WHERE target = ?1)",
        "DELETE FROM wave WHERE target = ?1",
        "DELETE FROM guard WHERE target = ?1",
        "DELETE FROM target_state WHERE target = ?1",
        "DELETE FROM target_pause WHERE target = ?1",
        "DELETE FROM intent_pair WHERE target = ?1",
        "DELETE FROM notice WHERE target = ?1",
        "DELETE FROM notice_pace WHERE target = ?1",
        "DELETE FROM outbox WHERE part = 4 AND arg = ?1",
        "DELETE FROM target WHERE id = ?1",
    ] {
        connection.execute(sql, [target.0])?;
    }
    Ok(())
}

fn sweep(connection: &Connection, target: TargetId, by: &str) -> Done<()> {
    connection.execute("UPDATE target SET version = version + 1 WHERE id = ?1", [target.0])?;
    crate::dispatch::begin(connection, target, Over::Links, by)?;
    Ok(())
}
