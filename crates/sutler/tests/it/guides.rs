//! The guides, walked through against an emulated target.

use sutler_emulator::Emulator;

use crate::harness::{APP_TOKEN, Place, emulator};
use crate::walkthrough::walk;

/// A port that nobody has now.
fn free_port() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

/// Walks through a guide, doing what its events say to the target.
async fn walk_with(guide: &str, emulator: &Emulator, event: impl AsyncFn(&str)) {
    let place = Place::new();
    let variables = [
        ("TARGET", emulator.url("app")),
        ("APP_TOKEN", APP_TOKEN.to_owned()),
        ("PORT", free_port()),
    ];
    walk(guide, &place.path(""), &variables, event).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs curl, which `make test` installs"]
async fn w19_the_guide_to_passing_through_works_against_the_emulator() {
    let guide = include_str!("../../../../docs/guides/passing.md");
    walk_with(guide, &emulator().await, async |event: &str| {
        panic!("an unknown event: {event}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs curl, which `make test` installs"]
async fn the_guide_from_map_to_recovery_works_against_the_emulator() {
    let emulator = emulator().await;
    let guide = include_str!("../../../../docs/guides/outbound.md");
    walk_with(guide, &emulator, async |event: &str| match event {
        "the target goes down" => emulator.refuse_connections().await,
        "the target comes back" => emulator.accept_connections().await.unwrap(),
        other => panic!("an unknown event: {other}"),
    })
    .await;
}
