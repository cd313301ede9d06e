//! The initial load: the sample comes in, goes out, and is watched on its way.

use std::collections::HashSet;
use std::io::IsTerminal;
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use sutler_model::Kind;
use sutler_model::delivery::TargetStatus;
use sutler_model::schema::standard;

use super::sample;
use super::scene::{SERVICE_PROVIDER, Scene, acting, unexpected};
use crate::control::{Context, ImportRow, Imported, Reply, Request, execute, store_error};
use crate::estate::DEFAULT_TENANT;
use crate::import::{Found, Rows};

/// Rows in a request.
const BATCH: usize = 100;

/// How often the display is brought up to date.
const LOOK: Duration = Duration::from_millis(100);

/// How long nothing at all may move before the demo says so.
const PATIENCE_MS: i64 = 120_000;

/// What the load came to.
pub(crate) struct Load {
    pub(crate) people: u64,
    pub(crate) groups: u64,
    pub(crate) imported: Imported,
    /// Until the last pair was as it should be, in milliseconds.
    pub(crate) took: i64,
    pub(crate) targets: Vec<TargetStatus>,
}

/// Imports the sample and waits until the targets have it.
pub(crate) async fn load(context: &Context, scene: &Scene, people: usize) -> Result<Load> {
    let start = context.ports.clock.boottime();
    let expected = u64::try_from(people + if people == 0 { 0 } else { sample::GROUP_COUNT })?;
    let display = Display::new(scene, people, expected);
    let (imported, targets) =
        tokio::try_join!(import(context, people, &display), settle(context, expected, &display))?;
    display.clear();
    Ok(Load {
        people: u64::try_from(people)?,
        groups: expected - u64::try_from(people)?,
        imported,
        took: context.ports.clock.boottime() - start,
        targets,
    })
}

async fn import(context: &Context, people: usize, display: &Display) -> Result<Imported> {
    let text = sample::csv(people);
    let mut rows = Rows::open(text.as_bytes(), standard(Kind::User))
        .map_err(|faults| anyhow::anyhow!(faults.join("; ")))?;
    let mut all = Vec::new();
    while let Some(found) = rows.next() {
        match found {
            Found::Row(row) => all.push(row),
            Found::Fault(fault) | Found::Broken(fault) => {
                bail!("the sample is damaged: {}", fault.message)
            }
        }
    }
    let mut total = Imported::default();
    let mut begins = Some("the sample".to_owned());
    let mut waiting: Vec<ImportRow> = Vec::new();
    for batch in all.chunks(BATCH) {
        let imported = send(context, batch.to_vec(), begins.take(), false).await?;
        let later: HashSet<u64> = imported.later.iter().copied().collect();
        waiting.extend(batch.iter().filter(|row| later.contains(&row.line)).cloned());
        total.created += imported.created;
        total.updated += imported.updated;
        total.faults.extend(imported.faults);
        display.came_in(batch.len());
    }
    total.faults.extend(send(context, waiting, None, true).await?.faults);
    match total.faults.first() {
        Some(fault) => bail!("the sample could not be imported: {}", fault.message),
        None => Ok(total),
    }
}

async fn send(
    context: &Context,
    rows: Vec<ImportRow>,
    begins: Option<String>,
    last: bool,
) -> Result<Imported> {
    let request = Request::Import {
        tenant: DEFAULT_TENANT.to_owned(),
        service_provider: SERVICE_PROVIDER.to_owned(),
        rows,
        begins,
        last,
    };
    match execute(context, request, &acting()).await {
        Reply::Imported(imported) => Ok(imported),
        other => Err(unexpected(other)),
    }
}

/// Waits until nothing is pending any more and every pair has been decided.
async fn settle(context: &Context, expected: u64, display: &Display) -> Result<Vec<TargetStatus>> {
    let clock = &context.ports.clock;
    let mut moved = clock.boottime();
    let mut before = Vec::new();
    loop {
        let targets =
            context.ports.ledger.status(clock.now()).await.map_err(|error| store_error(&error))?;
        display.stands(&targets);
        let done = |target: &TargetStatus| {
            target.pending == 0 && target.in_sync + target.failed >= expected
        };
        if targets.iter().all(done) {
            return Ok(targets);
        }
        if targets != before {
            moved = clock.boottime();
            before = targets;
        } else if clock.boottime() - moved > PATIENCE_MS {
            bail!(
                "nothing has moved for two minutes: this is a fault of Sutler, please report it with the log (SUTLER_LOG=debug)"
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// A bar for what comes in, and one for each target.
struct Display {
    all: MultiProgress,
    inbound: ProgressBar,
    targets: Vec<(&'static str, ProgressBar)>,
}

impl Display {
    fn new(scene: &Scene, people: usize, expected: u64) -> Self {
        let all = MultiProgress::new();
        if !std::io::stderr().is_terminal() {
            all.set_draw_target(ProgressDrawTarget::hidden());
        }
        let style = ProgressStyle::with_template("{prefix:>10} {bar:40} {pos:>5}/{len} {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = |name: &'static str, length: u64| {
            all.add(ProgressBar::new(length).with_style(style.clone()).with_prefix(name))
        };
        let inbound = bar("people in", u64::try_from(people).unwrap_or(u64::MAX));
        let targets =
            scene.targets().into_iter().map(|(name, _)| (name, bar(name, expected))).collect();
        Self { all, inbound, targets }
    }

    fn came_in(&self, count: usize) {
        self.inbound.inc(u64::try_from(count).unwrap_or(0));
    }

    fn stands(&self, targets: &[TargetStatus]) {
        for (name, bar) in &self.targets {
            if let Some(target) = targets.iter().find(|target| target.name == *name) {
                bar.set_position(target.in_sync);
                bar.set_message(format!("{} pending, {} failed", target.pending, target.failed));
            }
        }
    }

    fn clear(&self) {
        let _ = self.all.clear();
    }
}
