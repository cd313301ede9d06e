//! The contract for scripts, line by line.

use serde_json::json;

use crate::harness::{Place, Server, emulator, until, user, usual_estate};

#[tokio::test(flavor = "multi_thread")]
async fn an_estate_applied_before_the_first_start_provisions_what_comes_in() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let made = place.json(&["token", "create", "--service-provider", "hr", "--json"]);
    let keys: Vec<&String> = made.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "token"]);
    let token = made["token"].as_str().unwrap();

    let (status, ada) = server.send("POST", "/scim/v2/Users", token, Some(user("ada"))).await;
    assert_eq!(status, 201, "{ada}");
    let app = emulator.target("app").unwrap();
    until("ada arrives at the target", async || app.user("ada").is_some()).await;
    until("the status says so", async || {
        place.json(&["status", "--json"])
            == json!({ "targets": [{
                "name": "app",
                "in_sync": 1,
                "pending": 0,
                "failed": 0,
                "held": 0,
                "oldest_pending_deprovision_seconds": null,
            }] })
    })
    .await;
    assert_eq!(server.stop(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn w16_an_estate_applied_while_serving_takes_effect_at_once() {
    let emulator = emulator().await;
    let place = Place::new();
    let server = Server::start(&place).await;
    assert_eq!(place.json(&["status", "--json"]), json!({ "targets": [] }));
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    let token = place.token("hr");
    let (status, _) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    assert_eq!(status, 201);

    // Adding a target to a provider starts a sweep: who is there already arrives too.
    place.apply(&usual_estate(&emulator.url("app")));
    let app = emulator.target("app").unwrap();
    until("ada arrives by the sweep", async || app.user("ada").is_some()).await;
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "hr-secret").await, 200);
    assert_eq!(server.get_basic("/scim/v2/Users", "hr", "wrong").await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_the_target_until_the_user_is_out() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let app = emulator.target("app").unwrap();
    let (_, ada) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let id = ada["id"].as_str().unwrap();
    until("ada arrives", async || app.user("ada").is_some()).await;

    let group = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Sales",
        "members": [{ "value": id }],
    });
    let (status, _) = server.send("POST", "/scim/v2/Groups", &token, Some(group)).await;
    assert_eq!(status, 201);
    until("the group arrives with its member", async || {
        app.group("Sales")
            .is_some_and(|group| group["members"].as_array().is_some_and(|all| all.len() == 1))
    })
    .await;

    let off = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": false }],
    });
    let (status, _) =
        server.send("PATCH", &format!("/scim/v2/Users/{id}"), &token, Some(off)).await;
    assert_eq!(status, 200);
    until("ada is disabled there", async || {
        app.user("ada").is_some_and(|ada| ada["active"] == false)
    })
    .await;
    until("the leaver is confirmed", async || {
        let leavers = place.json(&["status", "--leavers", "--json"]);
        leavers["leavers"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "ada" && one["state"] == "confirmed")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r1_r8_w1_a_kill_loses_nothing() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    emulator.refuse_connections().await;
    let (status, _) = server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    assert_eq!(status, 201);
    drop(server);
    emulator.accept_connections().await.unwrap();
    let server = Server::start(&place).await;
    let app = emulator.target("app").unwrap();
    until("ada arrives after all", async || app.user("ada").is_some()).await;
    let (status, found) = server.send("GET", "/scim/v2/Users", &token, None).await;
    assert_eq!((status, &found["totalResults"]), (200, &json!(1)));
}

#[test]
fn exit_codes_tell_failure_from_misuse() {
    let place = Place::new();
    assert_eq!(place.run(&["status", "--nonsense"]).code, 2);
    assert_eq!(place.run(&["nonsense"]).code, 2);
    let missing = place.run(&["status"]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("there is no data directory"), "{}", missing.err);
    assert!(!place.data().exists(), "a command that reads makes no directory");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_data_is_refused() {
    let place = Place::new();
    let _server = Server::start(&place).await;
    let second = place.command(&["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let said = String::from_utf8(second.stderr).unwrap();
    assert!(said.contains("another running process"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_directory_with_a_long_path_is_served_too() {
    let place = Place::far_away();
    let _server = Server::start(&place).await;
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    assert!(!place.token("hr").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_work_again_after_a_server_was_killed() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    let server = Server::start(&place).await;
    drop(server);
    assert!(place.data().join("control.sock").exists(), "a kill leaves the socket behind");
    assert!(!place.token("hr").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn oauth_client_credentials_give_a_token_that_works() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\noauth = { client_id = \"hr\", client_secret = \"env:HR_SECRET\" }\n");
    let server = Server::start(&place).await;
    let answer = server
        .client()
        .post(format!("{}/oauth2/token", server.url()))
        .basic_auth("hr", Some("hr-secret"))
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let granted: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let token = granted["access_token"].as_str().unwrap();
    assert_eq!(server.send("GET", "/scim/v2/Users", token, None).await.0, 200);
    let listed = place.json(&["token", "list", "--json"]);
    assert_eq!(listed["tokens"], json!([]), "access tokens are not in the list");
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_all_four_unless_the_estate_says_less() {
    let place = Place::new();
    let check = async |server: &Server, token: &str, expected: [u16; 2]| {
        let read = server.send("GET", "/scim/v2/Users", token, None).await.0;
        let write = server.send("POST", "/scim/v2/Users", token, Some(user("ada"))).await.0;
        assert_eq!([read, write], expected);
    };
    place.apply("[[service_provider]]\nname = \"hr\"\npermissions = []\n");
    let server = Server::start(&place).await;
    let token = place.token("hr");
    check(&server, &token, [403, 403]).await;
    place.apply("[[service_provider]]\nname = \"hr\"\npermissions = [\"users:read\"]\n");
    check(&server, &token, [200, 403]).await;
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    check(&server, &token, [200, 201]).await;
}
