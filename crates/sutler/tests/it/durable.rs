//! What a success means: it is stored, with its consequences, before it is said.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::json;

use crate::harness::{Place, Server, emulator, in_sync, until, user, usual_estate};
use crate::promises::created;

/// Longer than a commit takes.
const A_WHILE: Duration = Duration::from_millis(700);

fn store(place: &Place) -> Connection {
    Connection::open(place.data().join("sutler.db")).unwrap()
}

/// The lock of somebody else keeps the commit from ending.
#[tokio::test(flavor = "multi_thread")]
async fn r4_success_is_not_said_before_the_commit_and_what_was_done_can_be_read_back() {
    let place = Place::new();
    place.apply("[[service_provider]]\nname = \"hr\"\n");
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let other = store(&place);
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let write = server.send("POST", "/scim/v2/Users", &token, Some(user("ada")));
    tokio::pin!(write);
    let early = tokio::time::timeout(A_WHILE, &mut write).await;
    assert!(early.is_err(), "answered before the commit: {early:?}");
    let (status, found) = server.send("GET", "/scim/v2/Users", &token, None).await;
    assert_eq!((status, &found["totalResults"]), (200, &json!(0)), "nor is it shown");
    other.execute_batch("ROLLBACK").unwrap();
    let (status, made) = write.await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/scim/v2/Users/{}", made["id"].as_str().unwrap());
    assert_eq!(server.send("GET", &path, &token, None).await, (200, made));
}

/// Each of the rows that a change consists of cannot be written, one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn r2_r4_w6_what_cannot_be_stored_whole_is_no_success_and_is_seen_nowhere() {
    let emulator = emulator().await;
    let place = Place::new();
    place.apply(&usual_estate(&emulator.url("app")));
    let server = Server::start(&place).await;
    let token = place.token("hr");
    let ada = created(&server, &token, "Users", user("ada")).await;
    in_sync(&place, 1).await;
    let app = emulator.target("app").unwrap();
    let path = format!("/scim/v2/Users/{ada}");
    let other = store(&place);
    for table in ["name", "journal", "outbox"] {
        let trigger = format!(
            "CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        );
        other.execute_batch(&trigger).unwrap();
        let (status, _) = server.send("POST", "/scim/v2/Users", &token, Some(user("bob"))).await;
        assert!(status >= 500, "{table}: {status}");
        let (status, _) = server.send("PUT", &path, &token, Some(user("eve"))).await;
        assert!(status >= 500, "{table}: {status}");
        other.execute_batch("DROP TRIGGER full").unwrap();
        let (_, found) = server.send("GET", "/scim/v2/Users", &token, None).await;
        assert_eq!(found["totalResults"], 1, "{table}: {found}");
        assert_eq!(found["Resources"][0]["userName"], "ada", "{table}");
    }
    assert_eq!(app.journal().len(), 1, "only what was stored before was sent");
    let (status, _) = server.send("PUT", &path, &token, Some(user("eve"))).await;
    assert_eq!(status, 200);
    until("eve arrives", async || app.user("eve").is_some()).await;
    in_sync(&place, 1).await;
    assert_eq!(app.journal().len(), 2, "{:?}", app.journal());
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table} WHERE rid IS NOT NULL");
        other.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("resource"), count("journal")), (1, 2));
}
