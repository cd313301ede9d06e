//! Tenants are walls (threat SC-5).

use http::Method;
use serde_json::{Value, json};
use sutler_model::estate::TokenKind;
use sutler_testkit::build;

use crate::server::{Answer, PATCH, Server, group, user};

/// A server with the tenant `acme` and its provider `crm`; the token of that one.
async fn start() -> (Server, String) {
    let server = Server::start().await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    let token = server.issue("crm", TokenKind::Bearer, None).await;
    (server, format!("Bearer {token}"))
}

async fn acme(
    server: &Server,
    credential: &str,
    method: Method,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let path = format!("/t/acme{path}");
    server.call(method, &path, body.as_ref(), &[("authorization", credential)]).await
}

#[tokio::test]
async fn names_are_unique_in_a_tenant_only() {
    let (server, credential) = start().await;
    server.user("anna").await;
    let made = acme(&server, &credential, Method::POST, "/scim/v2/Users", Some(user("anna"))).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.header("location"),
        format!("http://id.example.org/t/acme/scim/v2/Users/{}", made.id())
    );
    assert_eq!(server.get("/scim/v2/Users").await.json()["totalResults"], 1);
    let list = acme(&server, &credential, Method::GET, "/scim2/Users", None).await.json();
    assert_eq!(list["totalResults"], 1);
}

#[tokio::test]
async fn a_token_is_good_in_its_tenant_only() {
    let (server, credential) = start().await;
    let foreign = [("authorization", credential.as_str())];
    server.call(Method::GET, "/scim/v2/Users", None, &foreign).await.refused(401, None);
    server.get("/t/acme/scim/v2/Users").await.refused(401, None);
    server.get("/t/nobody/scim/v2/Users").await.refused(401, None);
    assert_eq!(server.get("/t/default/scim/v2/Users").await.status, 200);
}

#[tokio::test]
async fn another_tenants_id_is_answered_like_a_missing_one_sc_5() {
    let (server, credential) = start().await;
    let theirs = server.user("anna").await;
    let group_id = server.group("staff", &[]).await;
    let missing = "0199a000-0000-7000-8000-000000000000";
    let own = acme(&server, &credential, Method::POST, "/scim/v2/Groups", Some(group("own", &[])))
        .await
        .id();
    let before = server.committed().await;
    let patch = |value: Value| json!({"schemas": [PATCH], "Operations": [value]});
    let title = patch(json!({"op": "replace", "path": "externalId", "value": "1"}));
    let plain = |answer: &Answer| {
        let text = answer.text.replace(answer.header("x-request-id"), "ID");
        (answer.status, text)
    };
    for (id, endpoint, body) in
        [(&theirs, "Users", user("x")), (&group_id, "Groups", group("x", &[]))]
    {
        let calls = [
            (Method::GET, None),
            (Method::PUT, Some(body.clone())),
            (Method::PATCH, Some(title.clone())),
            (Method::DELETE, None),
        ];
        for (method, body) in calls {
            let at = |id: &str| format!("/scim/v2/{endpoint}/{id}");
            let foreign = acme(&server, &credential, method.clone(), &at(id), body.clone()).await;
            let absent = acme(&server, &credential, method.clone(), &at(missing), body).await;
            foreign.refused(404, None);
            assert_eq!(
                plain(&foreign).1.replace(id.as_str(), missing),
                plain(&absent).1,
                "{method} {endpoint}"
            );
        }
    }
    // As a member, and as a manager.
    let add = |id: &str| patch(json!({"op": "add", "path": "members", "value": [{"value": id}]}));
    let path = format!("/scim/v2/Groups/{own}");
    let foreign = acme(&server, &credential, Method::PATCH, &path, Some(add(&theirs))).await;
    let absent = acme(&server, &credential, Method::PATCH, &path, Some(add(missing))).await;
    foreign.refused(400, Some("invalidValue"));
    assert_eq!(plain(&foreign).1.replace(&theirs, missing), plain(&absent).1);
    let filter = format!("/scim/v2/Users?filter=id%20eq%20%22{theirs}%22");
    assert_eq!(
        acme(&server, &credential, Method::GET, &filter, None).await.json()["totalResults"],
        0
    );
    assert_eq!(server.committed().await, before);
}

#[tokio::test]
async fn discovery_of_a_tenant_has_its_addresses_and_none_for_nobody() {
    let (server, _) = start().await;
    let anonymous = [("authorization", "")];
    let path = "/t/acme/scim/v2/ResourceTypes/User";
    let shown = server.call(Method::GET, path, None, &anonymous).await.json();
    assert_eq!(shown["meta"]["location"], format!("http://id.example.org{path}"));
    let path = "/t/nobody/scim/v2/ResourceTypes/User";
    server.call(Method::GET, path, None, &anonymous).await.refused(404, None);
}
