//! `sutler held`, `release` and `reject`: what the guard holds, and what a person says to it.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use sutler_engine::admin::{WaveLine, tenant_option};
use sutler_model::guard::{Excess, HeldPair, Loss, WaveState};

use super::output::{self, say, table};
use super::{OfTenant, ask, out_of_turn};
use crate::control::{Reply, Request, Session};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Held {
    /// List everybody in this wave.
    #[arg(value_name = "WAVE", conflicts_with = "target")]
    wave: Option<i64>,
    #[command(flatten)]
    of: OfTenant,
    /// Only at this target.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Held {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { wave, of, target, json } = self;
        match wave {
            Some(wave) => list(settings, of.tenant, wave, json).await?,
            None => show(settings, Request::Waves { tenant: of.tenant, target }, json).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn show(settings: &Settings, request: Request, json: bool) -> Result<()> {
    let of = match &request {
        Request::Waves { tenant, .. } => tenant_option(tenant),
        _ => String::new(),
    };
    let Reply::Waves { waves } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "waves": waves }));
    }
    if waves.is_empty() {
        say("The guard holds nothing.");
    }
    for wave in &waves {
        say(&format!("wave {} at {}: {}", wave.wave, wave.target, counts(wave)));
        say(&format!("  why     {}", why(wave)));
        say(&format!("  since   {}", wave.since));
        say(&format!("  who     {}", names(wave)));
        for line in next(wave, &of) {
            say(&line);
        }
    }
    Ok(())
}

/// What a person can do about a wave, in a tenant of which commands say so.
fn next(wave: &WaveLine, of: &str) -> Vec<String> {
    let number = wave.wave;
    match wave.state {
        WaveState::Held => vec![
            format!("  do      `sutler held {number}{of}` lists everybody"),
            format!("          `sutler release {number}{of}` lets it happen"),
            format!("          `sutler reject {number}{of} --yes` keeps them as they are"),
        ],
        WaveState::Counting => vec!["  do      nothing yet: it is still being counted".to_owned()],
        WaveState::Releasing => vec!["  do      nothing: it is being released".to_owned()],
        WaveState::Rejecting => vec!["  do      nothing: it is being rejected".to_owned()],
    }
}

fn counts(wave: &WaveLine) -> String {
    let of = |loss: Loss| wave.held.get(loss.key()).map(|n| format!("{n} {}", lost(loss, *n)));
    Loss::ALL.into_iter().filter_map(of).collect::<Vec<_>>().join(", ")
}

/// What is lost, of so many pairs.
fn lost(loss: Loss, pairs: u64) -> &'static str {
    match (loss, pairs) {
        (Loss::Disabled, 1) => "account to be disabled",
        (Loss::Disabled, _) => "accounts to be disabled",
        (Loss::Deleted, 1) => "account to be deleted",
        (Loss::Deleted, _) => "accounts to be deleted",
        (Loss::Removed, 1) => "group to lose members",
        (Loss::Removed, _) => "groups to lose members",
        (Loss::Scope, 1) => "account out of scope",
        (Loss::Scope, _) => "accounts out of scope",
    }
}

fn why(wave: &WaveLine) -> String {
    let source = match (wave.by_sweep, wave.source.as_str()) {
        (_, "") => "the target's rules".to_owned(),
        (true, by) => format!("a change by {by} that touches many"),
        (false, by) => format!("changes by {by}"),
    };
    match wave.excess {
        None => source,
        Some(excess) => format!("{source}: {}", exceeded(excess)),
    }
}

fn exceeded(excess: Excess) -> String {
    let Excess { loss, came, gone, allowed, accounts } = excess;
    format!(
        "{came} came at once after {gone} within 24 hours, and {allowed} are allowed (`guard.{}`; the target has {accounts} accounts)",
        loss.key()
    )
}

fn names(wave: &WaveLine) -> String {
    let all: u64 = wave.held.values().sum();
    let shown = u64::try_from(wave.names.len()).unwrap_or(u64::MAX);
    let names = wave.names.join(", ");
    match all.saturating_sub(shown) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}

/// Everybody in a wave, page by page.
async fn list(settings: &Settings, tenant: String, wave: i64, json: bool) -> Result<()> {
    let mut session = Session::open(settings, false).await?;
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let request = Request::Held { tenant: tenant.clone(), wave, after };
        let Reply::Held { pairs, last } = super::refusal(session.ask(request).await?)? else {
            return Err(out_of_turn());
        };
        after = pairs.last().map_or(after, |pair| pair.rid.0);
        all.extend(pairs);
        if last {
            break;
        }
    }
    if json {
        let held: Vec<_> = all.iter().map(for_scripts).collect();
        return output::json(&json!({ "wave": wave, "held": held }));
    }
    let row = |pair: HeldPair| {
        vec![pair.name, pair.kind, lost(pair.loss, 1).to_owned(), pair.since, pair.id.0]
    };
    let rows: Vec<Vec<String>> = all.into_iter().map(row).collect();
    table(&["NAME", "KIND", "WHAT", "SINCE", "ID"], &rows);
    Ok(())
}

fn for_scripts(pair: &HeldPair) -> serde_json::Value {
    json!({
        "id": pair.id,
        "kind": pair.kind,
        "name": pair.name,
        "loss": pair.loss,
        "since": pair.since,
    })
}

#[derive(clap::Args)]
pub(super) struct Release {
    #[command(flatten)]
    what: What,
}

impl Release {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let (wave, json) = (self.what.wave, self.what.json);
        let of = tenant_option(&self.what.of.tenant);
        let count = self.what.say(settings, true).await?;
        if json {
            output::json(&json!({ "wave": wave, "released": count }))?;
        } else {
            say(&format!(
                "Released: {count} of wave {wave}. `sutler status{of}` shows how far it is."
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

#[derive(clap::Args)]
pub(super) struct Reject {
    #[command(flatten)]
    what: What,
    /// Do it: what is rejected is forgotten, and the target keeps what it has.
    #[arg(long)]
    yes: bool,
}

impl Reject {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let (wave, json) = (self.what.wave, self.what.json);
        let of = tenant_option(&self.what.of.tenant);
        if !self.yes {
            anyhow::bail!(
                "nothing was rejected: the target would keep accounts that it should not have, until they change again. `sutler held {wave}{of}` lists them; add `--yes` to reject them"
            );
        }
        let count = self.what.say(settings, false).await?;
        if json {
            output::json(&json!({ "wave": wave, "rejected": count }))?;
        } else {
            say(&format!("Rejected: {count} of wave {wave} stay at the target as they are."));
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// About what something is said.
#[derive(clap::Args)]
struct What {
    /// The wave, as `sutler held` shows it.
    #[arg(value_name = "WAVE")]
    wave: i64,
    /// Only these of it, by their ids.
    #[arg(long, value_name = "ID", num_args = 1..)]
    only: Option<Vec<String>>,
    #[command(flatten)]
    of: OfTenant,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl What {
    async fn say(self, settings: &Settings, release: bool) -> Result<u64> {
        let Self { wave, only, of, .. } = self;
        let tenant = of.tenant;
        let request = Request::Verdict { tenant, wave, only, release };
        match ask(settings, request).await? {
            Reply::Count { count } => Ok(count),
            _ => Err(out_of_turn()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_to_do_about_a_wave_names_the_tenant() {
        let wave = WaveLine {
            wave: 7,
            target: "app".to_owned(),
            state: WaveState::Held,
            source: "hr".to_owned(),
            by_sweep: false,
            since: String::new(),
            held: BTreeMap::new(),
            excess: None,
            names: vec![],
        };
        for (tenant, of) in [("default", ""), ("acme", " --tenant acme")] {
            let lines = next(&wave, &tenant_option(tenant)).join("\n");
            for command in ["held 7", "release 7", "reject 7"] {
                assert!(lines.contains(&format!("`sutler {command}{of}")), "{lines}");
            }
        }
    }
}
