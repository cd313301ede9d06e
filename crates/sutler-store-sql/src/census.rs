//! How many live resources there are, kept with every commit, by stretches of rids.
//!
//! A list without a filter has its total from here, and the way to a page deep in it.

use rusqlite::{Connection, params};
use sutler_model::{Kind, Rid, TenantId};

use crate::row;

/// A stretch is this many bits of a rid long; the migration that fills the table knows it too.
const BITS: u32 = 11;

/// Counts a resource that came (1) or went (-1).
pub(crate) fn count(
    connection: &Connection,
    (tenant, kind, rid): (TenantId, Kind, Rid),
    by: i64,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO census (tenant, kind, stretch, live) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET live = live + excluded.live",
        )?
        .execute(params![tenant.0, kind.code(), rid.0 >> BITS, by])?;
    Ok(())
}

/// The live resources of these kinds.
pub(crate) fn total(
    connection: &Connection,
    tenant: TenantId,
    kinds: &[Kind],
) -> rusqlite::Result<usize> {
    let mut statement = connection.prepare_cached(
        "SELECT coalesce(sum(live), 0) FROM census WHERE tenant = ?1 AND kind = ?2",
    )?;
    let mut total = 0;
    for kind in kinds {
        let live = statement.query_row(params![tenant.0, kind.code()], |found| found.get(0))?;
        total += row::count(live);
    }
    Ok(total)
}

/// Where to begin in the order of creation to pass over `offset` resources: after which rid,
/// and how many more to pass over from there.
pub(crate) fn seek(
    connection: &Connection,
    tenant: TenantId,
    kinds: &[Kind],
    offset: usize,
) -> rusqlite::Result<(Rid, usize)> {
    let codes: Vec<String> = kinds.iter().map(|kind| kind.code().to_string()).collect();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT stretch, sum(live) FROM census WHERE tenant = ?1 AND kind IN ({}) \
         GROUP BY stretch ORDER BY stretch",
        codes.join(", ")
    ))?;
    let mut left = offset;
    let mut rows = statement.query([tenant.0])?;
    while let Some(found) = rows.next()? {
        let (stretch, live): (i64, i64) = (found.get(0)?, found.get(1)?);
        match left.checked_sub(row::count(live)) {
            Some(rest) => left = rest,
            None => return Ok((Rid((stretch << BITS) - 1), left)),
        }
    }
    Ok((Rid(i64::MAX), 0))
}
