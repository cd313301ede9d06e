//! What the demo prints: how it went, and what to try next.

use std::path::Path;

use anyhow::Result;
use serde_json::{Value, json};
use sutler_model::Kind;
use sutler_model::patch::{Operation, PatchPath, Verb};
use sutler_model::path::AttributePath;
use sutler_scim::client::patch_body;

use super::load::Load;
use super::scene::Scene;
use crate::cli::say;
use crate::control::Context;

/// Who is added by the first line.
const NEWCOMER: &str = "grace.example";
/// The group that the second line puts the new user into.
const GROUP: &str = "Book Club";

/// Prints the summary, the address, a token, three lines to try, and three questions to ask.
pub(crate) async fn invite(
    context: &Context,
    scene: &Scene,
    load: &Load,
    (url, directory): (&str, &Path),
) -> Result<()> {
    summary(scene, load);
    let base = format!("{url}/scim/v2");
    say("");
    say(&format!("SCIM 2.0:  {base}"));
    say(&format!("Token:     {}", scene.token));
    let Some(group) = group(context).await? else {
        return Ok(());
    };
    say("");
    say("Try it in another terminal; each change is shown here as it arrives at the targets:");
    say(
        "(Pasted at once they may arrive as one: by design, who is added and deactivated before a target was reached gets no account there.)",
    );
    for line in lines(&base, &scene.token, &group) {
        say("");
        say(&line);
    }
    say("");
    say("Then ask why she is there or not, what would be done now, and how all stands:");
    say("");
    for question in questions(directory) {
        say(&question);
    }
    say("");
    Ok(())
}

/// Explain the user of the three lines, plan, status: of this program, as it was called.
fn questions(directory: &Path) -> [String; 3] {
    let program = std::env::args().next().unwrap_or_else(|| "sutler".to_owned());
    let data = directory.display();
    [format!("explain {NEWCOMER} crm"), "plan".to_owned(), "status".to_owned()]
        .map(|question| format!("{program} {question} --data {data}"))
}

fn summary(scene: &Scene, load: &Load) {
    let (mut created, mut updated) = (0, 0);
    for (_, target) in scene.targets() {
        let counters = target.counters();
        created += counters.creates;
        updated += counters.updates;
    }
    let pending: u64 = load.targets.iter().map(|target| target.pending).sum();
    let failed: u64 = load.targets.iter().map(|target| target.failed).sum();
    let millis = u64::try_from(load.took).unwrap_or(0).max(1);
    let tenths = (created + updated) * 10_000 / millis;
    say(&format!(
        "{} people and {} groups came in ({} created, {} updated) and were provisioned to {} targets in {}.{} s",
        load.people,
        load.groups,
        load.imported.created,
        load.imported.updated,
        load.targets.len(),
        millis / 1000,
        millis % 1000 / 100
    ));
    say(&format!(
        "created {created}, updated {updated}, pending {pending}, failed {failed}; {}.{} changes per second",
        tenths / 10,
        tenths % 10
    ));
    for (name, target) in scene.targets() {
        let counters = target.counters();
        let status = load.targets.iter().find(|status| status.name == name);
        say(&format!(
            "  {name:<6} {} users, {} groups; in sync {}; {} of {} requests met a fault",
            counters.users,
            counters.groups,
            status.map_or(0, |status| status.in_sync),
            counters.faults,
            counters.requests
        ));
    }
}

async fn group(context: &Context) -> Result<Option<String>> {
    let estate = context.ports.estate.current();
    let Some(provider) = estate.service_providers.first() else {
        return Ok(None);
    };
    let caller = crate::import::caller(&estate, provider);
    let found = context.provisioner.find(&caller, Kind::Group, GROUP).await?;
    Ok(found.map(|group| group.uid.0))
}

/// Add a user and keep the id, put the user into a group, deactivate the user.
fn lines(base: &str, token: &str, group: &str) -> [String; 3] {
    let curl = format!(
        "curl -s -H 'Authorization: Bearer {token}' -H 'Content-Type: application/scim+json'"
    );
    let user = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{NEWCOMER}","name":{{"givenName":"Grace","familyName":"Example"}},"active":true}}"#
    );
    let add = patch(Verb::Add, "members", json!([{ "value": "'$ID'" }]));
    let off = patch(Verb::Replace, "active", json!(false));
    [
        format!(
            r#"ID=$({curl} -X POST {base}/Users -d '{user}' | sed -n 's/.*"id":"\([^"]*\)".*/\1/p'); echo "user $ID""#
        ),
        format!("{curl} -X PATCH {base}/Groups/{group} -d '{add}'; echo"),
        format!("{curl} -X PATCH {base}/Users/$ID -d '{off}'; echo"),
    ]
}

/// The body of a PATCH with one operation.
fn patch(verb: Verb, attribute: &str, value: Value) -> Value {
    let path = PatchPath { path: AttributePath::core(attribute, None), filter: None };
    patch_body(&[Operation { verb, path: Some(path), value: Some(value) }])
}
