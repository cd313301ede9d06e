//! Plans over the API: made, read, applied or refused, each in its tenant.

use serde_json::{Value, json};
use sutler_model::administrator::Role;
use sutler_testkit::build;

use super::{administrator, ask, problem, targets};
use crate::server::{Answer, Server};

const JSON: &str = "application/json";

async fn make(server: &Server, token: &str, root: &str, body: &Value) -> Answer {
    let body = body.to_string();
    ask(server, token, "POST", &format!("{root}/plans"), Some((JSON, &body)), &[]).await
}

async fn with_people(names: &[&str]) -> Server {
    let server = Server::start().await;
    targets(&server, "default", &["app"]).await;
    server.edit(vec![("default", build::provider("hr", &["app"]))]).await;
    for name in names {
        server.user(name).await;
    }
    server
}

async fn version(server: &Server) -> String {
    server.ledger.estate().await.unwrap().version.to_string()
}

async fn trail(server: &Server, token: &str) -> Vec<(String, String)> {
    let path = "/api/v1/audit?act=plan.apply";
    let rows = ask(server, token, "GET", path, None, &[]).await.json()["items"].clone();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (text(row, "object"), text(row, "outcome"))).collect()
}

#[tokio::test]
async fn scenario_37_a_plan_is_looked_at_and_applied_and_refused_once_people_have_changed() {
    let server = with_people(&["ada", "bob", "cy"]).await;
    let ann = administrator(&server, "ann", Role::Operator, Some("default")).await;
    let made = make(&server, &ann, "/api/v1", &json!({"target": "app"})).await;
    assert_eq!(made.status, 201, "{made:?}");
    let plan = made.json();
    assert_eq!((&plan["estate"], &plan["of_file"]), (&Value::Null, &json!(false)));
    let counts = plan["targets"][0]["counts"].as_object().unwrap().clone();
    assert_eq!(counts.values().map(|n| n.as_u64().unwrap()).sum::<u64>(), 3);
    let path = format!("/api/v1/plans/{}", made.id());
    let auditor = administrator(&server, "eve", Role::Auditor, Some("default")).await;
    let get = async |path: &str| ask(&server, &auditor, "GET", path, None, &[]).await;
    let mut read = get(&path).await.json();
    read["estate"] = Value::Null;
    assert_eq!(read, plan);
    // Its pairs, page by page.
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(&format!("{path}/pairs?count=2{cursor}")).await.json();
        for pair in page["items"].as_array().unwrap() {
            names.push(pair["name"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    names.sort();
    assert_eq!(names, ["ada", "bob", "cy"]);
    let apply = format!("{path}/apply");
    server.user("dee").await;
    let refused = ask(&server, &ann, "POST", &apply, None, &[]).await;
    let detail = problem(&refused, 409)["detail"].to_string();
    assert!(detail.contains("people or groups have changed"), "{detail}");
    let again = make(&server, &ann, "/api/v1", &json!({})).await;
    let apply_again = format!("/api/v1/plans/{}/apply", again.id());
    let done = ask(&server, &ann, "POST", &apply_again, None, &[]).await;
    assert_eq!((done.status.as_u16(), done.id()), (200, again.id()), "{done:?}");
    // Applying has changed the estate: the same plan is good once.
    problem(&ask(&server, &ann, "POST", &apply_again, None, &[]).await, 409);
    let expected = [(again.id(), "refused"), (again.id(), "done"), (made.id(), "refused")];
    let expected = expected.map(|(id, outcome)| (id, outcome.to_owned()));
    assert_eq!(trail(&server, &auditor).await, expected);
}

#[tokio::test]
async fn sc_5_a_plan_of_one_tenant_is_not_there_for_another() {
    let server = with_people(&["ada"]).await;
    targets(&server, "default", &["other"]).await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    let root = administrator(&server, "root", Role::Owner, None).await;
    let acme = administrator(&server, "bob", Role::Owner, Some("acme")).await;
    let file = json!({"estate": version(&server).await});
    let everywhere = "/api/v1/installation";
    for (at, body, seen_in_default) in [
        ("/api/v1", json!({}), true),
        ("/api/v1", file.clone(), true),
        (everywhere, file.clone(), false),
    ] {
        let made = make(&server, &root, at, &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let path = format!("plans/{}", made.id());
        for (method, more) in [("GET", ""), ("GET", "/pairs"), ("POST", "/apply")] {
            let own = format!("/t/acme/api/v1/{path}{more}");
            problem(&ask(&server, &acme, method, &own, None, &[]).await, 404);
            problem(&ask(&server, &root, method, &own, None, &[]).await, 404);
        }
        let status = async |root_path: &str| {
            let path = format!("{root_path}/{path}");
            ask(&server, &root, "GET", &path, None, &[]).await.status.as_u16()
        };
        assert_eq!(status("/api/v1").await, if seen_in_default { 200 } else { 404 });
        assert_eq!(status(everywhere).await, 200);
    }
    // A plan without a file is of one tenant.
    problem(&make(&server, &root, everywhere, &json!({})).await, 422);
}

#[tokio::test]
async fn a_plan_that_changes_the_estate_is_for_owners() {
    let server = with_people(&["ada"]).await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let operator = administrator(&server, "bob", Role::Operator, Some("default")).await;
    let file = json!({"estate": version(&server).await, "moved": ["app"]});
    let refused = make(&server, &operator, "/api/v1", &file).await;
    assert_eq!(problem(&refused, 403)["needed_role"], "owner");
    let made = make(&server, &owner, "/api/v1", &file).await;
    let expected = json!({
        "tenant": "default", "walled": true, "options": {"moved": ["app"], "unroute": [], "abandon": []},
    });
    assert_eq!((&made.json()["estate"], &made.json()["of_file"]), (&expected, &json!(true)));
    let apply = format!("/api/v1/plans/{}/apply", made.id());
    problem(&ask(&server, &operator, "POST", &apply, None, &[]).await, 403);
    assert_eq!(ask(&server, &owner, "POST", &apply, None, &[]).await.status, 200);
    let outcomes: Vec<_> = trail(&server, &owner).await.into_iter().map(|(_, end)| end).collect();
    assert_eq!(outcomes, ["done", "refused"]);
}

#[tokio::test]
async fn sc_3_what_cannot_be_planned_is_refused() {
    let server = with_people(&["ada"]).await;
    let owner = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let now = version(&server).await;
    for (body, status) in [
        (json!({"estate": "faulty"}), 422),
        (json!({"estate": "0"}), 409),
        (json!({"estate": now, "tenant": "acme"}), 400),
        (json!({"estate": 7}), 400),
        (json!({"moved": ["app"]}), 400),
        (json!({"target": "none"}), 404),
        (json!({"target": ["app"]}), 400),
    ] {
        problem(&make(&server, &owner, "/api/v1", &body).await, status);
    }
    let made = make(&server, &owner, "/api/v1", &json!({})).await;
    let comparison = "/api/v1/targets/app/comparisons";
    let compared = ask(&server, &owner, "POST", comparison, None, &[]).await.id();
    for (path, status) in [
        (format!("/api/v1/plans/{}/pairs?cursor=x", made.id()), 400),
        (format!("/api/v1/plans/{}/pairs?cursor=-1", made.id()), 400),
        (format!("/api/v1/plans/{}/pairs?cursor=99999999999999999999", made.id()), 400),
        (format!("/api/v1/plans/{}/pairs?count=1001", made.id()), 400),
        // A comparison is no plan.
        (format!("/api/v1/plans/{compared}"), 404),
        (format!("/api/v1/plans/{compared}/pairs"), 404),
        (format!("/api/v1/comparisons/{}", made.id()), 404),
        ("/api/v1/plans/%00".to_owned(), 404),
        (format!("/api/v1/plans/{}", "x".repeat(4000)), 404),
    ] {
        problem(&ask(&server, &owner, "GET", &path, None, &[]).await, status);
    }
    let far = format!("/api/v1/plans/{}/pairs?cursor=4000000000", made.id());
    let page = ask(&server, &owner, "GET", &far, None, &[]).await.json();
    assert_eq!(page, json!({"items": [], "next_cursor": null}));
}
