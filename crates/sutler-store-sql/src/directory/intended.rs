//! What intents do to the rows of resources: names reserved, names kept as digests.

use rusqlite::{Connection, params};
use sutler_model::change::{CommitError, Name};
use sutler_model::intent::IntentDraft;
use sutler_model::{IntentId, Kind, Rid, TenantId, Time};

use super::content::{self, Derived};
use crate::error::Done;

/// Where digests of names are kept: apart from the names of what is stored.
const DIGESTS: i64 = 1;

/// Reserves names for an intent; those that the resource has already stay as they are.
pub(crate) fn reserve(
    connection: &Connection,
    subject: (TenantId, Kind, Rid),
    names: &[Name],
    id: IntentId,
) -> Done<(), CommitError> {
    for name in names {
        content::take(connection, subject, (&name.attribute, &name.key), (0, Some(id)))?;
    }
    Ok(())
}

/// Makes the digests of what is passed through those of the draft.
pub(crate) fn pass(
    connection: &Connection,
    draft: &IntentDraft,
    (kind, rid): (Kind, Rid),
    old: &Derived,
) -> Done<(), CommitError> {
    free(connection, (draft.tenant, kind, rid), old)?;
    let mut new = Derived::default();
    let kept = old.names.iter().filter(|(attribute, _)| draft.stays(attribute)).cloned();
    let named = draft
        .names
        .iter()
        .map(|Name { attribute, key }| (attribute.clone().into_owned(), key.clone()));
    for (attribute, key) in kept.chain(named) {
        content::take(connection, (draft.tenant, kind, rid), (&attribute, &key), (DIGESTS, None))?;
        new.names.push((attribute, key));
    }
    connection
        .prepare_cached("UPDATE resource SET derived = ?2 WHERE rid = ?1")?
        .execute(params![rid.0, serde_json::to_string(&new)?])?;
    Ok(())
}

/// Takes the digests of what is passed through back.
pub(super) fn free(
    connection: &Connection,
    (tenant, kind, rid): (TenantId, Kind, Rid),
    old: &Derived,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM name WHERE tenant = ?1 AND scope = ?2 AND kind = ?3 AND attr = ?4 \
         AND key = ?5 AND rid = ?6",
    )?;
    for (attribute, key) in &old.names {
        statement.execute(params![tenant.0, DIGESTS, kind.code(), attribute, key, rid.0])?;
    }
    Ok(())
}

/// Nothing came of what was passed through: it is gone.
pub(crate) fn forget_passed(
    connection: &Connection,
    rid: Rid,
    at: Time,
) -> Result<(), rusqlite::Error> {
    let (tenant, kind, old): (i64, Kind, Derived) = connection
        .prepare_cached("SELECT tenant, kind, derived FROM resource WHERE rid = ?1")?
        .query_row([rid.0], |found| {
            Ok((found.get(0)?, crate::row::kind(found, 1)?, crate::row::json(found, 2)?))
        })?;
    free(connection, (TenantId(tenant), kind, rid), &old)?;
    connection
        .prepare_cached(
            "UPDATE resource SET gone = 0, active = 0, version = version + 1, \
             changed = max(changed, ?2), derived = ?3 WHERE rid = ?1",
        )?
        .execute(params![rid.0, at.0, "{\"names\":[],\"index\":[]}"])
        .map(drop)
}
