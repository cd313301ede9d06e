//! The emulator's faults, as the connector tells them: what was applied is never called
//! undone, and what was not applied is never called done.

use serde_json::json;
use sutler_emulator::{Faults, Outage};
use sutler_model::outcome::Outcome;

use crate::support::{create_user, plain, word};

async fn check(faults: Faults, expected: &str, applied: usize) {
    let bench = plain().await;
    bench.target.set_faults(faults.clone());
    let operation = create_user("c-1", json!({"userName": "ann"}));
    let outcome = bench.connector.apply(&operation).await;
    assert_eq!(word(&outcome), expected, "{faults:?} gave {outcome:?}");
    assert_eq!(bench.target.journal().len(), applied, "{faults:?}");
}

#[tokio::test]
async fn faults_are_told_for_what_they_are() {
    let none = Faults::default;
    check(Faults { fail_before: 1.0, ..none() }, "unknown", 0).await;
    check(Faults { lie: 1.0, ..none() }, "unknown", 1).await;
    check(Faults { reset_before: 1.0, ..none() }, "unknown", 0).await;
    check(Faults { reset_after: 1.0, ..none() }, "unknown", 1).await;
    check(Faults { half_body: 1.0, ..none() }, "unknown", 1).await;
    check(Faults { html: 1.0, ..none() }, "unknown", 0).await;
    check(Faults { wrong: 1.0, ..none() }, "unknown", 0).await;
    check(Faults { throttle: 1.0, ..none() }, "Throttled", 0).await;
    check(Faults { unauthorized: 1.0, ..none() }, "Auth", 0).await;
    check(Faults { twice: 1.0, ..none() }, "Exists", 1).await;
    check(Faults { outage: Outage::Reset, ..none() }, "unknown", 0).await;
    check(Faults { outage: Outage::Unavailable, ..none() }, "Throttled", 0).await;
    check(Faults { outage: Outage::BlackHole, ..none() }, "unknown", 0).await;
}

#[tokio::test]
async fn w2_a_throttled_call_is_told_when_to_come_back() {
    let bench = plain().await;
    bench.target.set_faults(Faults { throttle: 1.0, retry_after: 9, ..Faults::default() });
    let operation = create_user("c-1", json!({"userName": "ann"}));
    let now = sutler_model::port::Clock::now(&*bench.clock);
    match bench.connector.apply(&operation).await {
        Outcome::Retry { after, .. } => assert_eq!(after, Some(now.plus(9_000))),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_closed_port_is_unreachable_and_comes_back() {
    let bench = plain().await;
    bench.user("ann").await;
    bench.emulator.refuse_connections().await;
    let operation = create_user("c-2", json!({"userName": "bob"}));
    assert_eq!(word(&bench.connector.apply(&operation).await), "Unreachable");
    bench.emulator.accept_connections().await.unwrap();
    assert_eq!(word(&bench.connector.apply(&operation).await), "done");
    assert!(bench.target.user("ann").is_some(), "what was there is still there");
}
