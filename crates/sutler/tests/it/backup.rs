//! Backups, taken while the server runs.

use crate::harness::{Place, Server, user};

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
