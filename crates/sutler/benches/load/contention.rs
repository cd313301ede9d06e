//! Many at once: at one group, and more than the server can serve.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::figures::{Figure, Figures};
use crate::load::Load;
use crate::server::{self, Client, Server, text};
use crate::{ESTATE, GROUP, PATCH};

const WRITERS: usize = 16;
/// What one writer puts in and takes out again.
const EACH: usize = 50;

/// One group under many writers, and ten times as many clients as are usual.
pub(crate) async fn measure(load: &Load, figures: &mut Figures) -> Result<()> {
    let mut server = Server::new(ESTATE, &[])?;
    server.start().await?;
    hot_group(load, &server, figures).await?;
    overload(load, &server, figures).await
}

async fn hot_group(load: &Load, server: &Server, figures: &mut Figures) -> Result<()> {
    let client = server.client()?;
    let mut people = Vec::new();
    for n in 0..WRITERS * EACH {
        let user = client.create(&server::person(&format!("hot{n}@example.com"))).await?;
        people.push(text(&user, "id").context("no id")?.to_owned());
    }
    let alone = writers(load, &client, &people, 1).await?;
    let many = writers(load, &client, &people, WRITERS).await?;
    figures.push(Figure::rate("changes of one group, 16 writers", many, "1 writer", alone));
    Ok(())
}

/// Each writer adds people of his own, and removes them again; in the end the group has
/// whoever was added last and not removed.
async fn writers(load: &Load, client: &Client, people: &[String], writers: usize) -> Result<f64> {
    let body = json!({"schemas": [GROUP], "displayName": format!("Hot under {writers}")});
    let group = client.post("Groups", &body).await?;
    let path = format!("Groups/{}", text(&group, "id").context("no id")?);
    let measured = load
        .run(writers, |writer, n| {
            let (client, path) = (client.clone(), path.clone());
            let person = person(people, writer, n).to_owned();
            async move {
                let operation = if adds(n) {
                    json!({"op": "add", "path": "members", "value": [{"value": person}]})
                } else {
                    json!({"op": "remove", "path": format!("members[value eq \"{person}\"]")})
                };
                let body = json!({"schemas": [PATCH], "Operations": [operation]});
                client.patch(&path, &body).await.map(drop)
            }
        })
        .await?;
    let mut expected = Vec::new();
    for (writer, count) in measured.counts.iter().enumerate() {
        // A round of adding, then one of removing: what remains is what the last one left.
        let (round, into) = (count / EACH, count % EACH);
        let there = if round % 2 == 0 { 0..into } else { into..EACH };
        expected.extend(there.map(|n| person(people, writer, n)));
    }
    expected.sort_unstable();
    let group = client.ask(&path).await?;
    let members = group.get("members").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found: Vec<&str> = members.iter().filter_map(|m| text(m, "value")).collect();
    found.sort_unstable();
    ensure!(found == expected, "{} members are there, not {}", found.len(), expected.len());
    Ok(measured.rate())
}

fn person(people: &[String], writer: usize, n: usize) -> &str {
    people.get(writer * EACH + n % EACH).map_or("", String::as_str)
}

fn adds(n: usize) -> bool {
    (n / EACH).is_multiple_of(2)
}

/// Creates by far more clients than help: the rate must not fall, and whoever is refused is
/// told when to come again.
async fn overload(load: &Load, server: &Server, figures: &mut Figures) -> Result<()> {
    let (usual, _) = creates(load, server, 64).await?;
    let (rate, slowest) = creates(load, server, 512).await?;
    figures.push(Figure::rate("durable creates, 512 connections", rate, "64 connections", usual));
    figures.push(Figure::plain("99 of 100 of them within", slowest, "ms"));
    Ok(())
}

/// Creates a second, and the time within which 99 of 100 are answered, in milliseconds.
async fn creates(load: &Load, server: &Server, connections: usize) -> Result<(f64, f64)> {
    let client = server.client()?;
    let times = Mutex::new(Vec::new());
    let measured = load
        .run(connections, |worker, n| {
            let (client, times) = (client.clone(), &times);
            async move {
                let name = format!("o{connections}-{worker}-{n}@example.com");
                let from = Instant::now();
                let created = client.create(&server::person(&name)).await?;
                ensure!(text(&created, "userName") == Some(name.as_str()), "another: {created}");
                times.lock().unwrap_or_else(PoisonError::into_inner).push(from.elapsed());
                Ok(())
            }
        })
        .await?;
    let mut times = times.into_inner().unwrap_or_else(PoisonError::into_inner);
    times.sort_unstable();
    let slowest: Duration = *times.get(times.len() * 99 / 100).context("nothing was created")?;
    Ok((measured.rate(), slowest.as_secs_f64() * 1_000.0))
}
