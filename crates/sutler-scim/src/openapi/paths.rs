//! The paths and what may be done with them.

use serde_json::{Map, Value, json};

use super::me::me;
use super::{events, reference};
use crate::MEDIA_TYPE;
use crate::query::PARAMETERS;
use crate::roles::Shape;

/// Answers that every request may get.
const ALWAYS: [(&str, &str); 5] = [
    ("400", "Invalid"),
    ("401", "Unauthorized"),
    ("403", "Forbidden"),
    ("429", "TooOften"),
    ("503", "Unavailable"),
];
/// Answers to a request with a body.
const BODY: [(&str, &str); 2] = [("413", "TooLarge"), ("415", "MediaType")];
const CREATING: [&str; 3] = ["attributes", "excludedAttributes", "domain"];

pub(super) fn paths() -> Value {
    let mut paths = Map::new();
    for (endpoint, name) in [("/Users", "User"), ("/Groups", "Group")] {
        let list = format!("{name}List");
        paths.insert(
            endpoint.to_owned(),
            json!({
                "get": query(name, &format!("list{name}s"), &list),
                "post": create(name),
            }),
        );
        paths.insert(
            format!("{endpoint}/.search"),
            json!({"post": search(name, &format!("search{name}s"), &list)}),
        );
        paths.insert(format!("{endpoint}/{{id}}"), one(name));
        let mut of_one = json!({"post": search(name, &format!("search{name}"), &list)});
        if let Some(map) = of_one.as_object_mut() {
            map.insert("parameters".to_owned(), json!([reference("parameters", "id")]));
        }
        paths.insert(format!("{endpoint}/{{id}}/.search"), of_one);
    }
    paths.insert("/Me".to_owned(), me(one("User")));
    paths.insert("/".to_owned(), json!({"get": query("All types", "list", "MixedList")}));
    paths
        .insert("/.search".to_owned(), json!({"post": search("All types", "search", "MixedList")}));
    paths.insert("/Bulk".to_owned(), json!({"post": bulk()}));
    paths.extend(roles());
    paths.extend(discovery());
    paths.extend(events::paths());
    paths.extend(beside());
    Value::Object(paths)
}

/// Roles, which are served under a root of their own.
fn roles() -> Map<String, Value> {
    let mut paths = Map::new();
    for (shape, name, list) in [(Shape::V1, "RoleV1", "V1"), (Shape::V2, "Role", "")] {
        let of_many = format!("{name}List");
        let (listing, searching) = (format!("listRoles{list}"), format!("searchRoles{list}"));
        let all = json!({"get": query(name, &listing, &of_many), "post": create(name)});
        let search = json!({"post": search(name, &searching, &of_many)});
        let endpoint = shape.endpoint();
        paths.insert(endpoint.to_owned(), all);
        paths.insert(format!("{endpoint}/.search"), search);
        paths.insert(format!("{endpoint}/{{id}}"), one(name));
    }
    for path in paths.values_mut().filter_map(Value::as_object_mut) {
        path.insert("servers".to_owned(), super::servers("/scim2"));
    }
    paths
}

fn query(tag: &str, id: &str, list: &str) -> Value {
    operation(tag, id, "Query", &PARAMETERS, None, ok("200", list, &[]), &[])
}

fn search(tag: &str, id: &str, list: &str) -> Value {
    let summary = "Query with the parameters in the body";
    operation(tag, id, summary, &[], Some("SearchRequest"), ok("200", list, &[]), &BODY)
}

fn bulk() -> Value {
    let summary = "Many operations in one request (RFC 7644 §3.7)";
    let ok = ok("200", "BulkResponse", &[]);
    operation("All types", "bulk", summary, &[], Some("BulkRequest"), ok, &BODY)
}

fn create(name: &str) -> Value {
    let ok = ok("201", name, &["ETag", "Location"]);
    let mut errors = vec![("409", "Taken")];
    errors.extend(BODY);
    let id = format!("create{name}");
    operation(name, &id, "Create", &CREATING, Some(name), ok, &errors)
}

fn one(name: &str) -> Value {
    let id = |verb: &str| format!("{verb}{name}");
    let found = || ok("200", name, &["ETag", "Location"]);
    let missing = ("404", "NotFound");
    let mut errors = vec![missing, ("409", "Taken"), ("412", "Stale")];
    errors.extend(BODY);
    let reading = ["attributes", "excludedAttributes", "ifNoneMatch"];
    let writing = ["attributes", "excludedAttributes", "ifMatch"];
    json!({
        "parameters": [reference("parameters", "id")],
        "get": operation(name, &id("get"), "Read", &reading, None, found(), &[("304", "Unchanged"), missing]),
        "put": operation(name, &id("replace"), "Replace", &writing, Some(name), found(), &errors),
        "patch": operation(name, &id("change"), "Change in part", &writing, Some("PatchOp"), found(), &errors),
        "delete": operation(
            name,
            &id("delete"),
            "Delete",
            &["ifMatch"],
            None,
            ("204", json!({"description": "Deleted"})),
            &[missing, ("412", "Stale")],
        ),
    })
}

/// The answer when all is well.
fn ok(status: &'static str, schema: &str, headers: &[&str]) -> (&'static str, Value) {
    let headers: Map<String, Value> =
        headers.iter().map(|name| ((*name).to_owned(), reference("headers", name))).collect();
    let mut answer = json!({
        "description": "Done",
        "content": {MEDIA_TYPE: {"schema": reference("schemas", schema)}},
    });
    if let Some(map) = answer.as_object_mut().filter(|_| !headers.is_empty()) {
        map.insert("headers".to_owned(), Value::Object(headers));
    }
    (status, answer)
}

fn operation(
    tag: &str,
    id: &str,
    summary: &str,
    parameters: &[&str],
    body: Option<&str>,
    (status, answer): (&str, Value),
    errors: &[(&str, &str)],
) -> Value {
    let mut responses = Map::from_iter([(status.to_owned(), answer)]);
    let errors = ALWAYS.iter().chain(errors);
    responses
        .extend(errors.map(|(status, name)| ((*status).to_owned(), reference("responses", name))));
    let mut operation = json!({
        "tags": [tag],
        "operationId": id,
        "summary": summary,
        "responses": responses,
    });
    let Some(map) = operation.as_object_mut() else { return operation };
    if !parameters.is_empty() {
        let parameters = parameters.iter().map(|name| reference("parameters", name)).collect();
        map.insert("parameters".to_owned(), Value::Array(parameters));
    }
    if let Some(schema) = body {
        let schema = json!({"schema": reference("schemas", schema)});
        let content = json!({MEDIA_TYPE: schema, "application/json": schema});
        map.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
    }
    operation
}

fn discovery() -> Map<String, Value> {
    let document = json!({
        "description": "Done",
        "content": {MEDIA_TYPE: {"schema": {"type": "object"}}},
    });
    let get = |id: &str, summary: &str| {
        json!({
            "tags": ["Discovery"],
            "operationId": id,
            "summary": summary,
            "security": [],
            "responses": {
                "200": document,
                "403": reference("responses", "Forbidden"),
                "404": reference("responses", "NotFound"),
            },
        })
    };
    let one = |get: Value| json!({"parameters": [reference("parameters", "id")], "get": get});
    Map::from_iter([
        (
            "/ServiceProviderConfig".to_owned(),
            json!({"get": get("serviceProviderConfig", "What the server can do")}),
        ),
        ("/Schemas".to_owned(), json!({"get": get("schemas", "All schemas")})),
        ("/Schemas/{id}".to_owned(), one(get("schema", "One schema, by its URN"))),
        ("/ResourceTypes".to_owned(), json!({"get": get("resourceTypes", "All resource types")})),
        (
            "/ResourceTypes/{id}".to_owned(),
            one(get("resourceType", "One resource type, by its name")),
        ),
    ])
}

/// What lies beside the SCIM root.
fn beside() -> Map<String, Value> {
    let text = |description: &str| json!({"description": description, "content": {"text/plain": {"schema": {"type": "string"}}}});
    let get = |id: &str, summary: &str, responses: Value| {
        json!({
            "servers": [{"url": "/"}],
            "get": {
                "tags": ["Operation"],
                "operationId": id,
                "summary": summary,
                "security": [],
                "responses": responses,
            },
        })
    };
    Map::from_iter([
        ("/oauth2/token".to_owned(), token()),
        (
            "/healthz".to_owned(),
            get("healthz", "The process lives", json!({"200": text("It does")})),
        ),
        (
            "/readyz".to_owned(),
            get(
                "readyz",
                "Requests are served",
                json!({"200": text("They are"), "503": text("Not now")}),
            ),
        ),
        (
            "/metrics".to_owned(),
            get("metrics", "Figures for Prometheus", json!({"200": text("The figures")})),
        ),
    ])
}

fn token() -> Value {
    let answer = |description: &str, schema: &str| {
        json!({
            "description": description,
            "content": {"application/json": {"schema": reference("schemas", schema)}},
        })
    };
    let form = json!({
        "type": "object",
        "required": ["grant_type"],
        "properties": {
            "grant_type": {"type": "string", "const": "client_credentials"},
            "client_id": {"type": "string"},
            "client_secret": {"type": "string", "writeOnly": true},
        },
    });
    json!({
        "servers": [{"url": "/"}],
        "post": {
            "tags": ["Operation"],
            "operationId": "token",
            "summary": "An access token for client credentials (RFC 6749 §4.4)",
            "security": [{"basic": []}, {}],
            "requestBody": {
                "required": true,
                "content": {"application/x-www-form-urlencoded": {"schema": form}},
            },
            "responses": {
                "200": answer("A token", "Token"),
                "400": answer("The request is not right", "TokenError"),
                "401": answer("The credentials are not right", "TokenError"),
            },
        },
    })
}
