//! The endpoints as OpenAPI describes them.

use serde_json::{Map, Value, json};

use super::endpoint::{BodyKind, Endpoint};
use super::scope::{INSTALLATION, ROOT};

const PROBLEM: &str = "application/problem+json";

/// Adds the admin API to a document.
pub(crate) fn describe(document: &mut Value) {
    let mut paths = Map::new();
    for endpoint in super::endpoints() {
        add(&mut paths, &endpoint, false);
        if endpoint.installation {
            add(&mut paths, &endpoint, true);
        }
    }
    if let Some(known) = document.get_mut("paths").and_then(Value::as_object_mut) {
        known.extend(paths);
    }
    let tag = json!({
        "name": "Administration",
        "description": "What the command line can do, for administrators with tokens",
    });
    if let Some(tags) = document.get_mut("tags").and_then(Value::as_array_mut) {
        tags.push(tag);
    }
    let administrator = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "An administrator's token, as `sutler admin token create` makes it",
    });
    let refusal = json!({
        "description": "It was not done; `detail` says why (RFC 9457)",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    });
    put(document, "/components/securitySchemes", "administrator", administrator);
    put(document, "/components/schemas", "Problem", problem());
    put(document, "/components/responses", "Problem", refusal);
}

/// Puts a value into an object somewhere inside.
fn put(inside: &mut Value, pointer: &str, key: &str, value: Value) {
    if let Some(map) = inside.pointer_mut(pointer).and_then(Value::as_object_mut) {
        map.insert(key.to_owned(), value);
    }
}

fn add(paths: &mut Map<String, Value>, endpoint: &Endpoint, installation: bool) {
    let place = if installation { INSTALLATION } else { "" };
    let path = format!("{ROOT}{place}{}", endpoint.path);
    let item = paths.entry(path).or_insert_with(|| {
        let mut item = json!({ "servers": servers(installation) });
        let parts = parts(&endpoint.path);
        if !parts.is_empty() {
            put(&mut item, "", "parameters", Value::Array(parts));
        }
        item
    });
    let method = endpoint.method.as_str().to_lowercase();
    put(item, "", &method, operation(endpoint, installation));
}

fn servers(installation: bool) -> Value {
    let here = json!({"url": "/", "description": "The tenant `default`"});
    if installation {
        return json!([{"url": "/", "description": "The installation: for tokens of all tenants"}]);
    }
    let other = json!({
        "url": "/t/{tenant}",
        "description": "Another tenant",
        "variables": {"tenant": {"default": "default", "description": "Its name"}},
    });
    json!([here, other])
}

fn parts(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
        .collect()
}

fn operation(endpoint: &Endpoint, installation: bool) -> Value {
    let mut responses = Map::new();
    responses.insert(endpoint.answer.0.as_str().to_owned(), answer(endpoint));
    let refusal = json!({"$ref": "#/components/responses/Problem"});
    let mut statuses = vec!["400", "401", "403", "404", "429", "503"];
    if endpoint.conditional {
        statuses.extend(["412", "428"]);
    }
    if !matches!(endpoint.body, BodyKind::Nothing) {
        statuses.extend(["409", "413", "415", "422"]);
    }
    if endpoint.act.is_some() {
        statuses.extend(["409", "422"]);
    }
    responses.extend(statuses.into_iter().map(|status| (status.to_owned(), refusal.clone())));
    let suffix = if installation { "_of_installation" } else { "" };
    let mut operation = json!({
        "tags": ["Administration"],
        "operationId": format!("admin_{}{suffix}", endpoint.id),
        "summary": endpoint.summary,
        "description": format!("For the role {} and those above it.", endpoint.role.name()),
        "x-role": endpoint.role.name(),
        "security": [{"administrator": []}],
        "responses": responses,
    });
    let mut parameters: Vec<Value> =
        endpoint.query.iter().map(super::query::Parameter::described).collect();
    if endpoint.conditional {
        parameters.push(json!({
            "name": "If-Match",
            "in": "header",
            "required": true,
            "description": "The `ETag` of the estate that this is based on, or `*`",
            "schema": {"type": "string"},
        }));
    }
    if !parameters.is_empty() {
        put(&mut operation, "", "parameters", Value::Array(parameters));
    }
    match endpoint.body {
        BodyKind::Nothing => {}
        BodyKind::Json(schema) => {
            let body = json!({"content": {"application/json": {"schema": schema()}}});
            put(&mut operation, "", "requestBody", body);
        }
        BodyKind::Toml => {
            let content = json!({"application/toml": {"schema": {"type": "string"}}});
            let body = json!({"required": true, "content": content});
            put(&mut operation, "", "requestBody", body);
        }
    }
    operation
}

fn answer(endpoint: &Endpoint) -> Value {
    let schema = (endpoint.answer.1)();
    let mut answer = json!({"description": "Done"});
    if !schema.is_null() {
        let content = json!({"application/json": {"schema": schema}});
        put(&mut answer, "", "content", content);
    }
    answer
}

fn problem() -> Value {
    json!({
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "What is wrong and what to do"},
            "request": {"type": "string", "description": "By which the request is found in the log"},
            "needed_role": {"type": "string", "description": "With 403"},
            "faults": {
                "type": "array",
                "description": "What is wrong with an estate, each at its place if it was a file",
                "items": {
                    "type": "object",
                    "required": ["message"],
                    "properties": {
                        "line": {"type": "integer"},
                        "column": {"type": "integer"},
                        "message": {"type": "string"},
                    },
                },
            },
        },
    })
}
