//! Tokens, by the hash of their secret.

use rusqlite::{Connection, OptionalExtension, Row, params};
use sutler_model::estate::{Token, TokenKind};
use sutler_model::{ServiceProviderId, Time};

use crate::error::Done;
use crate::row;

pub(crate) fn add(connection: &Connection, token: &Token) -> Done<()> {
    connection
        .prepare_cached(
            "INSERT INTO token (id, sp, hash, access, created, expires) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            token.id,
            token.service_provider.0,
            token.hash,
            token.kind == TokenKind::Access,
            token.created.0,
            token.expires.map(|at| at.0),
        ])?;
    Ok(())
}

pub(super) fn by_hash(connection: &Connection, hash: &[u8]) -> Done<Option<Token>> {
    let found = connection
        .prepare_cached("SELECT id, sp, hash, access, created, expires FROM token WHERE hash = ?1")?
        .query_row([hash], token)
        .optional()?;
    Ok(found)
}

pub(super) fn list(
    connection: &Connection,
    of: Option<ServiceProviderId>,
    access: bool,
) -> Done<Vec<Token>> {
    let tokens = connection
        .prepare_cached(
            "SELECT id, sp, hash, access, created, expires FROM token \
             WHERE (?1 IS NULL OR sp = ?1) AND (?2 OR access = 0) ORDER BY created, id",
        )?
        .query_map(params![of.map(|id| id.0), access], token)?
        .collect::<Result<_, _>>()?;
    Ok(tokens)
}

pub(crate) fn revoke(connection: &Connection, id: &str) -> Done<bool> {
    let gone = connection.prepare_cached("DELETE FROM token WHERE id = ?1")?.execute([id])?;
    Ok(gone > 0)
}

pub(super) fn expire(connection: &Connection, now: Time) -> Done<usize> {
    let gone =
        connection.prepare_cached("DELETE FROM token WHERE expires <= ?1")?.execute([now.0])?;
    Ok(gone)
}

fn token(found: &Row<'_>) -> rusqlite::Result<Token> {
    Ok(Token {
        id: found.get(0)?,
        service_provider: ServiceProviderId(found.get(1)?),
        hash: found.get(2)?,
        kind: if found.get(3)? { TokenKind::Access } else { TokenKind::Bearer },
        created: Time(found.get(4)?),
        expires: row::time(found, 5)?,
    })
}
