//! `sutler status`: how the targets stand, who waits for a person, who is out.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use sutler_engine::admin::tenant_option;
use sutler_model::delivery::{Leaver, TargetStatus};
use sutler_model::event::StreamLine;

use super::output::{self, say, table};
use super::{OfTenant, ask, failed, notifications, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Status {
    #[command(flatten)]
    of: OfTenant,
    /// Only this target.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    #[command(flatten)]
    list: List,
    #[command(flatten)]
    told: Told,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What is shown instead of the targets.
#[derive(clap::Args)]
struct List {
    /// Show what waits for a person by cause, with the reason and what to do.
    #[arg(long, conflicts_with_all = ["leavers", "events"])]
    failed: bool,
    /// With `--failed`: list each, however many there are.
    #[arg(long, requires = "failed")]
    each: bool,
    /// List who is out, pending or confirmed, and since when.
    #[arg(long)]
    leavers: bool,
    /// With `--failed` or `--leavers`: the next page, from the place that the last one printed.
    #[arg(long, value_name = "PLACE", conflicts_with = "events")]
    after: Option<String>,
}

/// Who is told, shown instead of the targets.
#[derive(clap::Args)]
struct Told {
    /// Show the event streams: what waits in each, what it lost, and why it is stuck.
    #[arg(long, conflicts_with_all = ["leavers", "target"])]
    events: bool,
    /// Show the receivers of messages: what waits for each, what was lost, and the last fault.
    #[arg(long, conflicts_with_all = ["failed", "leavers", "events", "target"])]
    notifications: bool,
}

impl Status {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { of, target, list, told, json } = self;
        let tenant = of.tenant;
        if told.notifications {
            notifications::show(settings, tenant, json).await?;
        } else if told.events {
            show_streams(settings, tenant, json).await?;
        } else if list.failed {
            let request = Request::Failed { tenant, target, after: list.after };
            failed::show(settings, request, list.each, json).await?;
        } else if list.leavers {
            let request = Request::Leavers { tenant, target, after: list.after };
            show_leavers(settings, request, json).await?;
        } else {
            show_targets(settings, tenant, target.as_deref(), json).await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn show_targets(
    settings: &Settings,
    tenant: String,
    only: Option<&str>,
    json: bool,
) -> Result<()> {
    let of = tenant_option(&tenant);
    let Reply::Status { mut targets } = ask(settings, Request::Status { tenant }).await? else {
        return Err(out_of_turn());
    };
    if let Some(only) = only {
        targets.retain(|target| target.name == only);
        if targets.is_empty() {
            anyhow::bail!("there is no target `{only}`: `sutler status{of}` lists them all");
        }
    }
    if json {
        let targets: Vec<_> = targets.iter().map(for_scripts).collect();
        return output::json(&json!({ "targets": targets }));
    }
    if targets.is_empty() {
        say("There are no targets yet: add one to the estate with `sutler apply`.");
        return Ok(());
    }
    let held: Vec<String> =
        targets.iter().filter(|target| target.held > 0).map(|one| held(one, &of)).collect();
    let rows: Vec<Vec<String>> = targets.into_iter().map(line).collect();
    table(&["TARGET", "IN SYNC", "PENDING", "FAILED", "OLDEST LEAVER", "STATE"], &rows);
    for line in &held {
        output::alarm(line);
    }
    Ok(())
}

async fn show_streams(settings: &Settings, tenant: String, json: bool) -> Result<()> {
    let Reply::Streams { streams } = ask(settings, Request::Streams { tenant }).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "event_streams": streams }));
    }
    if streams.is_empty() {
        say("There are no event streams: add one to the estate with `sutler apply`.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = streams.into_iter().map(stream).collect();
    table(&["STREAM", "WAITING", "LOST", "LAST LOST", "LAST FAULT"], &rows);
    Ok(())
}

fn stream(stream: StreamLine) -> Vec<String> {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        stream.name,
        stream.waiting.to_string(),
        stream.lost.to_string(),
        or_none(stream.lost_at),
        or_none(stream.fault),
    ]
}

/// One line a target: too many were to leave at once.
fn held(target: &TargetStatus, of: &str) -> String {
    let TargetStatus { name, held, .. } = target;
    format!("{name}: {held} held by the guard: `sutler held --target {name}{of}` shows why")
}

/// What scripts rely on: these names and no others.
fn for_scripts(target: &TargetStatus) -> serde_json::Value {
    let mut told = json!({
        "name": target.name,
        "in_sync": target.in_sync,
        "pending": target.pending,
        "failed": target.failed,
        "held": target.held,
        "oldest_pending_deprovision_seconds": target.oldest_pending_deprovision_seconds,
    });
    // Only what is not as usual: paused, under maintenance, unreachable, in quarantine.
    if target.state != "healthy"
        && let Some(told) = told.as_object_mut()
    {
        told.insert("state".to_owned(), json!(target.state));
    }
    told
}

fn line(target: TargetStatus) -> Vec<String> {
    let oldest = target.oldest_pending_deprovision_seconds;
    vec![
        target.name,
        target.in_sync.to_string(),
        target.pending.to_string(),
        target.failed.to_string(),
        oldest.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s")),
        target.state,
    ]
}

async fn show_leavers(settings: &Settings, request: Request, json: bool) -> Result<()> {
    let Reply::Leavers { leavers, next } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        let leavers: Vec<_> = leavers.iter().map(leaver_for_scripts).collect();
        return output::json(&json!({
            "leavers": leavers, "truncated": next.is_some(), "next": next,
        }));
    }
    if leavers.is_empty() {
        say("Nobody is out.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = leavers.into_iter().map(leaver).collect();
    table(&["TARGET", "NAME", "STATE", "SINCE", "PROOF"], &rows);
    failed::say_next(next.as_deref());
    Ok(())
}

fn leaver_for_scripts(leaver: &Leaver) -> serde_json::Value {
    json!({
        "target": leaver.target,
        "id": leaver.id,
        "name": leaver.name,
        "state": leaver.state,
        "since": leaver.since,
        "proof": leaver.proof,
    })
}

fn leaver(leaver: Leaver) -> Vec<String> {
    let proof = leaver.proof.unwrap_or_else(|| "-".to_owned());
    vec![leaver.target, leaver.name, leaver.state, leaver.since, proof]
}
