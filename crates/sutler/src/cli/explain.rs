//! `sutler explain`: why somebody is, or is not, at a target, and what is next.

use std::process::ExitCode;

use anyhow::Result;
use sutler_engine::admin::tenant_option;
use sutler_model::delivery::Delivery;
use sutler_model::explanation::{Explanation, Pending};

use super::output::{self, say, table};
use super::{OfTenant, ask, history, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Explain {
    #[command(flatten)]
    pair: Pair,
}

impl Explain {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let explain = |tenant, target, resource| Request::Explain { tenant, target, resource };
        self.pair.explained(settings, explain).await
    }
}

/// One resource at one target, which a command is about and then tells of.
#[derive(clap::Args)]
pub(super) struct Pair {
    /// A user or a group: `userName`, `displayName` or id. Who was deleted has an id only.
    #[arg(value_name = "RESOURCE")]
    resource: String,
    /// At which target.
    #[arg(value_name = "TARGET")]
    target: String,
    #[command(flatten)]
    of: OfTenant,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Pair {
    /// Has the command carried out, and shows how the pair stands after it.
    pub(super) async fn explained(
        self,
        settings: &Settings,
        request: impl Fn(String, String, String) -> Request,
    ) -> Result<ExitCode> {
        let Self { resource, target, of, json } = self;
        let option = tenant_option(&of.tenant);
        let request = request(of.tenant, target, resource);
        let Reply::Explained { explanation } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        if json {
            output::json(&explanation)?;
        } else {
            show(&explanation, &option);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(explanation: &Explanation, of: &str) {
    let Explanation { target, id, kind, name, .. } = explanation;
    say(&format!("{} {name} ({id}) at {target}", kind.name()));
    for step in &explanation.steps {
        say(&format!("  {:<9} {}", step.rule, step.says));
    }
    show_values(explanation);
    if let Some(pending) = &explanation.pending {
        say(&format!("  {:<9} {}", "pending", pending_line(pending)));
    }
    say(&format!("  {:<9} {}", "next", explanation.next));
    if let Some(advice) = &explanation.advice {
        say(&format!("  {:<9} {advice}", "do"));
    }
    if !explanation.deliveries.is_empty() {
        say("");
        let rows: Vec<Vec<String>> = explanation.deliveries.iter().map(delivery).collect();
        table(&["AT", "DID", "OUTCOME", "STATUS", "TOOK", "NOTE"], &rows);
        show_last(&explanation.deliveries, id, of);
    }
}

/// What the last delivery that changed something has changed.
fn show_last(deliveries: &[Delivery], id: &str, of: &str) {
    let changed = deliveries.iter().find(|one| one.steps.iter().any(|s| !s.changes.is_empty()));
    let Some(last) = changed else { return };
    say("");
    let at = last.at.rfc3339();
    say(&format!("Changed at {at}; `sutler history {id}{of} -v` shows all of it:"));
    for change in last.steps.iter().flat_map(|step| &step.changes) {
        say(&format!("  {}", history::changed(change)));
    }
}

/// Each attribute that the target should hold; what differs from what it has is marked.
fn show_values(explanation: &Explanation) {
    for (path, value) in &explanation.values {
        let mark = if explanation.differs.contains(path) { "*" } else { " " };
        say(&format!("  {mark}         {path} = {value}"));
    }
    for path in &explanation.clears {
        say(&format!("  *         {path} is to be cleared"));
    }
}

fn pending_line(pending: &Pending) -> String {
    let Pending { lane, state, tries, owes, detail, leaving_since, .. } = pending;
    let mut parts = vec![format!("{state} in the lane `{lane}`")];
    parts.extend((*tries > 0).then(|| format!("tried {tries} times")));
    parts.extend(detail.as_ref().map(|detail| format!("last: {detail}")));
    parts.extend((!owes.is_empty()).then(|| format!("owed: {}", owes.join(", "))));
    parts.extend(leaving_since.as_ref().map(|since| format!("a deprovision since {since}")));
    parts.join("; ")
}

fn delivery(delivery: &Delivery) -> Vec<String> {
    vec![
        delivery.at.rfc3339(),
        delivery.action.clone(),
        delivery.outcome.clone(),
        delivery.status.map_or_else(|| "-".to_owned(), |status| status.to_string()),
        format!("{} ms", delivery.took),
        delivery.note.clone().unwrap_or_default(),
    ]
}
