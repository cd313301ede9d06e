//! `sutler status`: how the targets stand, who waits for a person, who is out.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use sutler_model::delivery::{FailedPair, Leaver, TargetStatus};

use super::output::{self, say, table};
use super::{OfTenant, ask, out_of_turn};
use crate::control::{Reply, Request, StreamLine};
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
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// What is shown instead of the targets.
#[derive(clap::Args)]
struct List {
    /// List what waits for a person, with the reason and what to do.
    #[arg(long, conflicts_with_all = ["leavers", "events"])]
    failed: bool,
    /// List who is out, pending or confirmed, and since when.
    #[arg(long)]
    leavers: bool,
    /// Show the event streams: what waits in each, what it lost, and why it is stuck.
    #[arg(long, conflicts_with_all = ["leavers", "target"])]
    events: bool,
}

impl Status {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { of, target, list, json } = self;
        let tenant = of.tenant;
        if list.events {
            show_streams(settings, tenant, json).await?;
        } else if list.failed {
            show_failed(settings, Request::Failed { tenant, target }, json).await?;
        } else if list.leavers {
            show_leavers(settings, Request::Leavers { tenant, target }, json).await?;
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
    let Reply::Status { mut targets } = ask(settings, Request::Status { tenant }).await? else {
        return Err(out_of_turn());
    };
    if let Some(only) = only {
        targets.retain(|target| target.name == only);
        if targets.is_empty() {
            anyhow::bail!("there is no target `{only}`: `sutler status` lists them all");
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
    let held: Vec<String> = targets.iter().filter(|target| target.held > 0).map(held).collect();
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
fn held(target: &TargetStatus) -> String {
    let TargetStatus { name, held, .. } = target;
    format!("{name}: {held} held by the guard: `sutler held --target {name}` shows why")
}

/// What scripts rely on: these names and no others.
fn for_scripts(target: &TargetStatus) -> serde_json::Value {
    json!({
        "name": target.name,
        "in_sync": target.in_sync,
        "pending": target.pending,
        "failed": target.failed,
        "held": target.held,
        "oldest_pending_deprovision_seconds": target.oldest_pending_deprovision_seconds,
    })
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

async fn show_failed(settings: &Settings, request: Request, json: bool) -> Result<()> {
    let Reply::Failed { pairs, truncated } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        let pairs: Vec<_> =
            pairs.iter().map(|pair| (pair, advice(pair))).map(with_advice).collect();
        return output::json(&json!({ "failed": pairs, "truncated": truncated }));
    }
    if pairs.is_empty() {
        say("Nothing waits for a person.");
    }
    for pair in &pairs {
        let tries = pair.tries;
        say(&format!(
            "{}: {} {} ({}), tried {tries} times",
            pair.target, pair.kind, pair.name, pair.id
        ));
        say(&format!("    {}: {}", pair.cause, pair.detail));
        say(&format!("    {}", advice(pair)));
    }
    say_if_truncated(truncated, pairs.len());
    Ok(())
}

fn with_advice((pair, advice): (&FailedPair, String)) -> serde_json::Value {
    json!({
        "target": pair.target,
        "id": pair.id,
        "kind": pair.kind,
        "name": pair.name,
        "cause": pair.cause,
        "detail": pair.detail,
        "tries": pair.tries,
        "advice": advice,
    })
}

/// What a person can do about it.
fn advice(pair: &FailedPair) -> String {
    let again = format!("`sutler retry --target {} --id {}`", pair.target, pair.id);
    match pair.cause.as_str() {
        "taken" | "exists" => format!(
            "another account there holds this name: rename or remove it there, or rename the resource here; then {again}"
        ),
        "rejected" => format!(
            "correct what the target objects to, in the resource or at the target: a change here is sent by itself; else {again}"
        ),
        "unsupported" => format!(
            "the target cannot do this at all: see `sutler check --target {}`, then {again}",
            pair.target
        ),
        "auth" => format!(
            "the target refuses our credentials: see `sutler check --target {}`, put new ones where the estate refers to and apply it; then {again}",
            pair.target
        ),
        _ => format!("when the reason is gone: {again}"),
    }
}

async fn show_leavers(settings: &Settings, request: Request, json: bool) -> Result<()> {
    let Reply::Leavers { leavers, truncated } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "leavers": leavers, "truncated": truncated }));
    }
    if leavers.is_empty() {
        say("Nobody is out.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = leavers.into_iter().map(leaver).collect();
    table(&["TARGET", "NAME", "STATE", "SINCE", "PROOF"], &rows);
    say_if_truncated(truncated, rows.len());
    Ok(())
}

fn say_if_truncated(truncated: bool, shown: usize) {
    if truncated {
        say(&format!(
            "These are the first {shown}, and there are more: `--target` shows those of one target, `sutler status` counts them all."
        ));
    }
}

fn leaver(leaver: Leaver) -> Vec<String> {
    let proof = leaver.proof.unwrap_or_else(|| "-".to_owned());
    vec![leaver.target, leaver.name, leaver.state, leaver.since, proof]
}
