//! `/Me`: a user, by the token of an identity provider that his tenant trusts, on himself alone.

use http::Method;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sutler_model::estate::EstateEdit;
use sutler_model::identity_provider::{IdentityProvider, SelfPermission, UserClaim, UserKey};
use sutler_model::port::Clock as _;
use sutler_testkit::build;

use crate::server::{Answer, PATCH, Server, USER};

const ME: &str = "/scim/v2/Me";

/// An identity provider with its key.
struct Login {
    name: &'static str,
    key: EncodingKey,
}

impl Login {
    /// Whose keys can be had.
    fn new(server: &Server, name: &'static str) -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let key = EncodingKey::from_ec_der(&pair.serialize_der());
        let jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        server.keys.0.lock().unwrap().insert(name.to_owned(), json!({"keys": [jwk]}));
        Self { name, key }
    }

    /// A token for five minutes, with other claims than the usual ones.
    fn token(&self, server: &Server, changes: &Value) -> String {
        let now = server.clock.now().0 / 1_000;
        let mut claims = json!({
            "iss": format!("https://{}.example.org", self.name),
            "aud": "sutler", "sub": "anna", "iat": now, "exp": now + 300,
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let header = json!({"alg": "ES256", "typ": "at+jwt"});
        let part = |value: &Value| {
            use base64::Engine as _;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
        };
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.key, Algorithm::ES256).unwrap();
        format!("{message}.{signature}")
    }
}

/// Replaces the identity providers of a tenant by this one.
async fn trust(server: &Server, tenant: &str, provider: IdentityProvider) {
    edit(server, tenant, vec![provider], vec![]).await;
}

async fn edit(server: &Server, tenant: &str, put: Vec<IdentityProvider>, remove: Vec<&str>) {
    let edit = EstateEdit {
        expect: server.ledger.estate().await.unwrap().version,
        tenants: vec![tenant.to_owned()],
        identity_providers: put.into_iter().map(|p| (tenant.to_owned(), p)).collect(),
        remove_identity_providers: remove
            .into_iter()
            .map(|name| (tenant.to_owned(), name.to_owned()))
            .collect(),
        ..EstateEdit::default()
    };
    server.ledger.edit_estate(edit, server.clock.now()).await.unwrap();
    server.estate.refresh(&*server.ledger).await.unwrap();
}

/// A provider whose users may do everything, and change these attributes.
fn open(name: &str, write: &[&str]) -> IdentityProvider {
    IdentityProvider {
        write: write.iter().map(|name| (*name).to_owned()).collect(),
        ..build::identity_provider(name, &SelfPermission::ALL)
    }
}

/// A server with `anna`, her id, and the provider that she comes from.
async fn start(write: &[&str]) -> (Server, String, Login) {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    trust(&server, "default", open("login", write)).await;
    let login = Login::new(&server, "login");
    (server, anna, login)
}

async fn call(
    server: &Server,
    token: &str,
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Answer {
    let credential = format!("Bearer {token}");
    server.call(method, path, body, &[("authorization", &credential)]).await
}

fn patch(path: &str, value: &Value) -> Value {
    json!({"schemas": [PATCH], "Operations": [{"op": "replace", "path": path, "value": value}]})
}

#[tokio::test]
async fn each_method_is_the_one_of_the_users_own_address_t_r6() {
    let (server, anna, login) = start(&["title", "nickName"]).await;
    server.user("berta").await;
    let token = login.token(&server, &json!({}));
    let location = format!("http://id.example.org/scim/v2/Users/{anna}");
    let own = server.get(&format!("/scim/v2/Users/{anna}")).await;

    let read = call(&server, &token, Method::GET, ME, None).await;
    assert_eq!(read.status, 200, "{read:?}");
    assert_eq!(read.json(), own.json());
    assert_eq!(read.header("etag"), own.header("etag"));
    let replace = json!({"schemas": [USER], "userName": "anna", "title": "Dr"});
    let replaced = call(&server, &token, Method::PUT, ME, Some(&replace)).await;
    assert_eq!((replaced.status.as_u16(), &replaced.json()["title"]), (200, &json!("Dr")));
    let changed =
        call(&server, &token, Method::PATCH, ME, Some(&patch("nickName", &json!("An")))).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["nickName"]), (200, &json!("An")));
    for answer in [&read, &replaced, &changed] {
        assert_eq!(answer.header("location"), location);
        assert_eq!(answer.header("content-location"), location);
        assert_eq!(answer.json()["meta"]["location"], location);
    }
    assert_eq!(call(&server, &token, Method::DELETE, ME, None).await.status, 204);
    server.get(&format!("/scim/v2/Users/{anna}")).await.refused(404, None);
    assert_eq!(server.get("/scim/v2/Users").await.json()["totalResults"], 1);
}

#[tokio::test]
async fn versions_and_selections_hold_for_me_too_t_e2() {
    let (server, _, login) = start(&["title"]).await;
    let credential = format!("Bearer {}", login.token(&server, &json!({})));
    let call = async |method, body: Option<&Value>, header, value: &str| {
        let headers = [("authorization", credential.as_str()), (header, value)];
        server.call(method, ME, body, &headers).await
    };
    let tag = call(Method::GET, None, "x", "y").await.header("etag").to_owned();
    assert_eq!(call(Method::GET, None, "if-none-match", &tag).await.status, 304);
    let body = patch("title", &json!("Dr"));
    call(Method::PATCH, Some(&body), "if-match", "W/\"99\"").await.refused(412, None);
    assert_eq!(call(Method::PATCH, Some(&body), "if-match", &tag).await.status, 200);
    call(Method::DELETE, None, "if-match", &tag).await.refused(412, None);
    let path = format!("{ME}?attributes=userName");
    let headers = [("authorization", credential.as_str())];
    let part = server.call(Method::GET, &path, None, &headers).await.json();
    assert_eq!((part["userName"].as_str(), part.get("title")), (Some("anna"), None));
}

#[tokio::test]
async fn a_users_change_is_delivered_once_and_brings_no_origin() {
    let (server, _, login) = start(&["title"]).await;
    let token = login.token(&server, &json!({}));
    let before = server.committed().await;
    for _ in 0..2 {
        let body = patch("title", &json!("Dr"));
        assert_eq!(call(&server, &token, Method::PATCH, ME, Some(&body)).await.status, 200);
    }
    assert_eq!(server.committed().await, before + 1, "the second one changed nothing");
}

#[tokio::test]
async fn what_is_not_permitted_is_refused_oa_4() {
    let (server, anna, login) = start(&["title"]).await;
    let body = patch("title", &json!("Dr"));
    let calls = [
        (Method::GET, None, SelfPermission::Read),
        (Method::PATCH, Some(&body), SelfPermission::Write),
        (Method::DELETE, None, SelfPermission::Delete),
    ];
    let before = server.committed().await;
    for (method, body, needed) in calls.clone() {
        let others: Vec<_> = SelfPermission::ALL.into_iter().filter(|p| *p != needed).collect();
        for permissions in [vec![], others] {
            trust(
                &server,
                "default",
                IdentityProvider { permissions, ..open("login", &["title"]) },
            )
            .await;
            let token = login.token(&server, &json!({}));
            let refused = call(&server, &token, method.clone(), ME, body).await.refused(403, None);
            assert!(refused["detail"].as_str().unwrap().contains(needed.name()), "{refused}");
        }
    }
    assert_eq!(server.committed().await, before);
    assert_eq!(server.get(&format!("/scim/v2/Users/{anna}")).await.status, 200);
}

#[tokio::test]
async fn a_user_changes_what_is_his_to_change_and_nothing_else_oa_4() {
    let (server, anna, login) = start(&["title", "name", "password"]).await;
    let token = login.token(&server, &json!({}));
    let before = server.committed().await;
    let refused = async |method: Method, body: Value, named: &str| {
        let answer = call(&server, &token, method, ME, Some(&body)).await.refused(403, None);
        assert!(answer["detail"].as_str().unwrap().contains(named), "{answer}");
    };
    for (path, value) in [
        ("active", json!(false)),
        ("userName", json!("root")),
        ("externalId", json!("berta")),
        ("roles", json!([{"value": "admin"}])),
        ("nickName", json!("x")),
        ("emails", json!([{"value": "berta@example.org"}])),
    ] {
        refused(Method::PATCH, patch(path, &value), path).await;
    }
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let department = format!("{enterprise}:department");
    refused(Method::PATCH, patch(&department, &json!("Board")), &department).await;
    // Without a path, and one allowed change beside one that is not.
    let mixed = json!({"schemas": [PATCH], "Operations": [
        {"op": "replace", "value": {"title": "Dr", "nickName": "x"}}]});
    refused(Method::PATCH, mixed, "nickName").await;
    let whole = json!({"schemas": [USER], "userName": "anna", "nickName": "x", "title": "Dr"});
    refused(Method::PUT, whole, "nickName").await;
    assert_eq!(server.committed().await, before);

    let allowed = json!({"schemas": [PATCH], "Operations": [
        {"op": "add", "path": "password", "value": "correct horse battery"},
        {"op": "replace", "path": "name.familyName", "value": "Ek"}]});
    assert_eq!(call(&server, &token, Method::PATCH, ME, Some(&allowed)).await.status, 200);
    // What a client may have set meanwhile, a PUT of the user must not clear.
    let at = format!("/scim/v2/Users/{anna}");
    server.patch(&at, &json!([{"op": "add", "path": "nickName", "value": "An"}])).await;
    refused(Method::PUT, json!({"schemas": [USER], "userName": "anna"}), "nickName").await;
    let kept = json!({"schemas": [USER], "userName": "anna", "nickName": "An"});
    assert_eq!(call(&server, &token, Method::PUT, ME, Some(&kept)).await.status, 200);
}

#[tokio::test]
async fn a_password_is_an_attribute_like_others() {
    let (server, _, login) = start(&["title"]).await;
    let token = login.token(&server, &json!({}));
    let body = patch("password", &json!("correct horse battery"));
    let answer = call(&server, &token, Method::PATCH, ME, Some(&body)).await.refused(403, None);
    assert!(answer["detail"].as_str().unwrap().contains("`password`"));
    assert!(!answer.to_string().contains("horse"));
}

#[tokio::test]
async fn a_users_token_is_good_nowhere_else_oa_4() {
    let (server, anna, login) = start(&["title"]).await;
    let group = server.group("staff", &[&anna]).await;
    let token = login.token(&server, &json!({}));
    let own = format!("/scim/v2/Users/{anna}");
    let groups = format!("/scim/v2/Groups/{group}");
    let body = json!({"schemas": [USER], "userName": "berta"});
    let before = server.committed().await;
    for (method, path) in [
        (Method::GET, "/scim/v2/Users"),
        (Method::GET, "/scim/v2/Users?filter=userName%20eq%20%22anna%22"),
        (Method::POST, "/scim/v2/Users"),
        (Method::POST, "/scim/v2/Users/.search"),
        (Method::GET, &own),
        (Method::PUT, &own),
        (Method::PATCH, &own),
        (Method::DELETE, &own),
        (Method::GET, "/scim/v2/Groups"),
        (Method::GET, &groups),
        (Method::DELETE, &groups),
        (Method::POST, "/scim/v2/Bulk"),
        (Method::POST, "/scim/v2/.search"),
        (Method::GET, "/scim/v2"),
    ] {
        let body = (method != Method::GET).then_some(&body);
        call(&server, &token, method.clone(), path, body).await.refused(403, None);
        let tampered = format!("{token}A");
        call(&server, &tampered, method, path, body).await.refused(401, None);
    }
    assert_eq!(server.committed().await, before);
}

#[tokio::test]
async fn who_is_no_user_has_no_me_t_r6() {
    let (server, _, login) = start(&[]).await;
    let body = json!({});
    for path in [ME, "/scim2/Me", "/t/default/scim/v2/Me"] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            server.call(method.clone(), path, Some(&body), &[]).await.refused(403, None);
            let nobody = [("authorization", "")];
            let refused = server.call(method.clone(), path, Some(&body), &nobody).await;
            refused.refused(401, None);
            assert!(refused.header("www-authenticate").starts_with("Bearer"));
            call(&server, "a.b.c", method, path, Some(&body)).await.refused(401, None);
        }
        // Nobody signs up by himself, with or without a credential.
        for credential in
            ["", "Bearer a.b.c", &format!("Bearer {}", login.token(&server, &json!({})))]
        {
            let headers = [("authorization", credential)];
            server.call(Method::POST, path, Some(&body), &headers).await.refused(501, None);
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_oa_5() {
    let (server, _, login) = start(&[]).await;
    let stranger = Login { name: "login", key: Login::new(&server, "other").key };
    let now = server.clock.now().0 / 1_000;
    let check = async |token: &str, status: u16| {
        assert_eq!(call(&server, token, Method::GET, ME, None).await.status, status, "{token}");
    };
    check(&login.token(&server, &json!({})), 200).await;
    check(&stranger.token(&server, &json!({})), 401).await;
    for changes in [
        json!({"iss": "https://other.example.org"}),
        json!({"iss": null}),
        json!({"aud": "another"}),
        json!({"exp": now - 60}),
        json!({"nbf": now + 61}),
        json!({"iat": now + 61}),
        json!({"sub": 1}),
        json!({"sub": ""}),
    ] {
        check(&login.token(&server, &changes), 401).await;
    }
    check(&format!("{}{}", login.token(&server, &json!({})), "A".repeat(10_000)), 401).await;
    server.clock.advance(361_000);
    check(&login.token(&server, &json!({"exp": now + 300, "iat": now})), 401).await;
}

#[tokio::test]
async fn r25_nobody_is_let_in_without_keys_oa_5() {
    let (server, _, login) = start(&[]).await;
    server.keys.0.lock().unwrap().clear();
    let token = login.token(&server, &json!({}));
    for path in [ME, "/scim/v2/Users"] {
        let refused = call(&server, &token, Method::GET, path, None).await;
        refused.refused(503, None);
        assert_eq!(refused.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn a_provider_is_trusted_in_its_tenant_only_oa_8() {
    let (server, _, login) = start(&[]).await;
    server.edit(vec![("acme", build::provider("crm", &[]))]).await;
    let crm = server.issue("crm", sutler_model::estate::TokenKind::Bearer, None).await;
    let theirs = "/t/acme/scim/v2/Me";
    let made = json!({"schemas": [USER], "userName": "anna", "title": "of acme"});
    assert_eq!(
        call(&server, &crm, Method::POST, "/t/acme/scim/v2/Users", Some(&made)).await.status,
        201
    );
    let token = login.token(&server, &json!({}));
    // No provider there; then another one; then one of the same issuer, for another audience.
    call(&server, &token, Method::GET, theirs, None).await.refused(401, None);
    trust(&server, "acme", open("entry", &[])).await;
    let entry = Login::new(&server, "entry");
    call(&server, &token, Method::GET, theirs, None).await.refused(401, None);
    let own = entry.token(&server, &json!({}));
    assert_eq!(call(&server, &own, Method::GET, theirs, None).await.json()["title"], "of acme");
    call(&server, &own, Method::GET, ME, None).await.refused(401, None);
    let shared = IdentityProvider { audience: vec!["acme".to_owned()], ..open("login", &[]) };
    trust(&server, "acme", shared).await;
    call(&server, &token, Method::GET, theirs, None).await.refused(401, None);
    call(&server, &token, Method::GET, "/t/nobody/scim/v2/Me", None).await.refused(401, None);
    assert_eq!(call(&server, &token, Method::GET, ME, None).await.status, 200);
}

#[tokio::test]
async fn who_was_deactivated_is_refused_at_once_oa_3() {
    let (server, anna, login) = start(&["title"]).await;
    let token = login.token(&server, &json!({}));
    let at = format!("/scim/v2/Users/{anna}");
    let active = |value: bool| json!([{"op": "replace", "path": "active", "value": value}]);
    assert_eq!(call(&server, &token, Method::GET, ME, None).await.status, 200);
    server.patch(&at, &active(false)).await;
    let body = patch("title", &json!("Dr"));
    let before = server.committed().await;
    for (method, body) in
        [(Method::GET, None), (Method::PATCH, Some(&body)), (Method::DELETE, None)]
    {
        call(&server, &token, method, ME, body).await.refused(403, None);
    }
    assert_eq!(server.committed().await, before);
    server.patch(&at, &active(true)).await;
    assert_eq!(call(&server, &token, Method::GET, ME, None).await.status, 200);
}

#[tokio::test]
async fn who_was_deleted_is_refused_at_once_and_is_not_his_successor_oa_3() {
    let (server, anna, login) = start(&[]).await;
    let by_id = IdentityProvider {
        user: UserClaim { claim: "uid".to_owned(), attribute: UserKey::Id },
        ..open("login", &[])
    };
    trust(&server, "default", by_id).await;
    let token = login.token(&server, &json!({"uid": anna}));
    assert_eq!(call(&server, &token, Method::GET, ME, None).await.status, 200);
    assert_eq!(server.delete(&format!("/scim/v2/Users/{anna}")).await.status, 204);
    call(&server, &token, Method::GET, ME, None).await.refused(403, None);
    server.user("anna").await;
    call(&server, &token, Method::GET, ME, None).await.refused(403, None);
}

#[tokio::test]
async fn a_removed_or_changed_provider_counts_at_once_oa_3() {
    let (server, _, login) = start(&[]).await;
    let token = login.token(&server, &json!({}));
    let read = async || call(&server, &token, Method::GET, ME, None).await.status.as_u16();
    assert_eq!(read().await, 200);
    trust(&server, "default", build::identity_provider("login", &[])).await;
    assert_eq!(read().await, 403);
    let elsewhere = IdentityProvider { audience: vec!["x".to_owned()], ..open("login", &[]) };
    trust(&server, "default", elsewhere).await;
    assert_eq!(read().await, 401);
    trust(&server, "default", open("login", &[])).await;
    assert_eq!(read().await, 200);
    edit(&server, "default", vec![], vec!["login"]).await;
    assert_eq!(read().await, 401);
}

#[tokio::test]
async fn a_token_is_about_one_user_or_about_nobody() {
    let (server, _, login) = start(&[]).await;
    let by = async |attribute: UserKey| {
        let user = UserClaim { claim: "sub".to_owned(), attribute };
        trust(&server, "default", IdentityProvider { user, ..open("login", &[]) }).await;
    };
    let check = async |subject: &str, expected: Option<&str>| {
        let token = login.token(&server, &json!({"sub": subject}));
        let answer = call(&server, &token, Method::GET, ME, None).await;
        match expected {
            Some(name) => assert_eq!(answer.json()["userName"], name, "{subject}"),
            None => drop(answer.refused(403, None)),
        }
    };
    by(UserKey::UserName).await;
    check("ANNA", Some("anna")).await;
    // What folds to the same name is not the same person.
    for look_alike in ["\u{FF41}nna", "anna ", "nobody", "an\u{AD}na", "*", "\" or \"1"] {
        check(look_alike, None).await;
    }
    by(UserKey::ExternalId).await;
    let with_id =
        |name: &str, id: &str| json!({"schemas": [USER], "userName": name, "externalId": id});
    for (name, id) in [("berta", "E-1"), ("carla", "E-2"), ("dora", "E-2")] {
        assert_eq!(server.post("/scim/v2/Users", &with_id(name, id)).await.status, 201);
    }
    check("E-1", Some("berta")).await;
    check("e-1", None).await;
    check("E-2", None).await;
    check("anna", None).await;
}
