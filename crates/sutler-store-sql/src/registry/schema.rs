//! The schemas of tenants: nothing that a resource holds may fall out of them.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::estate::SchemaExtension;
use sutler_model::port::LedgerError;
use sutler_model::schema::{Schemas, narrowing};
use sutler_model::{Kind, Rid, TenantId};

use crate::directory::index_anew;
use crate::error::{Done, Fail};
use crate::row;

/// All of them.
pub(super) fn load(connection: &Connection) -> Done<Vec<SchemaExtension>> {
    let extensions = connection
        .prepare_cached("SELECT tenant, doc FROM schema_extension ORDER BY tenant, urn")?
        .query_map([], |found| {
            let tenant = TenantId(found.get(0)?);
            Ok(SchemaExtension { tenant, ..row::json(found, 1)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(extensions)
}

/// Stores a schema; refused if resources hold data that might not fit it. True if those that
/// hold data must be indexed anew.
pub(super) fn put(
    connection: &Connection,
    tenant: TenantId,
    wanted: &SchemaExtension,
) -> Done<bool> {
    let urn = &wanted.schema.id;
    let stored: Option<SchemaExtension> = connection
        .query_row(
            "SELECT doc FROM schema_extension WHERE tenant = ?1 AND urn = ?2",
            params![tenant.0, urn],
            |found| row::json(found, 0),
        )
        .optional()?;
    let mut indexed_otherwise = false;
    match stored {
        Some(stored) if is_used(connection, tenant, urn)? => {
            refuse(urn, narrowing(&stored, wanted))?;
            indexed_otherwise = stored.indexed != wanted.indexed;
        }
        _ if wanted.required => refuse_required(connection, tenant, wanted)?,
        _ => {}
    }
    connection.execute(
        "INSERT INTO schema_extension (tenant, urn, doc) VALUES (?1, ?2, ?3) \
         ON CONFLICT (tenant, urn) DO UPDATE SET doc = excluded.doc",
        params![tenant.0, urn, serde_json::to_string(wanted)?],
    )?;
    Ok(indexed_otherwise)
}

/// Takes a schema away; refused if resources hold data of it.
pub(super) fn remove(connection: &Connection, tenant: TenantId, urn: &str) -> Done<()> {
    if is_used(connection, tenant, urn)? {
        refuse(urn, Some("it would be gone".to_owned()))?;
    }
    connection.execute(
        "DELETE FROM schema_extension WHERE tenant = ?1 AND urn = ?2",
        params![tenant.0, urn],
    )?;
    Ok(())
}

/// Makes the index rows of all who hold data of a schema what the schemas now say.
pub(super) fn reindex(
    connection: &Connection,
    tenant: TenantId,
    urn: &str,
    schemas: &Schemas,
) -> Done<()> {
    let mut statement = connection
        .prepare("SELECT kind, rid FROM attr WHERE tenant = ?1 AND kind IN (1, 2) AND path = ?2")?;
    let holders: Vec<(i64, i64)> = statement
        .query_map(params![tenant.0, urn], |found| Ok((found.get(0)?, found.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (kind, rid) in holders {
        if let Some(kind) = Kind::from_code(kind) {
            index_anew(connection, (tenant, kind, Rid(rid)), schemas.of(kind))?;
        }
    }
    Ok(())
}

fn is_used(connection: &Connection, tenant: TenantId, urn: &str) -> rusqlite::Result<bool> {
    connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM attr WHERE tenant = ?1 AND kind IN (1, 2) AND path = ?2)",
        params![tenant.0, urn],
        |found| found.get(0),
    )
}

/// What every resource must have, those that are there do not.
fn refuse_required(
    connection: &Connection,
    tenant: TenantId,
    wanted: &SchemaExtension,
) -> Done<()> {
    for kind in &wanted.extends {
        let live: bool = connection.query_row(
            "SELECT EXISTS (SELECT 1 FROM resource WHERE tenant = ?1 AND kind = ?2 AND gone IS NULL)",
            params![tenant.0, kind.code()],
            |found| found.get(0),
        )?;
        if live {
            let why = format!("every {} would need it, and none has it", kind.name());
            refuse(&wanted.schema.id, Some(why))?;
        }
    }
    Ok(())
}

fn refuse(urn: &str, why: Option<String>) -> Done<()> {
    match why {
        None => Ok(()),
        Some(why) => Err(Fail::Refused(LedgerError::SchemaInUse { urn: urn.to_owned(), why })),
    }
}
