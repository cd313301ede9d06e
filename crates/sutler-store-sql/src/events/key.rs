//! The key of each tenant that signs its events; the private half is sealed.

use rusqlite::{Connection, OptionalExtension, params};
use sutler_model::TenantId;
use sutler_model::event::SigningKey;

use crate::error::Done;

pub(super) fn of(connection: &Connection, tenant: TenantId) -> Done<Option<SigningKey>> {
    let key = connection
        .prepare_cached("SELECT kid, sealed, public FROM signing_key WHERE tenant = ?1")?
        .query_row([tenant.0], |found| {
            Ok(SigningKey { kid: found.get(0)?, sealed: found.get(1)?, public: found.get(2)? })
        })
        .optional()?;
    Ok(key)
}

/// The first one stays, unless it is the one that is replaced.
pub(super) fn keep(
    connection: &Connection,
    tenant: TenantId,
    key: &SigningKey,
    replaced: Option<&str>,
) -> Done<SigningKey> {
    connection
        .prepare_cached(
            "INSERT INTO signing_key (tenant, kid, sealed, public) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET kid = excluded.kid, sealed = excluded.sealed, \
             public = excluded.public WHERE kid = ?5",
        )?
        .execute(params![tenant.0, key.kid, key.sealed, key.public, replaced])?;
    Ok(of(connection, tenant)?.unwrap_or_else(|| key.clone()))
}
