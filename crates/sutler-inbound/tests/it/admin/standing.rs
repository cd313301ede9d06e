//! What is looked at and ordered about a target: its pause, comparisons, history, who waits there.

use serde_json::{Value, json};
use sutler_engine::reconcile::UnderWay;
use sutler_model::administrator::Role;
use sutler_model::estate::EstateEdit;
use sutler_testkit::build;

use super::{administrator, ask, problem, targets};
use crate::server::Server;

const JSON: &str = "application/json";
const PAUSE: &str = "/api/v1/targets/app/pause";

async fn server() -> (Server, String) {
    let server = Server::start().await;
    targets(&server, "default", &["app"]).await;
    let ann = administrator(&server, "ann", Role::Operator, Some("default")).await;
    (server, ann)
}

async fn acts(server: &Server, token: &str, act: &str) -> Vec<(String, String)> {
    let path = format!("/api/v1/audit?act={act}");
    let rows = ask(server, token, "GET", &path, None, &[]).await.json()["items"].clone();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (text(row, "object"), text(row, "outcome"))).collect()
}

#[tokio::test]
async fn a_target_is_paused_told_and_resumed() {
    let (server, ann) = server().await;
    let put = async |body: &Value| {
        ask(&server, &ann, "PUT", PAUSE, Some((JSON, &body.to_string())), &[]).await
    };
    let get = async || ask(&server, &ann, "GET", PAUSE, None, &[]).await.json();
    assert_eq!((&get().await["paused"], &get().await["since"]), (&json!(false), &Value::Null));
    let later = server.clock_now().plus(60_000).rfc3339();
    let body = json!({"until": later, "reason": "their\u{1b} upgrade", "leavers_go_on": true});
    let paused = put(&body).await.json();
    let expected = json!({
        "paused": true, "since": server.clock_now().rfc3339(), "until": later,
        "reason": "their  upgrade", "leavers_go_on": true,
    });
    assert_eq!((&paused, &get().await), (&expected, &expected));
    // It ends by itself, or by order; a second end changes nothing.
    server.clock.advance(60_000);
    assert_eq!(get().await["paused"], false);
    assert_eq!(put(&json!({})).await.json()["until"], Value::Null);
    for _ in 0..2 {
        assert_eq!(ask(&server, &ann, "DELETE", PAUSE, None, &[]).await.status, 204);
        assert_eq!(get().await["paused"], false);
    }
    for (body, status) in [
        (json!({"until": later}), 422),
        (json!({"until": "tomorrow"}), 400),
        (json!({"until": 5}), 400),
        (json!({"leavers_go_on": "yes"}), 400),
        (json!({"for": "1h"}), 400),
    ] {
        problem(&put(&body).await, status);
        assert_eq!(get().await["paused"], false, "{body}");
    }
    let outcomes =
        |rows: Vec<(String, String)>| rows.into_iter().map(|row| row.1).collect::<Vec<_>>();
    let paused = outcomes(acts(&server, &ann, "target.pause").await);
    assert_eq!(paused, ["refused", "done", "done"]);
    assert_eq!(outcomes(acts(&server, &ann, "target.resume").await), ["done", "done"]);
}

#[tokio::test]
async fn a_comparison_is_begun_followed_and_of_its_tenant_only() {
    let (server, ann) = server().await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    let root = administrator(&server, "root", Role::Owner, None).await;
    let latest = "/api/v1/targets/app/comparisons/latest";
    problem(&ask(&server, &ann, "GET", latest, None, &[]).await, 404);
    let path = "/api/v1/targets/app/comparisons?dry_run=true";
    let begun = ask(&server, &ann, "POST", path, None, &[]).await;
    assert_eq!((begun.status.as_u16(), &begun.json()["dry_run"]), (202, &json!(true)));
    assert_eq!(acts(&server, &ann, "target.reconcile").await[0].1, "begun");
    // Nothing can be reached here: it ends, and says why nobody counts as missing.
    let path = format!("comparisons/{}", begun.id());
    let told = loop {
        let told = ask(&server, &ann, "GET", &format!("/api/v1/{path}"), None, &[]).await.json();
        if told["ended"].is_string() {
            break told;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(told["complete"], false);
    assert!(told["fault"].as_str().unwrap().contains("nothing is delivered here"), "{told}");
    assert_eq!(ask(&server, &ann, "GET", latest, None, &[]).await.json(), told);
    let findings = format!("/api/v1/{path}/findings");
    let found = ask(&server, &ann, "GET", &findings, None, &[]).await.json();
    assert_eq!(found, json!({"items": [], "next_cursor": null}));
    problem(&ask(&server, &ann, "GET", &format!("{findings}?cursor=x"), None, &[]).await, 400);
    for more in ["", "/findings"] {
        let path = format!("/t/acme/api/v1/{path}{more}");
        problem(&ask(&server, &root, "GET", &path, None, &[]).await, 404);
    }
    // Of a target that is gone there is nothing to tell.
    let edit = EstateEdit {
        expect: server.ledger.estate().await.unwrap().version,
        remove_targets: vec![("default".to_owned(), "app".to_owned())],
        ..EstateEdit::default()
    };
    server.ledger.edit_estate(edit, server.clock_now()).await.unwrap();
    problem(&ask(&server, &ann, "GET", &format!("/api/v1/{path}"), None, &[]).await, 404);
}

#[tokio::test]
async fn a_second_comparison_of_a_target_is_refused_while_one_is_under_way() {
    let (server, ann) = server().await;
    let estate = server.estate.current();
    let app = estate.targets.iter().find(|target| target.name == "app").unwrap().id;
    let one = UnderWay { id: "compare-1".to_owned(), since: server.clock_now() };
    let turn = server.comparing.take(app, one);
    let path = "/api/v1/targets/app/comparisons?dry_run=true";
    let refused = ask(&server, &ann, "POST", path, None, &[]).await;
    let told = problem(&refused, 409)["detail"].to_string();
    let since = server.clock_now().rfc3339();
    assert!(told.contains(&format!("since {since} (compare-1)")), "{told}");
    assert_eq!(acts(&server, &ann, "target.reconcile").await[0].1, "refused");
    drop(turn);
    assert_eq!(ask(&server, &ann, "POST", path, None, &[]).await.status, 202);
}

#[tokio::test]
async fn one_resource_is_ordered_to_be_delivered_now() {
    let (server, ann) = server().await;
    let ada = server.user("ada").await;
    let order = async |named: &str, body: &str| {
        let path = format!("/api/v1/targets/app/resources/{named}/provision");
        ask(&server, &ann, "POST", &path, Some((JSON, body)), &[]).await
    };
    let told = order("ada", r#"{"wait_seconds": 0}"#).await;
    assert_eq!((told.status.as_u16(), told.id()), (200, ada), "{told:?}");
    assert!(told.json()["pending"].is_object(), "{told:?}");
    for bad in [r#"{"wait_seconds": -1}"#, r#"{"wait_seconds": 61}"#, r#"{"wait_seconds": "1"}"#] {
        problem(&order("ada", bad).await, 400);
    }
    problem(&order("nobody", r#"{"wait_seconds": 0}"#).await, 404);
    let rows = acts(&server, &ann, "pair.provision").await;
    let expected = [("nobody at target app", "refused"), ("ada at target app", "done")];
    assert_eq!(rows, expected.map(|(object, end)| (object.to_owned(), end.to_owned())));
}

#[tokio::test]
async fn lists_and_states_are_read_by_auditors_and_strictly() {
    let (server, _) = server().await;
    server.user("ada").await;
    let eve = administrator(&server, "eve", Role::Auditor, Some("default")).await;
    let get =
        async |path: &str| ask(&server, &eve, "GET", &format!("/api/v1/{path}"), None, &[]).await;
    let page = json!({"items": [], "next_cursor": null});
    for path in [
        "history",
        "history?target=app&resource=ada&outcome=done&since=2026-01-31T08:00:00Z&count=50",
        "targets/app/failed?cursor=1.17",
        "targets/app/leavers?cursor=1.0.5.17",
    ] {
        assert_eq!(get(path).await.json(), page, "{path}");
    }
    let list = json!({"items": []});
    assert_eq!(get("targets/app/failed/causes").await.json(), list);
    assert_eq!(get("notifications").await.json(), list);
    for (path, status) in [
        ("history?count=51", 400),
        ("history?outcome=lost", 400),
        ("history?since=7d", 400),
        ("history?cursor=x", 400),
        ("history?target=none", 404),
        ("history?resource=nobody", 404),
        ("targets/app/failed?cursor=1", 400),
        ("targets/app/failed?cursor=1.2.3", 400),
        ("targets/app/failed?cursor=1.99999999999999999999", 400),
        ("targets/app/leavers?cursor=1.2.3.4", 400),
        ("targets/app/leavers?cursor=", 400),
        ("targets/none/failed/causes", 404),
    ] {
        problem(&get(path).await, status);
    }
}
