//! What is not understood is refused in every dialect, and changes nothing.

use http::Method;
use serde_json::{Value, json};
use sutler_model::Dialect;

use super::{Call, Play, call, delete, patch, post, put, query};
use crate::server::{ENTERPRISE, GROUP, Server, USER, members};

#[tokio::test]
async fn what_is_not_understood_is_refused_in_every_dialect() {
    for dialect in Dialect::ALL {
        let mut play = Play::start("", dialect, false).await;
        let anna = play.server.user("anna").await;
        let before = play.server.committed().await;
        for (call, kind) in calls(&format!("/Users/{anna}")) {
            let (path, body) = (call.path.clone(), call.body.clone());
            let own = play.own.clone();
            let answer = play.send(&own, &call).await;
            let told = answer.json()["scimType"].as_str().map(str::to_owned);
            assert_eq!(
                (answer.status.as_u16(), told.as_deref()),
                (400, Some(kind)),
                "{dialect:?} {path} {body:?}"
            );
        }
        assert_eq!(play.server.committed().await, before);
        assert!(play.counts.of("client").is_empty(), "what is refused is not tolerated");
        let own = play.own.clone();
        assert_eq!(play.send(&own, &delete("/Users/nobody")).await.status, 404);
    }
}

#[tokio::test]
async fn strict_empties_a_group_whose_put_is_silent_about_members_t_u1() {
    let server = Server::start().await;
    let anna = server.user("anna").await;
    let path = format!("/scim/v2/Groups/{}", server.group("staff", &[&anna]).await);
    let silent = json!({"schemas": [GROUP], "displayName": "staff"});
    let answer = server.put(&path, &silent).await;
    assert_eq!((answer.status.as_u16(), members(&answer.json())), (200, vec![]));
}

fn calls(anna: &str) -> Vec<(Call, &'static str)> {
    let user = |key: &str, value: Value| {
        let mut body = json!({"schemas": [USER, ENTERPRISE], "userName": "new"});
        body[key] = value;
        body
    };
    let one = |operation: Value| patch(anna, json!([operation]));
    let custom = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";
    vec![
        (post("/Users", user("favouriteColour", json!("red"))), "invalidSyntax"),
        (post("/Users", user("active", json!("yes"))), "invalidValue"),
        (post("/Users", user("active", json!(1))), "invalidValue"),
        (post("/Users", user("schemas", json!([GROUP]))), "invalidSyntax"),
        (post("/Users", user(&format!("{ENTERPRISE}:department"), json!("x"))), "invalidSyntax"),
        (post("/Users", user(ENTERPRISE, json!({"manager": ["a", "b"]}))), "invalidValue"),
        (
            post("/Users", user("name", json!([{"givenName": "A"}, {"givenName": "B"}]))),
            "invalidValue",
        ),
        (put(anna, user("active", json!("off"))), "invalidValue"),
        (one(json!({"op": "upsert", "path": "title", "value": "x"})), "invalidSyntax"),
        (one(json!({"op": "add", "path": "favouriteColour", "value": "red"})), "invalidPath"),
        (one(json!({"op": "add", "path": custom, "value": {"tag": "x"}})), "invalidPath"),
        (one(json!({"op": "add", "value": {"favouriteColour": "red"}})), "invalidPath"),
        (one(json!({"op": "replace", "path": "active", "value": "maybe"})), "invalidValue"),
        (
            one(json!({"op": "replace", "path": "emails[type ne \"work\"].value", "value": "x"})),
            "noTarget",
        ),
        (one(json!({"op": "remove"})), "noTarget"),
        (
            call(
                Method::PATCH,
                anna,
                Some(
                    json!({"schemas": [USER], "Operations": [{"op": "add", "path": "title", "value": "x"}]}),
                ),
            ),
            "invalidSyntax",
        ),
        (query("/Users", "userName eq anna ek", ""), "invalidFilter"),
        (query("/Users", "favouriteColour eq \"red\"", ""), "invalidFilter"),
        (query("/Users", "active eq \"maybe\"", ""), "invalidFilter"),
    ]
}
