//! Identity providers: written and removed as part of an edit of the estate.

use rusqlite::{Connection, params};
use sutler_model::TenantId;
use sutler_model::identity_provider::IdentityProvider;

use crate::error::Done;

pub(super) fn put(
    connection: &Connection,
    tenant: TenantId,
    provider: &IdentityProvider,
) -> Done<()> {
    connection.execute(
        "INSERT INTO identity_provider (tenant, name, doc) VALUES (?1, ?2, ?3) \
         ON CONFLICT (tenant, name) DO UPDATE SET doc = excluded.doc",
        params![tenant.0, provider.name, serde_json::to_string(provider)?],
    )?;
    Ok(())
}

pub(super) fn remove(connection: &Connection, tenant: &str, name: &str) -> Done<()> {
    connection.execute(
        "DELETE FROM identity_provider WHERE name = ?2 \
         AND tenant = (SELECT tenant FROM tenant WHERE name = ?1)",
        [tenant, name],
    )?;
    Ok(())
}
