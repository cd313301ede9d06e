//! Profiles of targets in the estate, and on the command line.

use serde_json::{Value, json};

use crate::harness::{Place, Server, product, until, user, usual_estate};

/// The usual estate with lines in the place of what a profile gives.
fn estate(url: &str, lines: &str) -> String {
    let usual = usual_estate(url);
    usual.replace("on_delete = \"delete\"\nlag = \"100ms\"\n", lines)
}

const ACME: &str = r#"name = "acme"
title = "The application of Acme"
evidence = "seen against the real system"
sources = "Its manual."
correlate = "userName"
lag = "3s"
rate = 7
[groups]
members_a_call = 5
"#;

fn refused(place: &Place, text: &str) -> String {
    let file = place.file("bad.toml", text);
    let ran = place.run(&["apply", "-f", file.to_str().unwrap()]);
    assert_eq!(ran.code, 1, "{text}\n{}", ran.out);
    ran.err
}

#[test]
fn a_target_follows_its_profile_where_it_says_nothing_itself() {
    let place = Place::new();
    place.apply(&estate("http://127.0.0.1:1/v2", "profile = \"slack\"\n"));
    let exported = place.done(&["export"]);
    assert!(exported.contains("profile = \"slack\""), "{exported}");
    for given in ["on_delete", "lag", "rate", "concurrency", "correlate", "nesting"] {
        assert!(!exported.contains(&format!("{given} =")), "{given} is the profile's\n{exported}");
    }
    let again = place.apply(&exported);
    assert!(!again.contains("slack"), "nothing changes by an export\n{again}");

    let own =
        "profile = \"slack\"\nlag = \"9s\"\nrate = 1\nconcurrency = 5\ncorrelate = \"userName\"\n";
    let changed = place.apply(&estate("http://127.0.0.1:1/v2", own));
    assert!(changed.contains("lag"), "{changed}");
    let exported = place.done(&["export"]);
    for own in ["lag = \"9s\"", "rate = 1", "concurrency = 5"] {
        assert!(exported.contains(own), "{own}\n{exported}");
    }
}

#[test]
fn a_profile_of_a_file_is_kept_in_the_estate() {
    let place = Place::new();
    let file = place.file("acme.toml", ACME);
    place.apply(&estate("http://127.0.0.1:1/v2", "profile = \"file:acme.toml\"\n"));
    std::fs::remove_file(file).unwrap();
    let exported = place.done(&["export"]);
    assert!(exported.contains("members_a_call = 5"), "{exported}");
    assert!(!exported.contains("\nrate = 7\nconc"), "{exported}");
    place.apply(&exported);
    assert_eq!(place.done(&["export"]), exported);

    let grown = ACME.replace("members_a_call = 5", "members_a_call = 6");
    place.file("acme.toml", grown);
    let changed = place.apply(&estate("http://127.0.0.1:1/v2", "profile = \"file:acme.toml\"\n"));
    assert!(changed.contains("profile: …members_a_call = 5… -> …members_a_call = 6…"), "{changed}");
}

#[test]
fn faults_of_profiles_are_placed_and_say_what_is_possible() {
    let place = Place::new();
    let check = |lines: &str, expected: &[&str]| {
        let said = refused(&place, &estate("http://127.0.0.1:1/v2", lines));
        for expected in expected {
            assert!(said.contains(expected), "{lines}\n{said}");
        }
    };
    check("profile = \"okta\"\n", &["bad.toml:17:", "use one of generic, authentik, aws"]);
    check("profile = \"file:none.toml\"\n", &["bad.toml:17:", "`none.toml` cannot be read"]);
    place.file("acme.toml", ACME.replace("rate = 7", "raet = 7"));
    check("profile = \"file:acme.toml\"\n", &["acme.toml:7:1: unknown field `raet`"]);
    place.file("acme.toml", "x".repeat(70_000));
    check("profile = \"file:acme.toml\"\n", &["more than 65536 bytes"]);
    check(
        "profile = \"salesforce\"\non_delete = \"delete\"\n",
        &["bad.toml:18:", "users of this target cannot be deleted"],
    );
    for beyond in ["on_leave = \"delete\"", "delete_after = \"30d\""] {
        let lines = format!("profile = \"salesforce\"\n{beyond}\n");
        check(&lines, &["users of this target cannot be deleted", "leave `delete_after` out"]);
    }
    check(
        "profile = \"miro\"\ncorrelate = \"externalId\"\n",
        &["bad.toml:18:", "finds no account by its `externalId`"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn users_arrive_at_a_product_by_its_profile() {
    let emulator = product("entra").await;
    let place = Place::new();
    let text = estate(&emulator.url("app"), "profile = \"entra\"\nlag = \"6s\"\n");
    place.apply(&text);
    let checked = place.done(&["check", "--target", "app"]);
    assert!(checked.contains("as `entra` says, seen against the emulator only"), "{checked}");
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (status, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    assert_eq!(status, 201, "{ada}");
    let app = emulator.target("app").unwrap();
    until("ada arrives", async || app.user("ada").is_some()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn scenario_14_a_product_that_takes_no_groups_in_groups_gets_their_users() {
    let emulator = product("keycloak").await;
    let place = Place::new();
    let url = emulator.url("app");
    place.apply(&estate(&url, "profile = \"keycloak\"\nlag = \"100ms\"\n"));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let (_, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let group = |name: &str, member: &Value| {
        Some(json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": name, "members": [{ "value": member["id"] }],
        }))
    };
    let (_, inner) = server.send("POST", "/scim/v2/Groups", &token, group("inner", &ada)).await;
    let (_, outer) = server.send("POST", "/scim/v2/Groups", &token, group("outer", &inner)).await;
    let app = emulator.target("app").unwrap();
    let held = |name: &str| app.group(name).map(|group| group["members"].clone());
    until("ada is in both", async || {
        let inner = held("inner").filter(Value::is_array);
        inner.is_some() && inner == held("outer")
    })
    .await;
    let told = place.done(&["explain", outer["id"].as_str().unwrap(), "app"]);
    assert!(told.contains("the users in the groups in it (`nesting = \"flatten\"`)"), "{told}");
    let told = place.done(&["explain", "ada", "app"]);
    assert!(told.contains("by way of groups it is in 1 more there"), "{told}");

    let skip = estate(&url, "profile = \"keycloak\"\nlag = \"100ms\"\nnesting = \"skip\"\n");
    let file = place.file("skip.toml", &skip);
    let planned = place.run(&["plan", "-f", file.to_str().unwrap()]);
    let planned = format!("{}{}", planned.out, planned.err);
    assert!(planned.contains("nesting"), "{planned}");
    assert!(planned.contains("makes something else of nested groups"), "{planned}");
    place.apply(&skip);
    until("nobody is in outer", async || {
        held("outer").is_none_or(|members| members == Value::Null)
    })
    .await;
    assert!(place.done(&["export"]).contains("nesting = \"skip\""));
}

#[test]
fn profiles_are_listed_with_their_evidence_and_printed_as_files() {
    let place = Place::new();
    let listed = place.done(&["profiles"]);
    assert!(
        listed.contains("aws") && listed.contains("seen against the emulator only"),
        "{listed}"
    );
    let all = place.json(&["profiles", "--json"]);
    assert_eq!(all["profiles"].as_array().unwrap().len(), 10);
    let printed = place.done(&["profiles", "keycloak"]);
    place.file("own.toml", &printed);
    place.apply(&estate("http://127.0.0.1:1/v2", "profile = \"file:own.toml\"\n"));
    assert_eq!(place.json(&["profiles", "keycloak", "--json"])["name"], "keycloak");
    let unknown = place.run(&["profiles", "okta"]);
    assert!(unknown.err.contains("expected one of generic"), "{}", unknown.err);
}
