//! Permissions, attributes and stores of a service provider: written, planned, exported, in force.

use serde_json::json;

use crate::harness::{Place, Server, user};

const BARE: &str = "[[service_provider]]\nname = \"hr\"\n";
const DEPARTMENT: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";

/// A provider with everything that can be said of it.
fn restricted() -> String {
    format!(
        r#"{BARE}permissions = ["users:create", "users:read", "users:update"]
stores = ["primary"]
[service_provider.attributes.users]
read = ["USERNAME", "name.givenname", "emails.value", "{DEPARTMENT}"]
write = ["userName", "title", "name"]
[service_provider.attributes.groups]
write = []
"#
    )
}

#[test]
fn names_that_lead_nowhere_are_faults_with_their_line() {
    let place = Place::new();
    let check = |lines: &str, line: usize, expected: &str| {
        let file = place.file("bad.toml", format!("{BARE}{lines}\n"));
        let ran = place.run(&["plan", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1, "{lines}\n{}", ran.out);
        assert!(ran.err.contains(&format!("bad.toml:{line}:")), "{lines}\n{}", ran.err);
        assert!(ran.err.contains(expected), "{lines}\n{}", ran.err);
    };
    check("permissions = [\"users:fly\"]", 3, "groups:delete");
    check("stores = [\"ldap1\"]", 3, "there is no store \"ldap1\": expected some of PRIMARY");
    check("stores = \"PRIMARY\"", 3, "must be a list of strings");
    check("attributes = { people = {} }", 3, "unknown key `people`");
    check("attributes.users.raed = []", 3, "did you mean `read`?");
    check(
        "attributes.users.read = [\n  \"userName\",\n  \"usrName\",\n]",
        5,
        "did you mean `userName`?",
    );
    check("attributes.users.read = [\"name.nickName\"]", 3, "has no attribute");
    check("attributes.users.read = [\"members\"]", 3, "a User has no attribute \"members\"");
    check("attributes.groups.read = [\"userName\"]", 3, "a Group has no attribute \"userName\"");
    check("attributes.users.read = [\"department\"]", 3, "with the URN of its extension");
    check("attributes.users.read = [\"not a path\"]", 3, "has no attribute");
    check("attributes.users.read = [\"password\"]", 3, "never returned");
    for path in ["id", "groups", "meta.created", "schemas"] {
        check(&format!("attributes.users.write = [\"{path}\"]"), 3, "no client can write");
    }
    check("attributes.users.write = [\"emails.value\"]", 3, "write `emails` instead");
    check("attributes.users.write = \"emails\"", 3, "must be a list of strings");
}

#[test]
fn they_are_planned_applied_and_exported_in_canonical_spelling() {
    let place = Place::new();
    place.apply(BARE);
    let exported = place.done(&["export"]);
    assert!(!exported.contains("attributes") && !exported.contains("stores"), "{exported}");
    let file = place.file("estate.toml", restricted());
    let file = file.to_str().unwrap();
    let report = place.json(&["plan", "-f", file, "--json"]);
    assert_eq!(report["changed"][0]["entry"], "service provider hr");
    let read = format!("[\"emails.value\", \"name.givenName\", \"{DEPARTMENT}\", \"userName\"]");
    assert_eq!(
        report["changed"][0]["fields"],
        json!([
            "permissions: [\"users:read\", \"users:write\", \"groups:read\", \"groups:write\"] -> [\"users:read\", \"users:create\", \"users:update\"]",
            format!("attributes.users.read: (none) -> {read}"),
            "attributes.users.write: (none) -> [\"name\", \"title\", \"userName\"]",
            "attributes.groups.write: (none) -> []",
            "stores: (none) -> [\"PRIMARY\"]",
        ])
    );
    place.done(&["apply", "-f", file]);
    let exported = place.done(&["export"]);
    assert!(exported.contains(&format!("attributes.users.read = {read}\n")), "{exported}");
    let again = place.file("exported.toml", &exported);
    let again = place.json(&["plan", "-f", again.to_str().unwrap(), "--json"]);
    assert_eq!(again["unchanged"], json!(["service provider hr"]), "{again}");
    assert_eq!(place.json(&["plan", "-f", file, "--json"])["changed"], json!([]));
    // What is no longer said is no longer restricted.
    place.apply(BARE);
    assert!(!place.done(&["export"]).contains("attributes"));
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_in_force_when_they_are_applied() {
    let place = Place::new();
    place.apply(BARE);
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let mut ada = user("ada");
    ada["title"] = json!("CEO");
    let (status, made) = server.send("POST", "/scim/v2/Users", &token, Some(ada)).await;
    assert_eq!((status, &made["title"]), (201, &json!("CEO")));
    let path = format!("/scim/v2/Users/{}", made["id"].as_str().unwrap());
    place.apply(&restricted());
    let (status, seen) = server.send("GET", &path, &token, None).await;
    assert_eq!((status, &seen["userName"], seen.get("title")), (200, &json!("ada"), None));
    let (status, refused) = server.send("DELETE", &path, &token, None).await;
    assert_eq!(status, 403, "{refused}");
    let mut emails = user("ada");
    emails["emails"] = json!([{"value": "ada@example.org"}]);
    let (status, refused) = server.send("PUT", &path, &token, Some(emails)).await;
    assert_eq!(status, 403, "{refused}");
    assert!(refused["detail"].as_str().unwrap().contains("`emails`"), "{refused}");
}
