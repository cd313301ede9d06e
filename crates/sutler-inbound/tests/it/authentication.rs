//! Who may do what: credentials and permissions (threats SC-6, SC-7).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, header};
use serde_json::json;
use sutler_model::estate::{Permission, ServiceProvider, TokenKind};
use sutler_testkit::build;

use crate::server::{Answer, Server, group, user};

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn with(server: &Server, credential: &str) -> Answer {
    server.call(Method::GET, "/scim/v2/Users", None, &[("authorization", credential)]).await
}

/// A server whose provider `hr` may use HTTP Basic with the secret `right`.
async fn with_basic() -> Server {
    let server = Server::start().await;
    let secret = Some(server.secret("hr-client", "right").await);
    let provider = ServiceProvider { basic: secret, ..build::provider("hr", &[]) };
    server.edit(vec![("default", provider)]).await;
    server
}

#[tokio::test]
async fn without_a_valid_credential_nothing_is_answered() {
    let server = with_basic().await;
    let wrong = [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer wrong".to_owned(),
        format!("Bearer {}x", server.token),
        format!("bearer{}", server.token),
        format!("Token {}", server.token),
        basic("hr-client", "wrong"),
        basic("hr-client", ""),
        basic("nobody", "right"),
        basic("", ""),
        "Basic !!!".to_owned(),
    ];
    for credential in wrong {
        let answer = with(&server, &credential).await;
        answer.refused(401, None);
        let schemes: Vec<_> = answer.headers.get_all(header::WWW_AUTHENTICATE).iter().collect();
        assert_eq!(schemes.len(), 2, "{credential}");
    }
}

#[tokio::test]
async fn every_route_but_discovery_needs_a_credential_sc_6() {
    let server = Server::start().await;
    let calls = [
        (Method::GET, "/scim/v2"),
        (Method::GET, "/scim/v2/Users"),
        (Method::POST, "/scim/v2/Users"),
        (Method::POST, "/scim/v2/Users/.search"),
        (Method::POST, "/scim/v2/.search"),
        (Method::GET, "/scim/v2/Users/1"),
        (Method::PUT, "/scim/v2/Users/1"),
        (Method::PATCH, "/scim/v2/Users/1"),
        (Method::DELETE, "/scim/v2/Users/1"),
        (Method::GET, "/scim2/Groups"),
        (Method::GET, "/scim2/Groups/1"),
        (Method::POST, "/t/default/scim/v2/Groups"),
        (Method::DELETE, "/t/nobody/scim/v2/Groups/1"),
    ];
    for (method, path) in calls {
        let answer =
            server.call(method.clone(), path, Some(&user("anna")), &[("authorization", "")]).await;
        assert_eq!(answer.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn mutated_paths_never_pass_the_credential_sc_6() {
    let server = Server::start().await;
    for path in [
        "/scim/v2//Users",
        "/scim/v2/Users/",
        "/scim/v2/./Users",
        "/scim/v2/x/../Users",
        "/scim/v2/Users;a=b",
        "/scim/v2/%55sers",
        "/scim/v2/users",
        "/scim/v2/Users%2f1",
        "/scim/v2/Users%2F1",
        "/scim/v2/Users.",
        "/scim/v2/Schemas/../Users",
        "/scim/v2/Schemas/..%2fUsers",
        "/scim/v2/Schemas/..;/Users",
        "//scim/v2/Users",
        "/SCIM/v2/Users",
        "/scim/v2/Users%00",
        "/scim/v2/Users/%2e%2e/Groups",
        "/t//scim/v2/Users",
        "/t/%2e%2e/scim/v2/Users",
    ] {
        let answer = server.call(Method::GET, path, None, &[("authorization", "")]).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401 | 404), "{path} {answer:?}");
    }
    let overridden = [
        ("authorization", ""),
        ("x-http-method-override", "GET"),
        ("x-original-url", "/scim/v2/Schemas"),
    ];
    let answer = server.call(Method::GET, "/scim/v2/Users", None, &overridden).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn basic_is_right_every_time_and_ends_with_its_secret() {
    let server = with_basic().await;
    for _ in 0..3 {
        assert_eq!(with(&server, &basic("hr-client", "right")).await.status, 200);
    }
    with(&server, &basic("hr-client", "wrong")).await.refused(401, None);
    // A remembered secret ends at once when it is replaced.
    let secret = Some(server.secret("hr-client", "new").await);
    let provider = ServiceProvider { basic: secret, ..build::provider("hr", &[]) };
    server.edit(vec![("default", provider)]).await;
    with(&server, &basic("hr-client", "right")).await.refused(401, None);
    assert_eq!(with(&server, &basic("hr-client", "new")).await.status, 200);
}

#[tokio::test]
async fn a_secret_for_oauth_is_none_for_basic() {
    let server = Server::start().await;
    let secret = Some(server.secret("hr-client", "right").await);
    let provider = ServiceProvider { oauth: secret, ..build::provider("hr", &[]) };
    server.edit(vec![("default", provider)]).await;
    with(&server, &basic("hr-client", "right")).await.refused(401, None);
}

#[tokio::test]
async fn two_tokens_are_valid_at_once_and_a_revoked_one_ends_at_once() {
    let server = Server::start().await;
    let second = server.issue("hr", TokenKind::Bearer, None).await;
    for token in [&server.token, &second] {
        assert_eq!(with(&server, &format!("Bearer {token}")).await.status, 200);
    }
    let tokens = server.ledger.tokens(None, true).await.unwrap();
    let hash = sutler_inbound::token::hash(&second);
    let id = &tokens.iter().find(|t| t.hash == hash).unwrap().id;
    assert!(server.ledger.revoke_token(id).await.unwrap());
    with(&server, &format!("Bearer {second}")).await.refused(401, None);
    assert_eq!(with(&server, &format!("Bearer {}", server.token)).await.status, 200);
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over() {
    let server = Server::start().await;
    let token = server.issue("hr", TokenKind::Bearer, Some(10_000)).await;
    let credential = format!("Bearer {token}");
    server.clock.advance(9_999);
    assert_eq!(with(&server, &credential).await.status, 200);
    server.clock.advance(1);
    with(&server, &credential).await.refused(401, None);
}

#[tokio::test]
async fn no_token_is_stored_as_it_is() {
    let server = Server::start().await;
    for token in server.ledger.tokens(None, true).await.unwrap() {
        assert_eq!(token.hash, sutler_inbound::token::hash(&server.token));
        assert!(!format!("{token:?}").contains(&server.token));
    }
}

#[tokio::test]
async fn what_is_not_permitted_is_forbidden_rb_1() {
    use Permission::{GroupsRead, GroupsWrite, UsersRead, UsersWrite};

    let server = Server::start().await;
    let anna = server.user("anna").await;
    let staff = server.group("staff", &[]).await;
    let before = server.committed().await;
    let change = json!({"schemas": [crate::server::PATCH], "Operations": [{"op": "replace", "path": "externalId", "value": "1"}]});
    let calls = [
        (Method::GET, "/scim/v2/Users".to_owned(), None, vec![UsersRead]),
        (Method::GET, format!("/scim/v2/Users/{anna}"), None, vec![UsersRead]),
        (Method::POST, "/scim/v2/Users".to_owned(), Some(user("x")), vec![UsersWrite]),
        (Method::PUT, format!("/scim/v2/Users/{anna}"), Some(user("x")), vec![UsersWrite]),
        (Method::PATCH, format!("/scim/v2/Users/{anna}"), Some(change.clone()), vec![UsersWrite]),
        (Method::DELETE, format!("/scim/v2/Users/{anna}"), None, vec![UsersWrite]),
        (Method::GET, "/scim/v2/Groups".to_owned(), None, vec![GroupsRead]),
        (Method::GET, format!("/scim/v2/Groups/{staff}"), None, vec![GroupsRead]),
        (Method::POST, "/scim/v2/Groups".to_owned(), Some(group("x", &[])), vec![GroupsWrite]),
        (Method::PUT, format!("/scim/v2/Groups/{staff}"), Some(group("x", &[])), vec![GroupsWrite]),
        (Method::PATCH, format!("/scim/v2/Groups/{staff}"), Some(change), vec![GroupsWrite]),
        (Method::DELETE, format!("/scim/v2/Groups/{staff}"), None, vec![GroupsWrite]),
        (Method::GET, "/scim/v2".to_owned(), None, vec![UsersRead, GroupsRead]),
    ];
    for (index, (method, path, body, needed)) in calls.iter().enumerate() {
        // Everything but one of those that are needed.
        for missing in needed {
            let mut others = Permission::ALL.to_vec();
            others.retain(|p| p != missing);
            let token = server.token_with(&format!("app{index}{missing:?}"), &others).await;
            let credential = format!("Bearer {token}");
            let answer = server
                .call(method.clone(), path, body.as_ref(), &[("authorization", &credential)])
                .await;
            answer.refused(403, None);
        }
    }
    let token = server.token_with("nothing", &[]).await;
    let credential = format!("Bearer {token}");
    with(&server, &credential).await.refused(403, None);
    assert_eq!(server.committed().await, before);
}

#[tokio::test]
async fn a_removed_service_provider_has_no_credential_left() {
    let server = Server::start().await;
    let expect = server.ledger.estate().await.unwrap().version;
    let edit = sutler_model::estate::EstateEdit {
        expect,
        remove_service_providers: vec![("default".to_owned(), "hr".to_owned())],
        ..Default::default()
    };
    server.ledger.edit_estate(edit, sutler_model::Time(0)).await.unwrap();
    server.estate.refresh(&*server.ledger).await.unwrap();
    server.get("/scim/v2/Users").await.refused(401, None);
}

#[tokio::test]
async fn who_may_not_read_groups_learns_nothing_of_them_from_users() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    server.group("secret project", &[&anna]).await;
    let token = server.token_with("directory", &[Permission::UsersRead]).await;
    let credential = format!("Bearer {token}");
    let get = async |path: &str| {
        server.call(Method::GET, path, None, &[("authorization", &credential)]).await
    };
    for path in [format!("/scim/v2/Users/{anna}?attributes=groups"), "/scim/v2/Users".to_owned()] {
        let answer = get(&path).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.text.contains("secret"), "{answer:?}");
        assert!(server.get(&path).await.text.contains("secret"));
    }
    let filter = "/scim/v2/Users?filter=groups.display%20sw%20%22s%22";
    get(filter).await.refused(403, None);
    assert_eq!(server.get(filter).await.json()["totalResults"], 1);
}
