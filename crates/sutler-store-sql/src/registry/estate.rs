//! The estate, as it is stored: one document a service provider, a target and an identity
//! provider.

use rusqlite::Connection;
use sutler_model::estate::{Estate, ServiceProvider, Target};
use sutler_model::identity_provider::IdentityProvider;
use sutler_model::{IdentityProviderId, ServiceProviderId, TargetId, TenantId};

use super::schema;
use crate::error::Done;
use crate::row;

/// All of it.
pub(crate) fn load(connection: &Connection) -> Done<Estate> {
    let version = connection
        .prepare_cached("SELECT estate FROM meta WHERE id = 1")?
        .query_row([], |found| found.get(0))?;
    let tenants = connection
        .prepare_cached("SELECT tenant, name FROM tenant ORDER BY tenant")?
        .query_map([], |found| Ok((TenantId(found.get(0)?), found.get(1)?)))?
        .collect::<Result<_, _>>()?;
    // The columns are what counts: the document was written before they were known.
    let service_providers = connection
        .prepare_cached("SELECT id, tenant, name, doc FROM service_provider ORDER BY id")?
        .query_map([], |found| {
            Ok(ServiceProvider {
                id: ServiceProviderId(found.get(0)?),
                tenant: TenantId(found.get(1)?),
                name: found.get(2)?,
                ..row::json(found, 3)?
            })
        })?
        .collect::<Result<_, _>>()?;
    let targets = connection
        .prepare_cached("SELECT id, tenant, name, version, doc FROM target ORDER BY id")?
        .query_map([], |found| {
            Ok(Target {
                id: TargetId(found.get(0)?),
                tenant: TenantId(found.get(1)?),
                name: found.get(2)?,
                version: found.get(3)?,
                ..row::json(found, 4)?
            })
        })?
        .collect::<Result<_, _>>()?;
    let estate = Estate {
        version,
        tenants,
        service_providers,
        targets,
        identity_providers: identity_providers(connection)?,
        event_streams: crate::events::load(connection)?,
        notifications: crate::notices::load(connection)?,
        ..Estate::default()
    };
    Ok(estate.with_extensions(schema::load(connection)?))
}

fn identity_providers(connection: &Connection) -> Done<Vec<IdentityProvider>> {
    let found = connection
        .prepare_cached("SELECT id, tenant, name, doc FROM identity_provider ORDER BY id")?
        .query_map([], |found| {
            Ok(IdentityProvider {
                id: IdentityProviderId(found.get(0)?),
                tenant: TenantId(found.get(1)?),
                name: found.get(2)?,
                ..row::json(found, 3)?
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(found)
}
