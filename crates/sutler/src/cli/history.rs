//! `sutler history`: what was delivered, step by step.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};
use sutler_model::history::{Changed, Exchange, Recorded, Step};

use super::output::{self, say, table};
use super::{OfTenant, out_of_turn, refusal};
use crate::control::{Reply, Request, Session};
use crate::settings::Settings;
use crate::span::milliseconds;

#[derive(clap::Args)]
pub(super) struct History {
    /// Only of this user or group: `userName`, `displayName` or id.
    #[arg(value_name = "RESOURCE")]
    resource: Option<String>,
    #[command(flatten)]
    of: OfTenant,
    /// Only at this target.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Only with this outcome.
    #[arg(long, value_name = "OUTCOME", value_parser = OUTCOMES)]
    outcome: Option<String>,
    /// Only what is not older: `1h`, `30m`, `7d`.
    #[arg(long, value_name = "SPAN", value_parser = milliseconds)]
    since: Option<i64>,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Only what lies before this number: the next page.
    #[arg(long, value_name = "NUMBER")]
    before: Option<i64>,
    /// Show the steps of each: attributes before and after, requests and answers.
    #[arg(short, long)]
    verbose: bool,
    /// Print JSON, steps included.
    #[arg(long)]
    json: bool,
}

const OUTCOMES: [&str; 6] = ["done", "refused", "retry", "unknown", "waits", "abandoned"];

impl History {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let (json, verbose) = (self.json, self.verbose);
        let wanted = self.limit;
        let deliveries = self.ask(settings).await?;
        let last = deliveries.last().map(|last| last.id);
        let next = last.filter(|_| deliveries.len() >= wanted);
        if json {
            let all: Vec<Value> = deliveries.iter().map(for_scripts).collect();
            output::json(&json!({ "deliveries": all, "next": next }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if deliveries.is_empty() {
            say("Nothing was delivered that is still remembered and fits.");
        } else if verbose {
            deliveries.iter().for_each(show);
        } else {
            let rows: Vec<Vec<String>> = deliveries.iter().map(line).collect();
            table(&["AT", "TARGET", "NAME", "DID", "OUTCOME", "STATUS", "TOOK", "WHAT"], &rows);
        }
        if let Some(next) = next {
            say(&format!("Older ones: the same command with `--before {next}`."));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Page by page, until there is enough.
    async fn ask(self, settings: &Settings) -> Result<Vec<Recorded>> {
        let mut session = Session::open(settings, false).await?;
        let mut found: Vec<Recorded> = Vec::new();
        while found.len() < self.limit {
            let request = Request::History {
                tenant: self.of.tenant.clone(),
                target: self.target.clone(),
                resource: self.resource.clone(),
                outcome: self.outcome.clone(),
                since: self.since,
                before: found.last().map(|last| last.id).or(self.before),
                limit: self.limit - found.len(),
            };
            let Reply::History { deliveries } = refusal(session.ask(request).await?)? else {
                return Err(out_of_turn());
            };
            if deliveries.is_empty() {
                break;
            }
            found.extend(deliveries);
        }
        Ok(found)
    }
}

/// What scripts rely on.
fn for_scripts(one: &Recorded) -> Value {
    let delivery = &one.delivery;
    json!({
        "number": one.id,
        "at": delivery.at.rfc3339(),
        "target": one.target,
        "id": one.uid,
        "name": one.name,
        "did": delivery.action,
        "outcome": delivery.outcome,
        "status": delivery.status,
        "took_ms": delivery.took,
        "note": delivery.note,
        "steps": delivery.steps,
    })
}

fn line(one: &Recorded) -> Vec<String> {
    let delivery = &one.delivery;
    vec![
        delivery.at.rfc3339(),
        one.target.clone(),
        one.name.clone(),
        delivery.action.clone(),
        delivery.outcome.clone(),
        delivery.status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
        format!("{} ms", delivery.took),
        delivery.note.clone().unwrap_or_else(|| paths(&delivery.steps)),
    ]
}

/// The attributes that were changed, a few by name.
fn paths(steps: &[Step]) -> String {
    const SHOWN: usize = 3;
    let all: Vec<&str> =
        steps.iter().flat_map(|step| &step.changes).map(|change| change.path.as_str()).collect();
    let shown = all.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn show(one: &Recorded) {
    let delivery = &one.delivery;
    say(&format!(
        "{}  {} at {}: {}, {} ({} ms)",
        delivery.at.rfc3339(),
        one.name,
        one.target,
        delivery.action,
        delivery.outcome,
        delivery.took
    ));
    if let Some(note) = &delivery.note {
        say(&format!("  {note}"));
    }
    if delivery.steps.is_empty() {
        say("  its steps are no longer kept");
    }
    delivery.steps.iter().for_each(show_step);
}

fn show_step(step: &Step) {
    say(&format!("  {} {} ({} ms)", step.action, step.outcome, step.took));
    for change in &step.changes {
        say(&format!("    {}", changed(change)));
    }
    step.exchanges.iter().for_each(show_exchange);
}

/// One attribute, before and after, in a line.
pub(super) fn changed(change: &Changed) -> String {
    let text = |value: &Option<Value>| value.as_ref().map_or("(none)".to_owned(), Value::to_string);
    let before = if change.seen { text(&change.before) } else { "?".to_owned() };
    format!("{}: {before} → {}", change.path, text(&change.after))
}

fn show_exchange(exchange: &Exchange) {
    let status = exchange.status.map_or_else(|| "no answer".to_owned(), |code| code.to_string());
    say(&format!("    > {} {}", exchange.method, exchange.path));
    if let Some(request) = &exchange.request {
        say(&format!("      {request}"));
    }
    say(&format!("    < {status} ({} ms)", exchange.took));
    if let Some(answer) = &exchange.answer {
        say(&format!("      {answer}"));
    }
}
