//! `sutler status --failed`: what waits for a person, by cause and one by one.

use anyhow::Result;
use serde_json::{Value, json};
use sutler_engine::admin::tenant_option;
use sutler_engine::failures::FailedGroup;
use sutler_model::delivery::FailedPair;

use super::output::{self, say};
use super::{ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

/// Up to this many pairs are shown one by one without being asked to.
const FEW: usize = 20;

/// Shows the groups, and the pairs if they are few, asked for, or a further page.
pub(super) async fn show(
    settings: &Settings,
    request: Request,
    each: bool,
    json: bool,
) -> Result<()> {
    let further = matches!(request, Request::Failed { after: Some(_), .. });
    let of = match &request {
        Request::Failed { tenant, .. } => tenant_option(tenant),
        _ => String::new(),
    };
    let Reply::Failed { pairs, groups, next } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        let pairs: Vec<Value> = pairs.iter().map(|pair| for_scripts(pair, &of)).collect();
        let groups: Vec<Value> = groups.iter().map(group_for_scripts).collect();
        return output::json(&json!({
            "failed": pairs, "groups": groups, "truncated": next.is_some(), "next": next,
        }));
    }
    if pairs.is_empty() {
        say("Nothing waits for a person.");
        return Ok(());
    }
    for group in &groups {
        show_group(group, &of);
    }
    if each || further || pairs.len() <= FEW {
        for pair in &pairs {
            show_pair(pair, &of);
        }
        say_next(next.as_deref());
    } else {
        say("`--each` lists them one by one.");
    }
    Ok(())
}

/// Says how the next page is had.
pub(super) fn say_next(next: Option<&str>) {
    if let Some(next) = next {
        say(&format!("There are more: the same command with `--after {next}`."));
    }
}

fn show_group(group: &FailedGroup, of: &str) {
    let FailedGroup { target, cause, words, count, example } = group;
    say(&format!("{count} × {cause} at {target}: {words}"));
    if *count > 1 {
        say(&format!("    for example {} {} ({})", example.kind, example.name, example.id));
        say(&format!(
            "    all of this cause: `sutler retry --target {target}{of} --cause {cause}`"
        ));
    }
}

fn show_pair(pair: &FailedPair, of: &str) {
    let FailedPair { target, kind, name, id, tries, cause, detail, .. } = pair;
    say(&format!("{target}: {kind} {name} ({id}), tried {tries} times"));
    say(&format!("    {cause}: {detail}"));
    say(&format!("    {}", advice(pair, of)));
}

fn for_scripts(pair: &FailedPair, of: &str) -> Value {
    json!({
        "target": pair.target,
        "id": pair.id,
        "kind": pair.kind,
        "name": pair.name,
        "cause": pair.cause,
        "detail": pair.detail,
        "tries": pair.tries,
        "advice": advice(pair, of),
    })
}

fn group_for_scripts(group: &FailedGroup) -> Value {
    json!({
        "target": group.target,
        "cause": group.cause,
        "words": group.words,
        "count": group.count,
        "example": { "id": group.example.id, "kind": group.example.kind, "name": group.example.name },
    })
}

/// What a person can do about it, in a tenant of which commands say so.
fn advice(pair: &FailedPair, of: &str) -> String {
    let again = format!("`sutler retry --target {}{of} --id {}`", pair.target, pair.id);
    match pair.cause.as_str() {
        "taken" | "exists" => format!(
            "another account there holds this name: rename or remove it there, or rename the resource here; then {again}"
        ),
        "rejected" => format!(
            "correct what the target objects to, in the resource or at the target: a change here is sent by itself; else {again}"
        ),
        "unsupported" => format!(
            "the target cannot do this at all: see `sutler check --target {}{of}`, then {again}",
            pair.target
        ),
        "auth" => format!(
            "the target refuses our credentials: see `sutler check --target {}{of}`, put new ones where the estate refers to and apply it; then {again}",
            pair.target
        ),
        _ => format!("when the reason is gone: {again}"),
    }
}
