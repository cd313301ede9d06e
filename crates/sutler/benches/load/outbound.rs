//! Deliveries to an emulated target, beside a client that posts the same bodies there and
//! remembers nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::future::try_join_all;
use sutler_emulator::{EmulatedTarget, Emulator, Options, TargetOptions};
use sutler_model::Time;
use sutler_model::port::Clock;
use tokio::time::Instant;

use crate::figures::{Figure, Figures};
use crate::server::{Client, Server, client, person};

const PEOPLE: usize = 3_000;
const AT_ONCE: usize = 16;
const TOKEN: &str = "the-token-of-the-target";
const ARRIVAL: Duration = Duration::from_mins(2);

/// Creates people through Sutler and waits until all are at the target; then the same people
/// straight to another target.
pub(crate) async fn measure(figures: &mut Figures) -> Result<()> {
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        targets: vec![TargetOptions::new("app", TOKEN), TargetOptions::new("direct", TOKEN)],
        clock: Arc::new(SinceStart(Instant::now())),
    };
    let emulator = Emulator::start(options).await?;
    let through = through_sutler(&emulator).await?;
    let direct = Client { http: client()?, base: emulator.url("direct"), token: TOKEN.to_owned() };
    let from = Instant::now();
    push(&direct).await?;
    let straight = rate(from.elapsed());
    let target = emulator.target("direct").context("the emulated target")?;
    ensure!(target.counters().users == PEOPLE as u64, "not everybody arrived");
    figures.push(Figure::rate(
        "changes in and delivered out, one target",
        through,
        "the same bodies posted straight to the target",
        straight,
    ));
    Ok(())
}

async fn through_sutler(emulator: &Emulator) -> Result<f64> {
    let mut server = Server::new(&estate(&emulator.url("app")), &[("APP_TOKEN", TOKEN)])?;
    server.start().await?;
    let target = emulator.target("app").context("the emulated target")?;
    let from = Instant::now();
    push(&server.client()?).await?;
    arrived(&target, from).await?;
    let measured = rate(from.elapsed());
    ensure!(target.counters().creates == PEOPLE as u64, "somebody was created twice");
    let status = server.status()?;
    ensure!(status.pointer("/targets/0/failed") == Some(&0.into()), "something failed: {status}");
    Ok(measured)
}

async fn push(client: &Client) -> Result<()> {
    let next = AtomicUsize::new(0);
    let loops = (0..AT_ONCE).map(|_| async {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= PEOPLE {
                return Ok::<_, anyhow::Error>(());
            }
            client.create(&person(&format!("out{number}@example.com"))).await?;
        }
    });
    try_join_all(loops).await.map(drop)
}

async fn arrived(target: &EmulatedTarget, from: Instant) -> Result<()> {
    while target.counters().users < PEOPLE as u64 {
        ensure!(from.elapsed() < ARRIVAL, "not delivered within {ARRIVAL:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn rate(took: Duration) -> f64 {
    PEOPLE as f64 / took.as_secs_f64()
}

/// A clock that begins with the run.
pub(crate) struct SinceStart(pub(crate) Instant);

impl Clock for SinceStart {
    fn now(&self) -> Time {
        Time(1_780_000_000_000).plus(self.boottime())
    }

    fn boottime(&self) -> i64 {
        i64::try_from(self.0.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

fn estate(url: &str) -> String {
    format!(
        r#"
[[service_provider]]
name = "hr"
mode = "store-and-provision"
delivery = "queued"
targets = ["app"]

[[target]]
name = "app"
connector = "scim2"
url = "{url}"
auth = {{ bearer = "env:APP_TOKEN" }}
allow_private_addresses = true
concurrency = {AT_ONCE}
"#
    )
}
