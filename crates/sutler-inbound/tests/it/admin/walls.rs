//! The wall between tenants: what is another's is not there (SC-5).

use serde_json::json;
use sutler_model::administrator::Role;
use sutler_testkit::build;

use super::{administrator, ask, described, filled, minimal, problem};
use crate::server::Server;

async fn two_tenants() -> Server {
    let server = Server::start().await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    server
}

#[tokio::test]
async fn sc_5_another_tenants_paths_answer_as_if_there_were_none() {
    let server = two_tenants().await;
    let acme = administrator(&server, "ann", Role::Owner, Some("acme")).await;
    let default = administrator(&server, "ann", Role::Owner, Some("default")).await;
    for (method, path, operation) in described(&server).await {
        let (body, headers) = minimal(&operation);
        let path = filled(&path);
        let at = async |token: &str, prefix: &str| {
            let path = format!("{prefix}{path}");
            let answer = ask(&server, token, &method, &path, body, &headers).await;
            let request = answer.header("x-request-id").to_owned();
            (answer.status.as_u16(), answer.text.replace(&request, "-"))
        };
        if path.contains("/installation/") {
            // The installation belongs to no tenant.
            assert_eq!(at(&acme, "").await.0, 404, "{method} {path}");
            assert_eq!(at(&default, "").await.0, 404, "{method} {path}");
            continue;
        }
        let nowhere = at(&acme, "/t/nowhere").await;
        assert_eq!(nowhere.0, 404);
        assert_eq!(at(&acme, "").await, nowhere, "{method} {path}");
        assert_eq!(at(&acme, "/t/default").await, nowhere, "{method} {path}");
        assert_eq!(at(&default, "/t/acme").await, nowhere, "{method} {path}");
        assert_ne!(at(&default, "/t/default").await, nowhere, "{method} {path}");
    }
}

#[tokio::test]
async fn sc_5_another_tenants_things_are_not_there_by_id_either() {
    let server = two_tenants().await;
    let all = administrator(&server, "root", Role::Owner, None).await;
    let acme = administrator(&server, "ann", Role::Owner, Some("acme")).await;
    // A token and an administrator of the default tenant, by their ids.
    let made = ask(&server, &all, "POST", "/api/v1/service-providers/hr/tokens", None, &[]).await;
    assert_eq!(made.status, 201);
    let token = made.id();
    let body = Some(("application/json", r#"{"name": "bob", "role": "auditor"}"#));
    let bob = ask(&server, &all, "POST", "/api/v1/administrators", body, &[]).await.id();
    for path in [
        format!("/t/acme/api/v1/service-providers/crm/tokens/{token}"),
        format!("/t/acme/api/v1/service-providers/hr/tokens/{token}"),
        format!("/t/acme/api/v1/administrators/{bob}"),
    ] {
        problem(&ask(&server, &acme, "DELETE", &path, None, &[]).await, 404);
    }
    let listed = ask(&server, &acme, "GET", "/t/acme/api/v1/administrators", None, &[]).await;
    let names: Vec<_> =
        listed.json()["items"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, [json!("ann")]);
    // The same paths in their own tenant.
    for path in [
        format!("/api/v1/service-providers/hr/tokens/{token}"),
        format!("/api/v1/administrators/{bob}"),
    ] {
        assert_eq!(ask(&server, &all, "DELETE", &path, None, &[]).await.status, 204, "{path}");
        problem(&ask(&server, &all, "DELETE", &path, None, &[]).await, 404);
    }
}

#[tokio::test]
async fn a_tenants_trail_shows_nothing_of_others() {
    let server = two_tenants().await;
    let all = administrator(&server, "root", Role::Owner, None).await;
    let acme = administrator(&server, "ann", Role::Auditor, Some("acme")).await;
    administrator(&server, "bob", Role::Auditor, Some("default")).await;
    let objects = async |token: &str, path: &str| {
        let rows = ask(&server, token, "GET", path, None, &[]).await.json();
        let rows = rows["items"].as_array().unwrap().clone();
        rows.iter().map(|row| row["object"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(objects(&acme, "/t/acme/api/v1/audit").await, ["ann"]);
    assert_eq!(objects(&all, "/api/v1/audit").await, ["bob"]);
    assert_eq!(objects(&all, "/api/v1/installation/audit").await, ["bob", "ann", "root"]);
    let chains = ask(&server, &acme, "GET", "/t/acme/api/v1/audit/verification", None, &[]).await;
    assert_eq!(chains.json()["chains"].as_array().unwrap().len(), 1);
    assert_eq!(chains.json()["ok"], true);
}
