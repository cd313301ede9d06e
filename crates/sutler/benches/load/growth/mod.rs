//! How costs grow with what is stored: one store, filled step by step, asked the same
//! questions at every size. Medians over single requests, one connection.

mod chart;
mod curve;
mod fill;
mod groups;
mod members;
mod probe;

use std::path::Path;

use anyhow::Result;

use crate::ESTATE;
use crate::server::Server;
pub(crate) use curve::Growth;
pub(crate) use fill::import_users;

/// Users stored at each step, unless `SUTLER_BENCH_SIZES` says otherwise.
const SIZES: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];
/// Members of the groups, unless `SUTLER_BENCH_GROUPS` says otherwise.
const GROUPS: [usize; 4] = [10, 1_000, 10_000, 100_000];

/// Groups stored, unless `SUTLER_BENCH_GROUP_COUNTS` says otherwise.
const COUNTS: [usize; 3] = [1_000, 10_000, 50_000];

/// Fills, asks, and tells how each cost grew.
pub(crate) async fn measure() -> Result<Growth> {
    let sizes = numbers("SUTLER_BENCH_SIZES", &SIZES)?;
    let groups = numbers("SUTLER_BENCH_GROUPS", &GROUPS)?;
    let mut server = Server::new(ESTATE, &[])?;
    let mut growth = Growth::default();
    let mut stored = 0;
    for size in sizes {
        fill::users(&mut server, stored..size, &mut growth)?;
        stored = size;
        server.start().await?;
        fill::settled(&server).await?;
        server.kill()?;
        probe::start(&mut server, size, &mut growth).await?;
        probe::questions(&server, size, &mut growth).await?;
        growth.add("resident memory", "MiB", size, server.resident_mebibytes()?);
        server.kill()?;
    }
    server.start().await?;
    let most = groups.into_iter().filter(|members| *members <= stored);
    members::measure(&server, &most.collect::<Vec<_>>(), &mut growth).await?;
    groups::measure(&server, &numbers("SUTLER_BENCH_GROUP_COUNTS", &COUNTS)?, &mut growth).await?;
    Ok(growth)
}

/// Draws the curves into a folder.
pub(crate) fn draw(growth: &Growth, folder: &Path) -> Result<()> {
    chart::draw_all(growth, folder)
}

fn numbers(variable: &str, default: &[usize]) -> Result<Vec<usize>> {
    match std::env::var(variable) {
        Ok(text) => Ok(text.split(',').map(|n| n.trim().parse()).collect::<Result<_, _>>()?),
        Err(_) => Ok(default.to_vec()),
    }
}
