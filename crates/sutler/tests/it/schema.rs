//! Schemas of a tenant's own: declared, discovered, checked, found by, sent, imported, kept.

use serde_json::{Value, json};

use crate::harness::{Place, Server, emulator, until, usual_estate};

const URN: &str = "urn:ietf:params:scim:schemas:extension:acme:2.0:User";
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

const SCHEMA: &str = r#"
[[schema]]
id = "urn:ietf:params:scim:schemas:extension:acme:2.0:User"
name = "AcmeUser"
description = "What Acme keeps of people"
extends = ["User"]
[[schema.attributes]]
name = "badge"
type = "complex"
description = "What opens doors"
sub_attributes = [
  { name = "number", type = "integer", indexed = true },
  { name = "colour", canonical_values = ["red", "blue"] },
]
[[schema.attributes]]
name = "desk"
indexed = true
uniqueness = "server"
[[schema.attributes]]
name = "notes"
returned = "request"
"#;

fn estate(url: &str) -> String {
    let usual = usual_estate(url);
    format!("{usual}schemas = [\"{URN}\"]\n{SCHEMA}")
}

fn person(name: &str, own: &Value) -> Value {
    json!({"schemas": [USER, URN], "userName": name, URN: own})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_is_discovered_checked_found_by_and_sent() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let get = async |path: &str| server.send("GET", path, &token, None).await;
    let post = async |body: Value| server.send("POST", "/scim/v2/Users", &token, Some(body)).await;

    let (_, schema) = get(&format!("/scim/v2/Schemas/{URN}")).await;
    assert_eq!(schema["attributes"][0]["subAttributes"][0]["type"], "integer");
    let (_, users) = get("/scim/v2/ResourceTypes/User").await;
    let last = users["schemaExtensions"].as_array().unwrap().last().unwrap();
    assert_eq!(last, &json!({"schema": URN, "required": false}));

    let own = json!({"badge": {"number": 7, "colour": "red"}, "desk": "3-14", "notes": "x"});
    let (status, made) = post(person("ada", &own)).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["schemas"], json!([USER, URN]));
    assert_eq!(made[URN], json!({"badge": {"number": 7, "colour": "red"}, "desk": "3-14"}));
    for (wrong, kind) in [
        (json!({"badge": {"number": "7"}}), "invalidValue"),
        (json!({"shoes": 7}), "invalidSyntax"),
        (json!({"DESK": "1", "desk": "2"}), "invalidSyntax"),
        (json!({"desk": "3-14"}), "uniqueness"),
    ] {
        let (_, refused) = post(person("bob", &wrong)).await;
        assert_eq!(refused["scimType"], kind, "{refused}");
    }
    for filter in ["badge.number eq 7", "badge[number eq 7 and colour eq \"RED\"]", "desk sw \"3\""]
    {
        let filter = format!("{URN}:{filter}").replace(' ', "%20").replace('"', "%22");
        let (_, found) = get(&format!("/scim/v2/Users?filter={filter}")).await;
        assert_eq!(found["totalResults"], 1, "{filter}: {found}");
    }
    let app = emulator.target("app").unwrap();
    let sent = || app.user("ada");
    until("ada arrives whole", async || sent().is_some_and(|body| body[URN]["notes"] == "x")).await;
    assert_eq!(sent().unwrap()[URN]["badge"]["number"], 7);

    let gone = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "remove", "path": URN}]});
    let at = format!("/scim/v2/Users/{}", made["id"].as_str().unwrap());
    let (status, patched) = server.send("PATCH", &at, &token, Some(gone)).await;
    assert_eq!((status, patched.get(URN)), (200, None), "{patched}");
    until("the badge is gone", async || sent().is_some_and(|body| body.get(URN).is_none())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_resources_hold_keeps_its_schema() {
    let place = Place::new();
    let all = estate("http://127.0.0.1:9/v2");
    place.apply(&all);
    let exported = place.done(&["export"]);
    let file = place.file("exported.toml", &exported);
    let report = place.json(&["plan", "-f", file.to_str().unwrap(), "--json"]);
    assert_eq!(report["changed"], json!([]), "{exported}");

    let csv = place.file("p.csv", format!("userName,{URN}:badge.number,{URN}:desk\nada,7,1-1\n"));
    let csv = csv.to_str().unwrap();
    place.done(&["import", csv, "--service-provider", "hr"]);
    let refused = |text: &str| {
        let file = place.file("narrow.toml", text);
        let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1, "{}", ran.out);
        ran.err
    };
    let retyped = all.replace("number\", type = \"integer\"", "number\", type = \"string\"");
    let said = refused(&retyped);
    assert!(said.contains(URN) && said.contains("`badge.number`"), "{said}");
    let gone = usual_estate("http://127.0.0.1:9/v2");
    let said = refused(&gone);
    assert!(said.contains("resources hold data"), "{said}");
    let wider = all.replace("name = \"notes\"", "name = \"notes\"\nindexed = true");
    place.apply(&wider);
}

#[test]
fn a_faulty_schema_is_refused_at_its_place() {
    let place = Place::new();
    let check = |from: &str, to: &str, says: &str| {
        let text = SCHEMA.replace(from, to);
        assert_ne!(text, SCHEMA, "{from}");
        let file = place.file("e.toml", text);
        let ran = place.run(&["plan", "-f", file.to_str().unwrap()]);
        assert_eq!(ran.code, 1, "{to}");
        assert!(ran.err.contains(says) && ran.err.contains("e.toml:"), "{to}: {}", ran.err);
    };
    check("acme:2.0:User", "acme:2.0", "not a URN that a schema can have");
    check("extension:acme:2.0:User", "core:2.0:User", "standard schema");
    check("[\"User\"]", "[\"Device\"]", "can extend");
    check("name = \"desk\"", "name = \"de sk\"", "cannot be the name");
    check("name = \"desk\"", "name = \"NOTES\"", "declared twice");
    check("type = \"integer\"", "type = \"complex\"", "cannot be complex itself");
    check("type = \"integer\"", "type = \"boolean\"", "can be `indexed`");
    check("type = \"complex\"", "type = \"string\"", "only a complex attribute");
    check("uniqueness = \"server\"", "uniqueness = \"server\"\nmulti_valued = true", "be unique");
    check(
        "name = \"notes\"",
        "name = \"notes\"\ntype = \"reference\"\nreference_types = [\"User\"]",
        "references to resources",
    );
    check("returned = \"request\"", "returned = \"perhaps\"", "must be \"always\"");
}
