//! Rates and times of the real server, each beside a ceiling that is measured in the same run,
//! on the same machine, with the same load generator. Answers are checked while measuring.
//!
//! `cargo bench --package sutler --bench load -- [--growth] [--fleet-only] [--draw FOLDER] [--json]`. Closed loop: every connection
//! sends its next request when the last one was answered. `SUTLER_BENCH_SECONDS` is how long
//! each rate is measured.

mod bad_input;
mod ceiling;
mod contention;
mod figures;
mod fleet;
mod growth;
mod import;
mod load;
mod outbound;
mod server;

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::time::Instant;

use figures::{Figure, Figures};
use growth::Growth;
use load::Load;
use server::Server;

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

const CONNECTIONS: [usize; 3] = [1, 16, 64];

const ESTATE: &str = r#"
[[service_provider]]
name = "hr"
mode = "store"
"#;

#[tokio::main]
async fn main() -> Result<()> {
    let seconds = match std::env::var("SUTLER_BENCH_SECONDS") {
        Ok(text) => text.parse().context("`SUTLER_BENCH_SECONDS` must be a number")?,
        Err(_) => 3.0,
    };
    let options: Vec<String> = std::env::args().collect();
    let has = |name: &str| options.iter().any(|option| option == name);
    let load = Load::new(Duration::from_secs_f64(seconds));
    let mut figures = Figures::default();
    if !has("--growth-only") && !has("--fleet-only") {
        inbound(&load, &mut figures).await?;
        contention::measure(&load, &mut figures).await?;
        import::measure(load.span(), &mut figures)?;
        outbound::measure(&mut figures).await?;
        fleet::measure(&mut figures).await?;
    }
    if has("--fleet-only") {
        fleet::measure(&mut figures).await?;
    }
    let growth = if has("--growth") || has("--growth-only") {
        growth::measure().await?
    } else {
        Growth::default()
    };
    if let Some(at) = options.iter().position(|option| option == "--draw") {
        let folder = options.get(at + 1).context("`--draw` needs a folder")?;
        growth::draw(&growth, folder.as_ref())?;
    }
    let report = if has("--json") {
        json!({"figures": figures.json(), "growth": growth.json()}).to_string()
    } else {
        format!("{}\n{}", figures.table(), growth.table())
    };
    writeln!(std::io::stdout(), "{report}")?;
    Ok(())
}

async fn inbound(load: &Load, figures: &mut Figures) -> Result<()> {
    let mut server = Server::new(ESTATE, &[])?;
    server.start().await?;
    let mut names = Vec::new();
    for connections in CONNECTIONS {
        names.extend(creates(load, &server, connections, figures).await?);
    }
    let ids = reads(load, &server, &names, figures).await?;
    bad_input::measure(&server, figures).await?;
    start_and_memory(&mut server, ids.len(), figures).await
}

/// Durable creates beside raw SQLite group commit with as many producers.
async fn creates(
    load: &Load,
    server: &Server,
    connections: usize,
    figures: &mut Figures,
) -> Result<Vec<String>> {
    let client = server.client()?;
    let name = |worker: usize, n: usize| format!("c{connections}-{worker}-{n}@example.com");
    let measured = load
        .run(connections, |worker, n| {
            let client = client.clone();
            let name = name(worker, n);
            async move {
                let created = client.create(&server::person(&name)).await?;
                ensure!(
                    server::text(&created, "userName") == Some(name.as_str()),
                    "another user came back: {created}"
                );
                Ok(())
            }
        })
        .await?;
    let ceiling = ceiling::group_commit(connections, load.span())?;
    figures.push(Figure::rate(
        format!("durable creates, {connections} connections"),
        measured.rate(),
        "raw SQLite group commit",
        ceiling,
    ));
    Ok(measured
        .counts
        .iter()
        .enumerate()
        .flat_map(|(worker, count)| (0..*count).map(move |n| name(worker, n)))
        .collect())
}

/// GET by id and filter by `userName`, beside a bare echo.
async fn reads(
    load: &Load,
    server: &Server,
    names: &[String],
    figures: &mut Figures,
) -> Result<Vec<String>> {
    let client = server.client()?;
    let mut ids = Vec::new();
    for name in names.iter().take(1_000) {
        ids.push(client.id_of(name).await?);
    }
    let echo = ceiling::Echo::start().await?;
    let measured = load
        .run(64, |worker, n| {
            let client = client.clone();
            let id = ids.get((worker * 31 + n) % ids.len()).cloned().unwrap_or_default();
            async move {
                let user = client.get(&id).await?;
                ensure!(
                    server::text(&user, "id") == Some(id.as_str()),
                    "another user came back: {user}"
                );
                Ok(())
            }
        })
        .await?;
    figures.push(Figure::rate(
        "GET by id, 64 connections",
        measured.rate(),
        "bare axum echo",
        echo.rate(load, 64).await?,
    ));
    let measured = load
        .run(16, |worker, n| {
            let client = client.clone();
            let name = names.get((worker * 31 + n) % names.len()).cloned().unwrap_or_default();
            async move { client.id_of(&name).await.map(drop) }
        })
        .await?;
    figures.push(Figure::rate(
        format!("filter by userName among {}, 16 connections", names.len()),
        measured.rate(),
        "bare axum echo",
        echo.rate(load, 16).await?,
    ));
    Ok(ids)
}

/// Start to first answer after a kill, and resident memory before and after.
async fn start_and_memory(server: &mut Server, read: usize, figures: &mut Figures) -> Result<()> {
    ensure!(read > 0, "nothing was stored");
    figures.push(Figure::plain(
        "resident memory after the load",
        server.resident_mebibytes()?,
        "MiB",
    ));
    server.kill()?;
    let from = Instant::now();
    server.start().await?;
    let took = from.elapsed();
    let process = server.smallest_process()?;
    figures.push(Figure::time(
        "start to ready, after kill -9",
        took,
        "the same binary printing its version",
        process,
    ));
    figures.push(Figure::plain("resident memory after start", server.resident_mebibytes()?, "MiB"));
    let client = server.client()?;
    let found: Value = client.list_one().await?;
    ensure!(found.get("totalResults") != Some(&json!(0)), "nothing is there after the start");
    Ok(())
}
