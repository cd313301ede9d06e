//! `sutler audit`: what administrators have ordered, and whether the trail of it is whole.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};
use sutler_model::audit::{ChainLine, EntryLine};
use sutler_model::port::Clock;

use super::output::{self, complain, say, table};
use super::span::{Since, since};
use super::{ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::rim::SystemClock;
use crate::settings::Settings;

/// How much of the details a line shows, in characters.
const SHOWN: usize = 80;

#[derive(clap::Args)]
pub(super) struct Audit {
    /// Only of this tenant [default: all, and the installation].
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// Only from then on: `7d`, `12h`, or a moment such as 2026-01-31T08:00:00Z.
    #[arg(long, value_name = "SPAN", value_parser = since)]
    since: Option<Since>,
    /// Only this act: `estate.apply`, `token.create`, `target.retry`.
    #[arg(long, value_name = "ACT")]
    act: Option<String>,
    /// Only what this one ordered.
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// How many at most, the newest.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    limit: u16,
    /// Walk along the whole trail, and name the first row that is not as it was written.
    #[arg(long, conflicts_with_all = ["tenant", "since", "act", "actor"])]
    verify: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        if self.verify {
            return verify(settings, self.json).await;
        }
        let now = SystemClock::new().now();
        let request = Request::Trail {
            tenant: self.tenant,
            act: self.act,
            actor: self.actor,
            since: self.since.map(|since| since.moment(now).0),
            limit: usize::from(self.limit),
        };
        let Reply::Trail { rows, truncated } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        if self.json {
            output::json(&json!({ "rows": rows, "truncated": truncated }))?;
            return Ok(ExitCode::SUCCESS);
        }
        if rows.is_empty() {
            say("Nothing was ordered.");
            return Ok(ExitCode::SUCCESS);
        }
        let lines: Vec<Vec<String>> = rows.into_iter().map(line).collect();
        table(&["ROW", "AT", "WHO", "VIA", "DID", "TO", "TENANT", "OUTCOME", "DETAILS"], &lines);
        if truncated {
            complain(&format!(
                "There are older ones than these {}: `--limit` shows more.",
                self.limit
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn line(row: EntryLine) -> Vec<String> {
    let details = Value::Object(row.details).to_string();
    let mut shown: String = details.chars().take(SHOWN).collect();
    if shown.len() < details.len() {
        shown.push('…');
    }
    vec![
        row.seq.to_string(),
        row.at,
        row.actor,
        row.via,
        row.act,
        row.object,
        row.tenant.unwrap_or_else(|| "-".to_owned()),
        row.outcome,
        if shown == "{}" { String::new() } else { shown },
    ]
}

async fn verify(settings: &Settings, json: bool) -> Result<ExitCode> {
    let Reply::TrailVerified { chains } = ask(settings, Request::TrailVerify).await? else {
        return Err(out_of_turn());
    };
    let whole = chains.iter().all(|chain| chain.broken.is_none());
    if json {
        output::json(&json!({ "ok": whole, "chains": chains }))?;
    } else {
        show(&chains);
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(chains: &[ChainLine]) {
    if chains.is_empty() {
        say("Nothing was ordered yet.");
    }
    for chain in chains {
        let whose = chain.tenant.as_ref();
        let whose = whose.map_or_else(|| "the installation".to_owned(), |t| format!("tenant {t}"));
        match &chain.broken {
            None => {
                let rows = if chain.rows == 1 { "row" } else { "rows" };
                say(&format!("ok    {whose}: {} {rows}, head {}", chain.rows, chain.head));
            }
            Some(broken) => {
                let place = if broken.seq == 0 {
                    "at its beginning".to_owned()
                } else {
                    format!("at row {}", broken.seq)
                };
                say(&format!("FAIL  {whose}: broken {place}: {}", broken.why));
            }
        }
    }
    if chains.iter().any(|chain| chain.broken.is_some()) {
        complain("The trail was changed outside of Sutler: compare it with a backup.");
    } else if !chains.is_empty() {
        say("Keep the heads elsewhere: who makes a whole chain anew cannot make the same head.");
    }
}
