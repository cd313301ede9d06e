//! Each attribute of a user by each way to write it: who may not write it changes nothing and is
//! told which attribute it was, and who may write nothing else changes just that.

use http::Method;
use serde_json::{Value, json};
use sutler_model::Kind;
use sutler_model::schema::{Attribute, Type, common, standard};

use super::{Call, call, forbidden, of_users, patch, restricted, send};
use crate::server::{ENTERPRISE, Server, USER};

/// An attribute, and two values of it.
struct Case {
    /// The URN of its extension.
    urn: Option<&'static str>,
    attribute: &'static Attribute,
    stored: Value,
    other: Value,
}

impl Case {
    fn path(&self) -> String {
        match self.urn {
            Some(urn) => format!("{urn}:{}", self.attribute.name),
            None => self.attribute.name.clone(),
        }
    }

    fn set(&self, body: &mut Value, value: Option<&Value>) {
        let holder = match self.urn {
            Some(urn) => &mut body[urn],
            None => body,
        };
        let Some(value) = value else {
            if let Some(holder) = holder.as_object_mut() {
                holder.remove(&self.attribute.name);
            }
            return;
        };
        holder[&self.attribute.name] = value.clone();
    }

    /// As the value of an operation without a path.
    fn pathless(&self, value: &Value) -> Vec<Value> {
        let name = &self.attribute.name;
        match self.urn {
            Some(urn) => vec![json!({urn: {name: value}}), json!({self.path(): value})],
            None => vec![json!({name: value}), json!({USER: {name: value}})],
        }
    }
}

/// All that a client can write.
fn cases(managers: [&str; 2]) -> Vec<Case> {
    let own = standard(Kind::User).core().attributes.iter().map(|attribute| (None, attribute));
    let shared = common().attributes.iter().filter(|a| a.name == "externalId");
    let extension = standard(Kind::User).extension_schemas().flat_map(|schema| {
        schema.attributes.iter().map(|attribute| (Some(schema.id.as_str()), attribute))
    });
    let all = own.chain(shared.map(|attribute| (None, attribute))).chain(extension);
    all.filter(|(_, attribute)| !attribute.read_only())
        .map(|(urn, attribute)| {
            let of = |n: usize| sample(attribute, managers[n], n);
            Case { urn, attribute, stored: of(0), other: of(1) }
        })
        .collect()
}

fn sample(attribute: &Attribute, manager: &str, n: usize) -> Value {
    let simple = |of: &Attribute| match of.r#type {
        Type::Boolean => json!(n == 0),
        Type::Binary => json!(["QQ==", "Qg=="][n]),
        Type::Reference => json!(format!("https://{}.example.org/{n}", of.name)),
        _ => json!(format!("{}{n}", of.name)),
    };
    if attribute.name == "manager" {
        return json!({"value": manager});
    }
    if attribute.r#type != Type::Complex {
        return simple(attribute);
    }
    let first = simple(&attribute.sub_attributes[0]);
    let mut whole = json!({attribute.sub_attributes[0].name.clone(): first});
    if !attribute.multi_valued {
        return whole;
    }
    whole["type"] = json!("work");
    json!([whole])
}

/// The ways to give the attribute another value, or none.
fn ways(case: &Case, id: &str, whole: &Value) -> Vec<Call> {
    let at = format!("/scim/v2/Users/{id}");
    let path = case.path();
    let mut put = whole.clone();
    case.set(&mut put, Some(&case.other));
    let mut calls = vec![call(Method::PUT, &at, Some(put))];
    let mut operations = Vec::new();
    for op in ["add", "replace"] {
        operations.push(json!({"op": op, "path": path, "value": case.other}));
        let pathless = case.pathless(&case.other).into_iter();
        operations.extend(pathless.map(|value| json!({"op": op, "value": value})));
    }
    if !case.attribute.required {
        operations.push(json!({"op": "remove", "path": path}));
        operations.push(json!({"op": "replace", "path": path, "value": null}));
    }
    if case.attribute.multi_valued {
        let sub = &case.attribute.sub_attributes[0].name;
        let value = &case.other[0][sub];
        let chosen = format!("{path}[type eq \"work\"]");
        operations
            .push(json!({"op": "replace", "path": format!("{chosen}.{sub}"), "value": value}));
        operations.push(json!({"op": "add", "path": chosen, "value": {sub: value}}));
        operations.push(json!({"op": "remove", "path": chosen}));
    } else if case.attribute.r#type == Type::Complex {
        let sub = &case.attribute.sub_attributes[0].name;
        let value = &case.other[sub];
        operations.push(json!({"op": "add", "path": format!("{path}.{sub}"), "value": value}));
        operations.push(json!({"op": "remove", "path": format!("{path}.{sub}")}));
    }
    if let Some(urn) = case.urn {
        let value = json!({&case.attribute.name: case.other});
        operations.push(json!({"op": "add", "path": urn, "value": value}));
    }
    calls.extend(operations.into_iter().map(|operation| patch(&at, json!([operation]))));
    let bulk: Vec<Call> = calls.iter().map(in_bulk).collect();
    calls.extend(bulk);
    calls
}

/// The same as the one operation of a bulk request.
fn in_bulk(single: &Call) -> Call {
    let operation = json!({
        "method": single.method.as_str(),
        "path": single.path.strip_prefix("/scim/v2").unwrap(),
        "bulkId": "one",
        "data": single.body,
    });
    let schema = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
    let body = json!({"schemas": [schema], "Operations": [operation]});
    call(Method::POST, "/scim/v2/Bulk", Some(body))
}

/// A new user with every attribute; its id and its body.
async fn stored(server: &Server, cases: &[Case], name: &str) -> (String, Value) {
    let mut body = json!({"schemas": [USER, ENTERPRISE]});
    for case in cases {
        case.set(&mut body, Some(&case.stored));
    }
    body["userName"] = json!(name);
    let made = server.post("/scim/v2/Users", &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    // Whether a password is the stored one cannot be known, so nobody repeats it.
    body.as_object_mut().unwrap().remove("password");
    (made.id(), body)
}

/// That a request was refused, or an operation of one, for this attribute.
#[track_caller]
fn refused(call: &Call, answer: &crate::server::Answer, path: &str) {
    if call.path != "/scim/v2/Bulk" {
        let said = answer.refused(403, None);
        let detail = said["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("`{path}")), "{call:?}: {detail}");
        return;
    }
    let result = &answer.json()["Operations"][0];
    assert_eq!(result["status"], "403", "{call:?}: {result}");
    let detail = result["response"]["detail"].as_str().unwrap();
    assert!(detail.contains(&format!("`{path}")), "{call:?}: {detail}");
}

#[track_caller]
fn done(call: &Call, answer: &crate::server::Answer) {
    let single = answer.status.is_success();
    let bulk = call.path != "/scim/v2/Bulk"
        || answer.json()["Operations"][0]["status"].as_str().unwrap().starts_with('2');
    assert!(single && bulk, "{call:?}: {answer:?}");
}

#[tokio::test]
async fn an_attribute_is_changed_by_who_may_write_it_and_by_nobody_else_sc_2() {
    let number = cases(["", ""]).len();
    assert!(number > 25, "{number}");
    for number in 0..number {
        // A small store is a fast one.
        let server = Server::start().await;
        let managers = [server.user("boss0").await, server.user("boss1").await];
        let cases = cases([&managers[0], &managers[1]]);
        let case = &cases[number];
        let path = case.path();
        let paths: Vec<String> = cases.iter().map(Case::path).collect();
        let others: Vec<&str> = paths.iter().map(String::as_str).filter(|p| *p != path).collect();
        let without = restricted(&server, "without", of_users(None, Some(&others))).await;
        let just = restricted(&server, "just", of_users(None, Some(&[path.as_str()]))).await;
        let clients = (without.as_str(), just.as_str());
        for way in 0..ways(case, "x", &json!({})).len() {
            changing(&server, case, &cases, clients, way).await;
        }
        leaving_out(&server, case, &cases, clients).await;
        creating(&server, case, &others).await;
    }
}

/// One way to change the attribute, by both clients.
async fn changing(
    server: &Server,
    case: &Case,
    cases: &[Case],
    (without, just): (&str, &str),
    way: usize,
) {
    let (id, whole) = stored(server, cases, &format!("user{way}")).await;
    let at = format!("/scim/v2/Users/{id}");
    let mut call = ways(case, &id, &whole).swap_remove(way);
    if case.path() == "userName" {
        // A name is unique.
        let text = call.body.unwrap().to_string();
        call.body = serde_json::from_str(&text.replace("userName1", &format!("n{way}"))).ok();
    }
    let before = (server.get(&at).await.text, server.committed().await);
    refused(&call, &send(server, without, &call).await, &case.path());
    assert_eq!((server.get(&at).await.text, server.committed().await), before, "{call:?}");
    done(&call, &send(server, just, &call).await);
    assert!(server.committed().await > before.1, "{call:?}");
}

/// A PUT that repeats the attribute changes nothing, and one that leaves it out clears it only for
/// who may write it.
async fn leaving_out(server: &Server, case: &Case, cases: &[Case], (without, just): (&str, &str)) {
    if case.attribute.required || case.attribute.name == "password" {
        return;
    }
    let (id, whole) = stored(server, cases, "left").await;
    let at = format!("/scim/v2/Users/{id}");
    let before = server.get(&at).await.text;
    let repeated = call(Method::PUT, &at, Some(whole.clone()));
    for credential in [without, just] {
        assert_eq!(send(server, credential, &repeated).await.status, 200);
        assert_eq!(server.get(&at).await.text, before);
    }
    let mut left = whole;
    case.set(&mut left, None);
    let left = call(Method::PUT, &at, Some(left));
    assert_eq!(send(server, without, &left).await.status, 200);
    assert_eq!(server.get(&at).await.text, before, "{}", case.path());
    assert_eq!(send(server, just, &left).await.status, 200);
    // A user is active unless it is said otherwise.
    let cleared = case.attribute.name != "active";
    assert_eq!(server.get(&at).await.text != before, cleared, "{}", case.path());
}

/// A new user has the attribute only if it may be written.
async fn creating(server: &Server, case: &Case, others: &[&str]) {
    let mut body = json!({"schemas": [USER], "userName": "made"});
    if let Some(urn) = case.urn {
        body["schemas"] = json!([USER, urn]);
    }
    if case.attribute.name != "userName" {
        case.set(&mut body, Some(&case.other));
    }
    let new = call(Method::POST, "/scim/v2/Users", Some(body));
    let without = restricted(server, "unmade", of_users(None, Some(others))).await;
    let path = case.path();
    let just = of_users(None, Some(&["userName", &path]));
    let just = restricted(server, "made", just).await;
    for new in [&new, &in_bulk(&new)] {
        let before = server.committed().await;
        refused(new, &send(server, &without, new).await, &path);
        assert_eq!(server.committed().await, before);
    }
    done(&new, &send(server, &just, &new).await);
}

#[tokio::test]
async fn a_put_that_is_silent_about_active_does_not_activate_for_who_may_not() {
    let server = Server::start().await;
    let mut left = json!({"schemas": [USER], "userName": "anna", "active": false});
    let at = format!("/scim/v2/Users/{}", server.post("/scim/v2/Users", &left).await.id());
    let silent = json!({"schemas": [USER], "userName": "anna", "nickName": "A", "active": null});
    for (name, read) in [("sees it", None), ("does not", Some(&["userName"][..]))] {
        let access = of_users(read, Some(&["nickName"]));
        let credential = restricted(&server, name, access).await;
        let answer =
            send(&server, &credential, &call(Method::PUT, &at, Some(silent.clone()))).await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(server.get(&at).await.json()["active"], false, "{name}");
        left["active"] = json!(true);
        let put = call(Method::PUT, &at, Some(left.clone()));
        forbidden(&send(&server, &credential, &put).await, "active");
    }
}

#[tokio::test]
async fn a_value_that_may_not_be_read_cannot_be_guessed_sc_2() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let at = format!("/scim/v2/Users/{anna}");
    let stored = json!([
        {"op": "add", "path": "title", "value": "CEO"},
        {"op": "add", "path": "emails", "value": [{"value": "a@x.example", "type": "work"}]},
    ]);
    assert_eq!(server.patch(&at, &stored).await.status, 200);
    let access = of_users(Some(&["userName", "nickName"]), Some(&["nickName"]));
    let credential = restricted(&server, "desk", access).await;
    let before = server.committed().await;
    for guess in ["CEO", "CTO"] {
        for operation in [
            json!({"op": "replace", "path": "title", "value": guess}),
            json!({"op": "add", "value": {"title": guess}}),
            json!({"op": "remove", "path": "title"}),
        ] {
            forbidden(&send(&server, &credential, &patch(&at, json!([operation]))).await, "title");
        }
        let body = json!({"schemas": [USER], "userName": "anna", "title": guess});
        let put = call(Method::PUT, &at, Some(body));
        forbidden(&send(&server, &credential, &put).await, "title");
    }
    for value in ["a@x.example", "b@x.example"] {
        let path = format!("emails[value eq \"{value}\"]");
        let removed = patch(&at, json!([{"op": "remove", "path": path}]));
        forbidden(&send(&server, &credential, &removed).await, "emails");
    }
    assert_eq!(server.committed().await, before);
    // What it may write it writes, and the rest stays.
    let body = json!({"schemas": [USER], "userName": "anna", "nickName": "A"});
    let put = call(Method::PUT, &at, Some(body));
    assert_eq!(send(&server, &credential, &put).await.status, 200);
    let stored = server.get(&at).await.json();
    assert_eq!((&stored["title"], &stored["nickName"]), (&json!("CEO"), &json!("A")));
}
