//! Backups, taken while the server runs.

use crate::harness::{APP_TOKEN, Place, Server, user, usual_estate};

#[tokio::test(flavor = "multi_thread")]
async fn r21_a_backup_taken_while_serving_is_a_whole_store() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    let server = Server::start(&place).await;
    let token = place.token("hr");
    server.send("POST", "/scim/v2/Users", &token, Some(user("ada"))).await;
    let copy = place.path("copy.db");
    place.done(&["backup", copy.to_str().unwrap()]);
    let again = place.run(&["backup", copy.to_str().unwrap()]);
    assert_eq!(again.code, 1);
    assert!(again.err.contains("exists already"), "{}", again.err);
    server.send("POST", "/scim/v2/Users", &token, Some(user("bob"))).await;
    drop(server);

    let restored = Place::new();
    std::fs::create_dir(restored.data()).unwrap();
    std::fs::copy(&copy, restored.data().join("sutler.db")).unwrap();
    std::fs::copy(place.data().join("key"), restored.data().join("key")).unwrap();
    let server = Server::start(&restored).await;
    let (status, found) = server.send("GET", "/scim/v2/Users", &token, None).await;
    assert_eq!(status, 200);
    assert_eq!(found["totalResults"], 1);
    assert_eq!(found["Resources"][0]["userName"], "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn r21_a_backup_without_its_key_opens_nothing_and_holds_no_secret() {
    let place = Place::new();
    place.apply(&usual_estate("http://127.0.0.1:9/v2"));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let copy = place.path("copy.db");
    place.done(&["backup", copy.to_str().unwrap()]);
    drop(server);
    let restored = Place::new();
    std::fs::create_dir(restored.data()).unwrap();
    std::fs::copy(&copy, restored.data().join("sutler.db")).unwrap();
    let ran = restored.run(&["status"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("the key file") && ran.err.contains("is missing"), "{}", ran.err);
    let bytes = std::fs::read(&copy).unwrap();
    for secret in [APP_TOKEN, "hr-secret", &token] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "`{secret}` is in the backup");
    }
}
