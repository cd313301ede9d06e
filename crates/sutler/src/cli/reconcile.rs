//! `sutler reconcile`: what is at a target, against what should be.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use sutler_model::comparison::{Comparison, Discrepancy, Finding};

use super::output::{json, say, table};
use super::{OfTenant, out_of_turn, refusal};
use crate::control::{Reply, Request, Session};
use crate::settings::Settings;

/// How often a comparison under way is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// How many findings are shown unless all are asked for.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(super) struct Reconcile {
    /// Which target.
    #[arg(value_name = "TARGET")]
    target: String,
    /// Only tell; put nothing right.
    #[arg(long)]
    dry_run: bool,
    /// Show everything that was found, not the first of it only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    of: OfTenant,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Reconcile {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { target, dry_run, all, of, json: as_json } = self;
        let mut session = Session::open(settings, false).await?;
        let request = Request::Reconcile { tenant: of.tenant, target, dry: dry_run };
        let (begun, _) = compared(session.ask(request).await?)?;
        let (comparison, findings) = watch(&mut session, &begun.id, as_json).await?;
        if as_json {
            json(&serde_json::json!({ "comparison": comparison, "findings": findings }))?;
        } else {
            show(&comparison, &findings, all);
        }
        Ok(if comparison.complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Follows a comparison to its end. It goes on when nobody watches.
async fn watch(session: &mut Session, id: &str, quiet: bool) -> Result<(Comparison, Vec<Finding>)> {
    let bar = if quiet { ProgressBar::hidden() } else { ProgressBar::no_length() };
    bar.set_style(ProgressStyle::with_template("{spinner} {bar:30} {pos} of {len} accounts")?);
    let mut findings = Vec::new();
    loop {
        let request = Request::Compared { id: id.to_owned(), after: findings.len() };
        let (comparison, more) = compared(session.ask(request).await?)?;
        let silent = more.is_empty();
        findings.extend(more);
        bar.set_length(comparison.total.unwrap_or(comparison.seen).max(comparison.seen));
        bar.set_position(comparison.seen);
        if comparison.ended.is_some() && silent {
            bar.finish_and_clear();
            return Ok((comparison, findings));
        }
        if silent {
            tokio::time::sleep(LOOK).await;
        }
    }
}

fn compared(reply: Reply) -> Result<(Comparison, Vec<Finding>)> {
    match refusal(reply)? {
        Reply::Compared { comparison, findings } => Ok((comparison, findings)),
        _ => Err(out_of_turn()),
    }
}

fn show(comparison: &Comparison, findings: &[Finding], all: bool) {
    let Comparison { target, seen, equal, found, fault, dry, .. } = comparison;
    say(&format!("{seen} accounts at {target}: {equal} are as they should be."));
    for what in Discrepancy::ALL {
        if let Some(count) = found.get(&what) {
            say(&format!("  {count:>9}  {}", what.words()));
        }
    }
    if let Some(fault) = fault {
        say(&format!(
            "The comparison could not be completed, so nobody counts as missing: {fault}"
        ));
    }
    let shown = if all { findings.len() } else { SHOWN };
    if !findings.is_empty() {
        say("");
        let rows: Vec<_> = findings.iter().take(shown).map(row).collect();
        table(&["WHAT", "NAME", "ID THERE", "ATTRIBUTES", "DONE"], &rows);
    }
    if findings.len() > shown {
        say(&format!("… and {} more: `--all` shows them", findings.len() - shown));
    }
    if *dry && found.keys().any(|what| *what <= Discrepancy::Disabled) {
        say("Without `--dry-run` what differs is put right.");
    }
}

fn row(finding: &Finding) -> Vec<String> {
    vec![
        finding.what.words().to_owned(),
        finding.name.clone(),
        finding.remote.clone(),
        finding.paths.join(", "),
        if finding.repaired { "being put right" } else { "told only" }.to_owned(),
    ]
}
