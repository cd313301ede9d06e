//! Every route by every role, and by none: the roles are data, and so are the routes.

use std::path::Path;

use sutler_model::administrator::Role;
use sutler_model::audit::{Chains, Place, Query};

use super::{administrator, ask, described, filled, minimal, problem};
use crate::server::Server;

/// Which role each endpoint needs: what is not here is for auditors, and reads.
const MORE: [(&str, &str, Role); 51] = [
    ("POST", "/api/v1/estate/plan", Role::Owner),
    ("POST", "/api/v1/installation/estate/plan", Role::Owner),
    ("PUT", "/api/v1/estate", Role::Owner),
    ("PUT", "/api/v1/installation/estate", Role::Owner),
    ("PUT", "/api/v1/service-providers/{name}", Role::Owner),
    ("DELETE", "/api/v1/service-providers/{name}", Role::Owner),
    ("PUT", "/api/v1/targets/{name}", Role::Owner),
    ("DELETE", "/api/v1/targets/{name}", Role::Owner),
    ("PUT", "/api/v1/identity-providers/{name}", Role::Owner),
    ("DELETE", "/api/v1/identity-providers/{name}", Role::Owner),
    ("PUT", "/api/v1/event-streams/{name}", Role::Owner),
    ("DELETE", "/api/v1/event-streams/{name}", Role::Owner),
    ("PUT", "/api/v1/schemas/{name}", Role::Owner),
    ("DELETE", "/api/v1/schemas/{name}", Role::Owner),
    ("POST", "/api/v1/service-providers/{name}/tokens", Role::Owner),
    ("DELETE", "/api/v1/service-providers/{name}/tokens/{id}", Role::Owner),
    ("POST", "/api/v1/administrators", Role::Owner),
    ("POST", "/api/v1/installation/administrators", Role::Owner),
    ("DELETE", "/api/v1/administrators/{id}", Role::Owner),
    ("DELETE", "/api/v1/installation/administrators/{id}", Role::Owner),
    ("POST", "/api/v1/targets/{name}/check", Role::Operator),
    ("POST", "/api/v1/targets/{name}/retry", Role::Operator),
    ("POST", "/api/v1/plans", Role::Operator),
    ("POST", "/api/v1/installation/plans", Role::Operator),
    ("POST", "/api/v1/plans/{id}/apply", Role::Operator),
    ("POST", "/api/v1/installation/plans/{id}/apply", Role::Operator),
    ("POST", "/api/v1/targets/{name}/comparisons", Role::Operator),
    ("POST", "/api/v1/targets/{name}/resources/{id}/provision", Role::Operator),
    ("PUT", "/api/v1/targets/{name}/pause", Role::Operator),
    ("DELETE", "/api/v1/targets/{name}/pause", Role::Operator),
    ("POST", "/api/v1/waves/{id}/release", Role::Operator),
    ("POST", "/api/v1/waves/{id}/reject", Role::Operator),
    // Reading, spelt out where it might be taken for more.
    ("GET", "/api/v1/estate", Role::Auditor),
    ("GET", "/api/v1/audit", Role::Auditor),
    ("GET", "/api/v1/audit/verification", Role::Auditor),
    ("GET", "/api/v1/administrators", Role::Auditor),
    ("GET", "/api/v1/service-providers/{name}/tokens", Role::Auditor),
    ("GET", "/api/v1/targets/{name}/failed", Role::Auditor),
    ("GET", "/api/v1/targets/{name}/resources/{id}/explanation", Role::Auditor),
    ("GET", "/api/v1/status", Role::Auditor),
    ("GET", "/api/v1/plans/{id}", Role::Auditor),
    ("GET", "/api/v1/plans/{id}/pairs", Role::Auditor),
    ("GET", "/api/v1/comparisons/{id}", Role::Auditor),
    ("GET", "/api/v1/comparisons/{id}/findings", Role::Auditor),
    ("GET", "/api/v1/targets/{name}/pause", Role::Auditor),
    ("GET", "/api/v1/targets/{name}/failed/causes", Role::Auditor),
    ("GET", "/api/v1/history", Role::Auditor),
    ("GET", "/api/v1/notifications", Role::Auditor),
    ("GET", "/api/v1/waves", Role::Auditor),
    ("GET", "/api/v1/waves/{id}", Role::Auditor),
    ("GET", "/api/v1/waves/{id}/pairs", Role::Auditor),
];

fn needed(method: &str, path: &str) -> Role {
    let said = MORE.iter().find(|(m, p, _)| (*m, *p) == (method, path)).map(|(_, _, role)| *role);
    assert!(said.is_some() || method == "GET", "{method} {path} is not in the matrix");
    said.unwrap_or(Role::Auditor)
}

#[tokio::test]
async fn oa_4_every_route_asks_for_its_role() {
    let server = Server::start().await;
    // The holders of these are of the default tenant, or of all for what concerns all.
    for role in Role::ALL {
        let one = administrator(&server, role.name(), role, Some("default")).await;
        let all = administrator(&server, &format!("{}-all", role.name()), role, None).await;
        for (method, path, operation) in described(&server).await {
            let needed = needed(&method, &path);
            assert_eq!(operation["x-role"], needed.name(), "{method} {path}");
            let (body, headers) = minimal(&operation);
            let token = if path.contains("/installation/") { &all } else { &one };
            let answer = ask(&server, token, &method, &filled(&path), body, &headers).await;
            let what = format!("{} {method} {path}: {answer:?}", role.name());
            if role < needed {
                let body = problem(&answer, 403);
                assert_eq!(body["needed_role"], needed.name(), "{what}");
                let detail = body["detail"].as_str().unwrap();
                assert!(detail.contains(&format!("needs the role {}", needed.name())), "{what}");
            } else {
                assert!(!matches!(answer.status.as_u16(), 401 | 403 | 405 | 500), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_role_may_not_do_is_refused_and_written_down() {
    let server = Server::start().await;
    let auditor = administrator(&server, "eve", Role::Auditor, Some("default")).await;
    let answer = ask(&server, &auditor, "POST", "/api/v1/targets/app/retry", None, &[]).await;
    problem(&answer, 403);
    let query = Query {
        chains: Chains::All,
        act: None,
        actor: Some("eve".to_owned()),
        since: None,
        from: Place::NEWEST,
        limit: 9,
    };
    let rows = server.ledger.trail(&query).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].act.as_str(), rows[0].outcome.as_str()), ("target.retry", "refused"));
    assert_eq!(rows[0].object, "app");
    assert!(rows[0].details.contains("needs the role operator"), "{}", rows[0].details);
}

#[tokio::test]
async fn oa_4_nobody_and_every_other_credential_is_asked_who_they_are() {
    let server = Server::start().await;
    let stranger = format!("sutleradm_{}", "A".repeat(43));
    let scim = server.token.clone();
    let basic = "Basic aHI6aHItc2VjcmV0";
    for (method, path, operation) in described(&server).await {
        let (body, mut headers) = minimal(&operation);
        let path = filled(&path);
        for token in ["", &scim, &stranger, "sutleradm_", "a.b.c"] {
            let answer = ask(&server, token, &method, &path, body, &headers).await;
            problem(&answer, 401);
            // One way only (RFC 9110 §11.6.1).
            let asked: Vec<_> = answer.headers.get_all("www-authenticate").iter().collect();
            assert_eq!(asked, ["Bearer realm=\"sutler\""], "{method} {path}");
        }
        headers.push(("authorization", basic));
        let answer = ask(&server, "x", &method, &path, body, &headers).await;
        problem(&answer, 401);
    }
}

#[tokio::test]
async fn every_endpoint_has_a_file_and_every_file_an_endpoint() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/admin/at");
    let listed = std::fs::read_to_string(folder.join("mod.rs")).unwrap();
    for file in std::fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs").unwrap();
        if !matches!(name, "mod" | "kinds" | "schema") {
            assert!(listed.contains(&format!("{name}::")), "{name} is served nowhere");
        }
    }
}
