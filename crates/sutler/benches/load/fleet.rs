//! Five targets at once: 100,000 changes delivered, leavers who overtake them, and what ill
//! targets cost the inbound side.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use futures::future::try_join_all;
use serde_json::json;
use sutler_emulator::{Emulator, Faults, Options, Outage, TargetOptions};
use tokio::time::Instant;

use crate::PATCH;
use crate::figures::{Figure, Figures};
use crate::outbound::SinceStart;
use crate::server::{Client, Server, client, person, text};

const TARGETS: [&str; 5] = ["one", "two", "three", "four", "five"];
const TOKEN: &str = "the-token-of-the-target";
/// People; each is a change at every target.
const PEOPLE: usize = 20_000;
/// Who leaves while everybody else is on the way.
const LEAVERS: usize = 50;
/// Who is posted straight to the targets, for the ceiling.
const STRAIGHT: usize = 2_000;
const AT_ONCE: usize = 16;
const ARRIVAL: Duration = Duration::from_mins(8);
/// People of whom one in twenty is not taken by any target.
const MIXED: usize = 4_000;
const POISON: &str = "poison";
/// Creates that are timed with healthy targets, and with ill ones.
const TIMED: usize = 2_000;

pub(crate) async fn measure(figures: &mut Figures) -> Result<()> {
    many_changes(figures).await?;
    ill_targets(figures).await?;
    poison(figures).await
}

async fn emulator() -> Result<Emulator> {
    let options = Options {
        listen: ([127, 0, 0, 1], 0).into(),
        targets: TARGETS.map(|name| TargetOptions::new(name, TOKEN)).to_vec(),
        clock: Arc::new(SinceStart(Instant::now())),
    };
    Ok(Emulator::start(options).await?)
}

async fn many_changes(figures: &mut Figures) -> Result<()> {
    let emulator = emulator().await?;
    let mut server = Server::new(&estate(&emulator), &[("APP_TOKEN", TOKEN)])?;
    server.start().await?;
    let ours = server.client()?;
    let leavers = create(&ours, "leaver", LEAVERS).await?;
    arrived(&emulator, LEAVERS).await?;
    let from = Instant::now();
    create(&ours, "many", PEOPLE).await?;
    let pushed = from.elapsed();
    let left = leave(&ours, &emulator, &leavers).await?;
    arrived(&emulator, PEOPLE + LEAVERS).await?;
    let took = from.elapsed();
    for name in TARGETS {
        let target = emulator.target(name).context("the emulated target")?;
        let creates = target.counters().creates;
        ensure!(creates == (PEOPLE + LEAVERS) as u64, "{name}: {creates} creates");
    }
    let straight = straight().await?;
    figures.push(Figure::rate(
        "100,000 changes delivered to five targets",
        per_second(PEOPLE * TARGETS.len(), took),
        "the same bodies posted straight to five targets",
        straight,
    ));
    figures.push(Figure::plain("  of it, until all were acknowledged", pushed.as_secs_f64(), "s"));
    let name = "leaver confirmed at five targets meanwhile, p99";
    figures.push(Figure::plain(name, percentile(left, 99).as_secs_f64() * 1_000.0, "ms"));
    Ok(())
}

/// Deactivates people, and takes the time until each is disabled everywhere.
async fn leave(ours: &Client, emulator: &Emulator, leavers: &[String]) -> Result<Vec<Duration>> {
    let mut times = Vec::new();
    for (number, id) in leavers.iter().enumerate() {
        let from = Instant::now();
        let operations = json!([{ "op": "replace", "path": "active", "value": false }]);
        let body = json!({ "schemas": [PATCH], "Operations": operations });
        ours.patch(&format!("Users/{id}"), &body).await?;
        let name = format!("leaver{number}@example.com");
        for target in TARGETS {
            let target = emulator.target(target).context("the emulated target")?;
            while target.user(&name).is_none_or(|there| there.get("active") != Some(&false.into()))
            {
                ensure!(from.elapsed() < ARRIVAL, "a leaver was not disabled in {ARRIVAL:?}");
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        times.push(from.elapsed());
    }
    Ok(times)
}

/// What the same client reaches that posts to the targets itself.
async fn straight() -> Result<f64> {
    let emulator = emulator().await?;
    let from = Instant::now();
    let http = client()?;
    let posting = TARGETS.map(|name| {
        let to = Client { http: http.clone(), base: emulator.url(name), token: TOKEN.to_owned() };
        async move { create(&to, "many", STRAIGHT).await }
    });
    try_join_all(posting).await?;
    Ok(per_second(STRAIGHT * TARGETS.len(), from.elapsed()))
}

/// The slowest of a hundred creates, with healthy targets, and with one that is dead, one that
/// is slow and one that resets.
async fn ill_targets(figures: &mut Figures) -> Result<()> {
    let emulator = emulator().await?;
    let mut server = Server::new(&estate(&emulator), &[("APP_TOKEN", TOKEN)])?;
    server.start().await?;
    let ours = server.client()?;
    timed(&ours, "warm").await?;
    let healthy = timed(&ours, "well").await?;
    let ill = [
        ("one", Faults { outage: Outage::BlackHole, ..Faults::default() }),
        ("two", Faults { latency: 2_000, ..Faults::default() }),
        ("three", Faults { outage: Outage::Reset, ..Faults::default() }),
    ];
    for (name, faults) in ill {
        emulator.target(name).context("the emulated target")?.set_faults(faults);
    }
    timed(&ours, "falling").await?;
    let ill = timed(&ours, "ill").await?;
    figures.push(Figure::time(
        "create p99, with a dead, a slow and a resetting target",
        percentile(ill, 99),
        "with five healthy ones",
        percentile(healthy, 99),
    ));
    Ok(())
}

/// How fast the rest arrives where five of a hundred are refused by every target, and parked.
async fn poison(figures: &mut Figures) -> Result<()> {
    let emulator = emulator().await?;
    for name in TARGETS {
        let target = emulator.target(name).context("the emulated target")?;
        target.set_faults(Faults { poison: POISON.to_owned(), ..Faults::default() });
    }
    let mut server = Server::new(&estate(&emulator), &[("APP_TOKEN", TOKEN)])?;
    server.start().await?;
    let ours = server.client()?;
    let rest = MIXED * 19 / 20;
    let mut rates = Vec::new();
    for (round, bad) in ["warm", "well", POISON].into_iter().enumerate() {
        let from = Instant::now();
        let bad = format!("{bad}{round}-");
        let good = format!("good{round}-");
        futures::try_join!(create(&ours, &good, rest), create(&ours, &bad, MIXED - rest))?;
        let taken = if bad.starts_with(POISON) { rest } else { MIXED };
        arrived(&emulator, round * MIXED + taken).await?;
        rates.push(per_second(rest * TARGETS.len(), from.elapsed()));
    }
    let [_, well, poisoned] = rates[..] else { bail!("three rounds") };
    figures.push(Figure::rate(
        "the rest, delivered to five targets that refuse 5 % of the people",
        poisoned,
        "the same people, where everybody is taken",
        well,
    ));
    Ok(())
}

async fn timed(ours: &Client, prefix: &str) -> Result<Vec<Duration>> {
    let loops = (0..AT_ONCE).map(|worker| async move {
        let mut times = Vec::new();
        for n in (worker..TIMED).step_by(AT_ONCE) {
            let from = Instant::now();
            ours.create(&person(&format!("{prefix}{n}@example.com"))).await?;
            times.push(from.elapsed());
        }
        Ok::<_, anyhow::Error>(times)
    });
    Ok(try_join_all(loops).await?.concat())
}

/// Creates people in order, and gives their ids.
async fn create(to: &Client, prefix: &str, number: usize) -> Result<Vec<String>> {
    let loops = (0..AT_ONCE).map(|worker| async move {
        let mut ids = Vec::new();
        for n in (worker..number).step_by(AT_ONCE) {
            let made = to.create(&person(&format!("{prefix}{n}@example.com"))).await?;
            ids.push((n, text(&made, "id").context("an id")?.to_owned()));
        }
        Ok::<_, anyhow::Error>(ids)
    });
    let mut ids = try_join_all(loops).await?.concat();
    ids.sort_unstable();
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

async fn arrived(emulator: &Emulator, number: usize) -> Result<()> {
    let from = Instant::now();
    for name in TARGETS {
        let target = emulator.target(name).context("the emulated target")?;
        while target.counters().users < number as u64 {
            ensure!(from.elapsed() < ARRIVAL, "not delivered within {ARRIVAL:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    Ok(())
}

fn percentile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).copied().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn per_second(number: usize, took: Duration) -> f64 {
    number as f64 / took.as_secs_f64()
}

fn estate(emulator: &Emulator) -> String {
    let names = TARGETS.map(|name| format!("{name:?}")).join(", ");
    let targets = TARGETS.map(|name| {
        format!(
            r#"
[[target]]
name = "{name}"
connector = "scim2"
url = "{}"
auth = {{ bearer = "env:APP_TOKEN" }}
allow_private_addresses = true
concurrency = {AT_ONCE}
guard = false
"#,
            emulator.url(name)
        )
    });
    format!("[[service_provider]]\nname = \"hr\"\ntargets = [{names}]\n{}", targets.concat())
}
