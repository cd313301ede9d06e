//! Tokens: made, listed, two valid at once, revoked.

use crate::harness::{Place, Server};

#[tokio::test(flavor = "multi_thread")]
async fn two_tokens_are_valid_until_one_is_revoked() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    // One before the start, one while serving.
    let first = place.json(&["token", "create", "--service-provider", "hr", "--json"]);
    let server = Server::start(&place).await;
    let second = place.token("hr");
    let first_token = first["token"].as_str().unwrap();
    for token in [first_token, &second] {
        assert_eq!(server.send("GET", "/scim/v2/Users", token, None).await.0, 200);
    }
    let listed = place.json(&["token", "list", "--service-provider", "hr", "--json"]);
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 2);
    assert!(!listed.to_string().contains(first_token));

    place.done(&["token", "revoke", first["id"].as_str().unwrap()]);
    assert_eq!(server.send("GET", "/scim/v2/Users", first_token, None).await.0, 401);
    assert_eq!(server.send("GET", "/scim/v2/Users", &second, None).await.0, 200);
}

#[test]
fn a_token_for_nobody_is_refused_with_who_there_is() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    let ran = place.run(&["token", "create", "--service-provider", "crm"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("there is no service provider `crm`") && ran.err.contains("there are: hr"),
        "{}",
        ran.err
    );
    let ran = place.run(&["token", "revoke", "tok_none"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("token list"), "{}", ran.err);
}
