//! The questions that are asked at every size, one at a time.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::time::Instant;

use super::curve::Growth;
use super::fill::{family, name};
use crate::server::{self, Client, Server};

/// Requests behind each median.
pub(crate) const TIMES: usize = 101;

/// Start to first answer, with so many users stored.
pub(crate) async fn start(server: &mut Server, size: usize, growth: &mut Growth) -> Result<()> {
    let from = Instant::now();
    server.start().await?;
    growth.add("start to ready, after kill -9", "ms", size, milliseconds(from.elapsed()));
    growth.add("resident memory after start", "MiB", size, server.resident_mebibytes()?);
    Ok(())
}

/// Every question, over `size` users.
pub(crate) async fn questions(server: &Server, size: usize, growth: &mut Growth) -> Result<()> {
    let client = &server.client()?;
    let some = |n: usize| (n * 7_919 + 13) % size;
    let ask = async |path: String, matches: usize| check(&client.ask(&path).await?, matches);
    let by = |filter: String| format!("Users?filter={}", encoded(&filter));

    let mut ids = Vec::new();
    for n in 0..TIMES {
        ids.push(client.id_of(&name(some(n))).await?);
    }
    let get = async |n: usize| {
        let id = ids.get(n).context("an id")?;
        let user = client.get(id).await?;
        ensure!(server::text(&user, "id") == Some(id), "another user came back: {user}");
        Ok(())
    };
    growth.add("GET by id", "ms", size, median(get).await?);
    let create = async |n: usize| {
        let name = format!("new-{size}-{n}@example.com");
        client.create(&server::person(&name)).await.map(drop)
    };
    growth.add("create", "ms", size, median(create).await?);
    let filter = async |n| ask(by(format!("userName eq \"{}\"", name(some(n)))), 1).await;
    growth.add("userName eq", "ms", size, median(filter).await?);
    let filter = async |n| ask(by(format!("emails.value eq \"{}\"", name(some(n)))), 1).await;
    growth.add("emails.value eq", "ms", size, median(filter).await?);
    let filter = async |n| ask(by(format!("externalId eq \"hr-{}\"", some(n))), 1).await;
    growth.add("externalId eq", "ms", size, median(filter).await?);
    let filter = async |n| {
        let n = some(n);
        let (family, name) = (family(n), name(n));
        ask(
            by(format!(
                "name.familyName eq \"{family}\" and active eq true and emails.value eq \"{name}\""
            )),
            1,
        )
        .await
    };
    growth.add("compound filter", "ms", size, median(filter).await?);
    pages(client, size, growth).await
}

async fn pages(client: &Client, size: usize, growth: &mut Growth) -> Result<()> {
    let page = async |path: String| {
        let answer = client.ask(&path).await?;
        let found = answer.get("Resources").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(found == 100, "{found} resources on a page of 100");
        Ok(())
    };
    let first = async |_| page("Users?count=100".to_owned()).await;
    growth.add("first page of 100", "ms", size, median(first).await?);
    let deep = size - 100;
    let by_index = async |_| page(format!("Users?count=100&startIndex={deep}")).await;
    growth.add("deep page by startIndex", "ms", size, median(by_index).await?);
    by_cursor(client, size, growth).await
}

/// A cursor is had by walking only: in pages of a thousand, of names alone.
async fn by_cursor(client: &Client, size: usize, growth: &mut Growth) -> Result<()> {
    let path = |cursor: &str| format!("Users?count=1000&attributes=userName&cursor={cursor}");
    let (mut cursor, mut last, mut seen) = (String::new(), String::new(), 0);
    loop {
        let page = client.ask(&path(&cursor)).await?;
        seen += page.get("Resources").and_then(Value::as_array).map_or(0, Vec::len);
        let Some(next) = server::text(&page, "nextCursor") else { break };
        last = std::mem::replace(&mut cursor, next.to_owned());
    }
    ensure!(seen >= size, "the walk saw {seen} users of {size}");
    let page = async |cursor: &str| {
        let answer = client.ask(&path(cursor)).await?;
        let found = answer.get("Resources").and_then(Value::as_array).map_or(0, Vec::len);
        ensure!(found == 1_000, "{found} resources on a page of 1,000");
        Ok(())
    };
    let first = async |_| page("").await;
    growth.add("first page of 1,000 names by cursor", "ms", size, median(first).await?);
    let deep = async |_| page(&last).await;
    growth.add("deep page of 1,000 names by cursor", "ms", size, median(deep).await?);
    Ok(())
}

fn check(answer: &Value, matches: usize) -> Result<()> {
    ensure!(answer.get("totalResults") == Some(&matches.into()), "not {matches} matches: {answer}");
    Ok(())
}

/// The median of single requests, in milliseconds.
pub(crate) async fn median(once: impl AsyncFn(usize) -> Result<()>) -> Result<f64> {
    let mut times = Vec::with_capacity(TIMES);
    for n in 0..TIMES {
        let from = Instant::now();
        once(n).await?;
        times.push(from.elapsed());
    }
    times.sort_unstable();
    times.get(TIMES / 2).copied().map(milliseconds).context("nothing was measured")
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1_000.0
}

fn encoded(filter: &str) -> String {
    filter.replace(' ', "%20").replace('"', "%22")
}
