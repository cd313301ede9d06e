//! What a connector tells of its exchanges, and what it keeps to itself.

use std::sync::Arc;

use serde_json::json;
use sutler_model::Kind;
use sutler_model::history::Notes;
use sutler_model::outcome::Query;

use crate::support::{create_user, done, plain, update};

#[tokio::test]
async fn requests_and_answers_are_told_without_secrets() {
    let bench = plain().await;
    let notes = Arc::new(Notes::default());
    let connector = bench.connector.noting(Arc::clone(&notes)).unwrap();
    let body = json!({ "userName": "ann", "title": "Clerk", "password": "correct-horse" });
    let made = done(connector.apply(&create_user("c-1", body)).await);
    let remote = made.remote.unwrap();
    let secret = [("password", json!("battery-staple")), ("title", json!("Guide"))];
    done(connector.apply(&update(Kind::User, &remote, &secret, &[], None)).await);
    done(connector.look(Kind::User, &Query::Key("ann".to_owned())).await);

    let told = notes.take();
    let lines: Vec<String> =
        told.iter().map(|one| format!("{} {} {:?}", one.method, one.path, one.status)).collect();
    assert!(lines.iter().any(|line| line.starts_with("POST ") && line.ends_with("Some(201)")));
    assert!(lines.iter().any(|line| line.starts_with("PATCH ") && line.contains(&remote)));
    assert!(lines.iter().any(|line| line.contains("userName eq \"ann\"")), "{lines:?}");
    let all = serde_json::to_string(&told).unwrap();
    for secret in ["correct-horse", "battery-staple", "\"secret\""] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
    assert!(all.contains("Clerk") && all.contains("Guide"), "{all}");
}

#[tokio::test]
async fn why_there_was_no_answer_is_told_too() {
    let bench = plain().await;
    bench.emulator.refuse_connections().await;
    let notes = Arc::new(Notes::default());
    let connector = bench.connector.noting(Arc::clone(&notes)).unwrap();
    let _ = connector.apply(&create_user("c-1", json!({ "userName": "ann" }))).await;
    let told = notes.take();
    let last = told.last().unwrap();
    assert_eq!(last.status, None);
    assert!(last.answer.as_ref().unwrap().contains("cannot be reached"), "{last:?}");
}
