//! Passwords through the running server: where they are not, and what is kept instead.

use rusqlite::Connection;
use serde_json::json;

use crate::harness::{Place, Server, bytes_below, emulator, in_sync, user, usual_estate};
use crate::promises::{created, patch};

const FIRST: &str = "correct-horse-battery";
const SECOND: &str = "staple-correct-horse";

#[tokio::test(flavor = "multi_thread")]
async fn w23_w27_a_password_is_kept_as_argon2id_and_is_nowhere_in_the_clear() {
    let emulator = emulator().await;
    let place = Place::new();
    let stream = "[[event_stream]]\nname = \"crm\"\nevents = [\"prov:create:full\", \"prov:patch:full\"]\naudience = \"https://crm.example.org\"\npoll = \"hr\"\n";
    place.apply(&format!("{}{stream}", usual_estate(&emulator.url("app"))));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let mut body = user("ada");
    body["password"] = json!(FIRST);
    let id = created(&server, &token, "Users", body).await;
    let path = format!("/scim/v2/Users/{id}");
    let steps = json!([
        { "op": "replace", "path": "password", "value": SECOND },
        { "op": "replace", "path": "title", "value": "Dr" },
    ]);
    let (status, changed) = server.send("PATCH", &path, &token, Some(patch(&steps))).await;
    assert_eq!(status, 200);
    in_sync(&place, 1).await;
    let shown = server.send("GET", &path, &token, None).await.1;
    let there = emulator.target("app").unwrap().user("ada").unwrap();
    assert_eq!(there["title"], "Dr");
    let told = [
        changed.to_string(),
        shown.to_string(),
        there.to_string(),
        place.done(&["history", "ada", "-v"]),
        place.done(&["explain", "ada", "app"]),
        place.done(&["export"]),
    ];
    for told in told {
        assert!(!told.contains("horse") && !told.contains("argon2"), "{told}");
    }
    assert_eq!(server.stop(), Some(0));

    let bytes = bytes_below(&place.data());
    for secret in [FIRST, SECOND] {
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "`{secret}` is stored in the clear");
    }
    let store = Connection::open(place.data().join("sutler.db")).unwrap();
    let hash: String = store.query_row("SELECT hash FROM password", [], |row| row.get(0)).unwrap();
    // OWASP's least: 19 MiB, two passes.
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    let events: i64 = store.query_row("SELECT count(*) FROM event", [], |row| row.get(0)).unwrap();
    assert_eq!(events, 2, "the creation and the change, and neither tells it");
}
