//! Administrators' tokens, by the hash of their secret.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, params};
use sutler_model::administrator::{AdminToken, Role};
use sutler_model::{TenantId, Time};

use crate::error::Done;
use crate::row;

/// The columns of [`admin_token`].
macro_rules! columns {
    () => {
        "id, name, role, tenant, hash, created, expires, used"
    };
}

pub(super) fn add(connection: &Connection, token: &AdminToken) -> Done<()> {
    connection
        .prepare_cached(concat!(
            "INSERT INTO admin_token (",
            columns!(),
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        ))?
        .execute(params![
            token.id,
            token.name,
            token.role.name(),
            token.tenant.map(|id| id.0),
            token.hash,
            token.created.0,
            token.expires.map(|at| at.0),
            token.used.map(|at| at.0),
        ])?;
    Ok(())
}

pub(super) fn by_hash(connection: &Connection, hash: &[u8]) -> Done<Option<AdminToken>> {
    let found = connection
        .prepare_cached(concat!("SELECT ", columns!(), " FROM admin_token WHERE hash = ?1"))?
        .query_row([hash], admin_token)
        .optional()?;
    Ok(found)
}

pub(super) fn list(connection: &Connection) -> Done<Vec<AdminToken>> {
    let tokens = connection
        .prepare_cached(concat!("SELECT ", columns!(), " FROM admin_token ORDER BY created, id"))?
        .query_map([], admin_token)?
        .collect::<Result<_, _>>()?;
    Ok(tokens)
}

pub(super) fn revoke(connection: &Connection, id: &str) -> Done<bool> {
    let gone = connection.prepare_cached("DELETE FROM admin_token WHERE id = ?1")?.execute([id])?;
    Ok(gone > 0)
}

pub(super) fn used(connection: &Connection, id: &str, now: Time) -> Done<()> {
    connection
        .prepare_cached("UPDATE admin_token SET used = ?2 WHERE id = ?1")?
        .execute(params![id, now.0])?;
    Ok(())
}

fn admin_token(found: &Row<'_>) -> rusqlite::Result<AdminToken> {
    Ok(AdminToken {
        id: found.get(0)?,
        name: found.get(1)?,
        role: role(found, 2)?,
        tenant: found.get::<_, Option<i64>>(3)?.map(TenantId),
        hash: found.get(4)?,
        created: Time(found.get(5)?),
        expires: row::time(found, 6)?,
        used: row::time(found, 7)?,
    })
}

fn role(found: &Row<'_>, at: usize) -> rusqlite::Result<Role> {
    let text: String = found.get(at)?;
    Role::from_name(&text).ok_or_else(|| {
        let message = format!("there is no role `{text}`");
        rusqlite::Error::FromSqlConversionFailure(at, Type::Text, message.into())
    })
}
