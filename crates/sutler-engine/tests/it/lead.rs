//! x
use sutler_testkit::sim::{Plan, live_through};
#[test]
fn lead() {
    let from: u64 = std::env::var("FROM").unwrap_or("0".into()).parse().unwrap();
    let n: u64 = std::env::var("N").unwrap_or("100".into()).parse().unwrap();
    let mut bad = 0;
    for seed in from..from + n {
        let t = std::time::Instant::now();
        let r = live_through(seed, Plan { two_nodes: seed % 3 == 0, changes: 60, ..Plan::default() });
        if !r.is_empty() { bad += 1; println!("seed {seed}: {r:?}"); }
        if t.elapsed().as_secs() > 5 { println!("seed {seed} took {:?}", t.elapsed()); }
        if bad > 6 { break; }
    }
    assert_eq!(bad, 0);
}
