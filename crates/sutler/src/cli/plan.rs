//! `sutler plan`: what would be done at the targets, before any of it is done.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Map, Value};
use sutler_model::plan::{PairPlan, Plan as Made, Planned, TargetPlan};

use super::apply::{self, Choice, planned};
use super::output::{json, say, table};
use super::{OfTenant, out_of_turn, refusal};
use crate::control::{Reply, Request, Session};
use crate::estate::Report;
use crate::settings::Settings;

/// How many resources are shown unless all are asked for.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(super) struct Plan {
    /// Only this target.
    #[arg(long, value_name = "TARGET")]
    target: Option<String>,
    /// Show every resource for which something would be done, not the first ones only.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    of: OfTenant,
    #[command(flatten)]
    choice: Choice,
}

impl Plan {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let file = self.choice.file.as_ref().map(|file| planned(file, &self.choice)).transpose()?;
        let about_file = file.is_some();
        let Self { target, of, .. } = self;
        let request = Request::Plan { tenant: of.tenant, target, file };
        let mut session = Session::open(settings, true).await?;
        let Reply::Plan { report, plan } = refusal(session.ask(request).await?)? else {
            return Err(out_of_turn());
        };
        let most = if self.all || self.choice.json { usize::MAX } else { SHOWN };
        let pairs = pairs(&mut session, &plan.id, most).await?;
        if self.choice.json {
            json(&whole(report.as_ref(), &plan, Some(pairs.as_slice()))?)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(report) = &report {
            apply::show(report, true);
        }
        show(&plan, &pairs, about_file);
        Ok(ExitCode::SUCCESS)
    }
}

/// Does exactly what a plan says.
pub(super) async fn apply(id: String, as_json: bool, settings: &Settings) -> Result<ExitCode> {
    let mut session = Session::open(settings, true).await?;
    let request = Request::ApplyPlan { id };
    let Reply::Plan { report, plan } = refusal(session.ask(request).await?)? else {
        return Err(out_of_turn());
    };
    if as_json {
        json(&whole(report.as_ref(), &plan, None)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(report) = &report {
        apply::show(report, false);
    }
    say(&format!("{} is under way. `sutler status` shows how far it has come.", plan.id));
    Ok(ExitCode::SUCCESS)
}

/// All of it for a script: what changes in the estate, as `apply` tells it, and beside it the
/// plan and its pairs.
fn whole(report: Option<&Report>, plan: &Made, pairs: Option<&[PairPlan]>) -> Result<Value> {
    let mut whole = match report {
        Some(report) => serde_json::to_value(report)?,
        None => Value::Object(Map::new()),
    };
    if let Value::Object(fields) = &mut whole {
        fields.insert("plan".to_owned(), serde_json::to_value(plan)?);
        let pairs = pairs.map(serde_json::to_value).transpose()?;
        fields.extend(pairs.map(|pairs| ("pairs".to_owned(), pairs)));
    }
    Ok(whole)
}

/// What a plan says about its first resources.
async fn pairs(session: &mut Session, id: &str, most: usize) -> Result<Vec<PairPlan>> {
    let mut all = Vec::new();
    while all.len() < most {
        let request = Request::Planned { id: id.to_owned(), after: all.len() };
        let Reply::Planned { pairs } = refusal(session.ask(request).await?)? else {
            return Err(out_of_turn());
        };
        if pairs.is_empty() {
            break;
        }
        all.extend(pairs);
    }
    all.truncate(most);
    Ok(all)
}

fn show(plan: &Made, pairs: &[PairPlan], about_file: bool) {
    if plan.targets.is_empty() {
        let why = if about_file { "no account would be touched" } else { "there is no target" };
        say(&format!("Nothing is planned: {why}."));
    }
    for target in &plan.targets {
        say("");
        say(&format!("At {}:", target.target));
        counts(target);
    }
    if !pairs.is_empty() {
        say("");
        table(&["TARGET", "ACTION", "NAME", "WHAT"], &pairs.iter().map(line).collect::<Vec<_>>());
    }
    let touched: u64 = plan.targets.iter().map(touched).sum();
    let shown = u64::try_from(pairs.len()).unwrap_or(u64::MAX);
    if touched > shown {
        say(&format!("… and {} more: `--all` shows them", touched - shown));
    }
    if about_file || touched > 0 {
        say("");
        say(&format!("To do exactly this: sutler apply {}", plan.id));
    }
}

/// One line a kind of action, with a bar as long as its share.
fn counts(target: &TargetPlan) {
    if target.counts.is_empty() {
        say("  nobody is concerned: nobody is routed there and in scope, or has an account");
    }
    let most = target.counts.values().copied().max().unwrap_or(0).max(1);
    for action in Planned::ALL {
        let Some(count) = target.counts.get(&action) else { continue };
        let width = usize::try_from((count * 30).div_ceil(most)).unwrap_or(30);
        say(&format!("  {:<16} {count:>9}  {}", action.word(), "#".repeat(width)));
    }
}

fn touched(target: &TargetPlan) -> u64 {
    let counts = target.counts.iter();
    counts.filter(|(action, _)| **action != Planned::Nothing).map(|(_, count)| count).sum()
}

fn line(pair: &PairPlan) -> Vec<String> {
    let what = match pair.action {
        Planned::Create | Planned::Update | Planned::Enable => values(&pair.set, &pair.clear),
        _ => pair.why.clone(),
    };
    vec![pair.target.clone(), pair.action.word().to_owned(), pair.name.clone(), what]
}

fn values(set: &BTreeMap<String, Value>, clear: &[String]) -> String {
    let set = set.iter().map(|(path, value)| format!("{path} = {value}"));
    let clear = clear.iter().map(|path| format!("{path} cleared"));
    set.chain(clear).collect::<Vec<_>>().join(", ")
}
