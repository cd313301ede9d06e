//! Whether the targets hold what Sutler holds: attribute by attribute, ids, `meta` and
//! `externalId` aside, references by whom they name.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use serde_json::{Map, Value};
use sutler_engine::provision::Caller;
use sutler_model::query::Start;
use sutler_model::resource::Resource;
use sutler_model::{Kind, schema};

use super::scene::{SERVICE_PROVIDER, Scene};
use crate::control::Context;
use crate::import;

/// Resources in a page.
const PAGE: usize = 500;

/// People and groups by name, without what differs by nature.
type Directory = BTreeMap<String, Value>;

/// The names of what differs at a target, with the target's name in front.
pub(crate) async fn equal_everywhere(context: &Context, scene: &Scene) -> Result<Vec<String>> {
    let ours = ours(context).await?;
    let mut different = Vec::new();
    for (name, target) in scene.targets() {
        let theirs = theirs(&target.state());
        let mut names: Vec<&String> = ours.keys().chain(theirs.keys()).collect();
        names.sort();
        names.dedup();
        let differs = names.into_iter().filter(|key| ours.get(*key) != theirs.get(*key));
        different.extend(differs.map(|key| format!("{name}: {key}")));
    }
    Ok(different)
}

async fn ours(context: &Context) -> Result<Directory> {
    let estate = context.ports.estate.current();
    let provider = estate
        .service_providers
        .iter()
        .find(|provider| provider.name == SERVICE_PROVIDER)
        .ok_or_else(|| anyhow::anyhow!("the demo's service provider is gone"))?;
    let caller = import::caller(&estate, provider);
    let mut resources = all(context, &caller, Kind::User).await?;
    resources.extend(all(context, &caller, Kind::Group).await?);
    let names: HashMap<String, String> = resources
        .iter()
        .map(|resource| (resource.uid.0.clone(), name(resource.kind, &resource.body)))
        .collect();
    let mut directory = Directory::new();
    for resource in resources {
        let mut body = resource.body.clone();
        if resource.kind == Kind::Group {
            let members = context.provisioner.members(&resource, None, false).await?;
            let members = members.iter().map(|member| serde_json::json!({ "value": member.uid.0 }));
            body.insert("members".to_owned(), members.collect());
        }
        directory.insert(name(resource.kind, &body), comparable(body, &names));
    }
    Ok(directory)
}

async fn all(context: &Context, caller: &Caller, kind: Kind) -> Result<Vec<Resource>> {
    let mut resources = Vec::new();
    let mut start = Start::Offset(0);
    loop {
        let found = context.provisioner.search(caller, &[kind], None, None, start, PAGE).await?;
        resources.extend(found.resources);
        match found.next {
            Some(position) => start = Start::After { position, total: found.total },
            None => return Ok(resources),
        }
    }
}

fn theirs(state: &Value) -> Directory {
    let list = |key: &str, kind: Kind| {
        let resources = state.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        resources
            .into_iter()
            .filter_map(move |resource| Some((kind, resource.as_object()?.clone())))
    };
    let resources: Vec<(Kind, Map<String, Value>)> =
        list("Users", Kind::User).chain(list("Groups", Kind::Group)).collect();
    let names: HashMap<String, String> = resources
        .iter()
        .filter_map(|(kind, body)| Some((body.get("id")?.as_str()?.to_owned(), name(*kind, body))))
        .collect();
    resources
        .into_iter()
        .map(|(kind, body)| (name(kind, &body), comparable(body, &names)))
        .collect()
}

fn name(kind: Kind, body: &Map<String, Value>) -> String {
    let key = if kind == Kind::User { "userName" } else { "displayName" };
    let name = body.get(key).and_then(Value::as_str).unwrap_or_default();
    format!("{} {name}", kind.name())
}

/// A body without what differs by nature, with names in place of ids.
fn comparable(mut body: Map<String, Value>, names: &HashMap<String, String>) -> Value {
    for key in ["id", "externalId", "meta", "schemas", "groups", "active"] {
        // `active` is true for all of the sample; a group has none.
        if key != "active" || body.get(key) == Some(&Value::Bool(true)) {
            body.remove(key);
        }
    }
    let named = |reference: &Value| {
        let id = reference.get("value").and_then(Value::as_str).unwrap_or_default();
        Value::from(names.get(id).cloned().unwrap_or_else(|| format!("unknown {id}")))
    };
    if let Some(members) = body.get("members").and_then(Value::as_array) {
        let mut members: Vec<String> =
            members.iter().map(|member| named(member).to_string()).collect();
        members.sort();
        body.insert("members".to_owned(), Value::from(members));
    }
    if body.get("members") == Some(&Value::Array(Vec::new())) {
        body.remove("members");
    }
    if let Some(extension) = body.get_mut(schema::ENTERPRISE_USER).and_then(Value::as_object_mut)
        && let Some(manager) = extension.get("manager").map(named)
    {
        extension.insert("manager".to_owned(), manager);
    }
    Value::Object(body)
}
