//! Lives drawn from seeds: whatever crashes and whatever the target does, what is there in the
//! end is what is wanted, nothing was made twice, and every disable was seen.

use std::io::Write;

use sutler_testkit::sim::{Plan, Plant, Sabotage, live_through};

/// How many seeds each kind of life is lived with.
fn seeds() -> u64 {
    std::env::var("SUTLER_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

/// The first seed of the lives that must go well: the long suite goes on where it ended.
fn first() -> u64 {
    std::env::var("SUTLER_FIRST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// Writes what was lived to the file that `SUTLER_FIGURES` names, if it is set: for the ledger.
fn figures(lived: u64) {
    let Some(path) = std::env::var_os("SUTLER_FIGURES") else { return };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("seeds {lived}\ngone_wrong 0\n").as_bytes()).unwrap();
}

fn lives_well(plan: Plan, number: u64) {
    let mut wrong = vec![];
    for seed in first()..first() + number {
        let complaints = live_through(seed, plan);
        if !complaints.is_empty() {
            wrong.push(format!("seed {seed}: {}", complaints.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    figures(number);
}

/// True if some seed goes wrong with the bug, and well without it.
fn is_found(bug: Plan) -> bool {
    let plan = Plan { plant: Plant::None, sabotage: Sabotage::None, ..bug };
    (0..seeds())
        .any(|seed| !live_through(seed, bug).is_empty() && live_through(seed, plan).is_empty())
}

#[test]
fn r8_one_node_loses_nothing_and_doubles_nothing() {
    lives_well(Plan::default(), seeds() * 7 / 10);
}

#[test]
fn r8_r11_accounts_that_are_recognised_by_name_are_neither_lost_nor_doubled() {
    lives_well(Plan { by_name: true, ..Plan::default() }, seeds() / 5);
}

#[test]
fn r8_r11_r12_two_nodes_lose_nothing_and_double_nothing() {
    lives_well(Plan { two_nodes: true, ..Plan::default() }, seeds() * 3 / 10);
}

/// Two nodes, of which one or the other sleeps past its death, and a target that behaves.
const SLEEPY: Plan = Plan { two_nodes: true, sleepy: true, crashes: 0, ..Plan::DEFAULT };

#[test]
fn r12_a_node_that_wakes_after_its_death_disturbs_nobody() {
    lives_well(SLEEPY, seeds() / 20);
}

#[test]
fn a_settle_without_mark_is_found() {
    assert!(is_found(Plan { plant: Plant::NoMark, ..Plan::default() }));
}

#[test]
fn a_create_sent_again_after_unknown_is_found() {
    assert!(is_found(Plan { sabotage: Sabotage::CreatesAgain, ..Plan::default() }));
}

#[test]
fn a_settle_without_fence_is_found() {
    assert!(is_found(Plan { plant: Plant::NoFence, ..SLEEPY }));
}
