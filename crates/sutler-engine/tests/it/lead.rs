//! x
use sutler_testkit::sim::{Plan, live_through};
#[test]
fn lead() {
    let seed: u64 = std::env::var("SEED").unwrap().parse().unwrap();
    let two = std::env::var("TWO").is_ok();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_target(false)
        .without_time()
        .with_ansi(false)
        .with_test_writer()
        .init();
    println!("{:?}", live_through(seed, Plan { two_nodes: two, ..Plan::default() }));
}
