//! Lives drawn from seeds: whatever crashes and whatever the target does, what is there in the
//! end is what is wanted, nothing was made twice, and every disable was seen.

use sutler_testkit::Dice;
use sutler_testkit::sim::{Plan, Plant, Sabotage, World, live_through};

/// How many seeds each kind of life is lived with.
fn seeds() -> u64 {
    std::env::var("SUTLER_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

fn lives_well(plan: Plan, seeds: std::ops::Range<u64>) {
    let mut wrong = vec![];
    for seed in seeds {
        let complaints = live_through(seed, plan);
        if !complaints.is_empty() {
            wrong.push(format!("seed {seed}: {}", complaints.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// True if some seed goes wrong with the bug, and well without it.
fn is_found(bug: Plan) -> bool {
    let plan = Plan { plant: Plant::None, sabotage: Sabotage::None, ..bug };
    (0..seeds())
        .any(|seed| !live_through(seed, bug).is_empty() && live_through(seed, plan).is_empty())
}

#[test]
fn one_node_loses_nothing_and_doubles_nothing() {
    lives_well(Plan::default(), 0..seeds() * 7 / 10);
}

#[test]
fn accounts_that_are_recognised_by_name_are_neither_lost_nor_doubled() {
    lives_well(Plan { by_name: true, ..Plan::default() }, 0..seeds() / 5);
}

#[test]
fn two_nodes_lose_nothing_and_double_nothing() {
    lives_well(Plan { two_nodes: true, ..Plan::default() }, 0..seeds() * 3 / 10);
}

#[test]
fn a_settle_without_mark_is_found() {
    assert!(is_found(Plan { plant: Plant::NoMark, ..Plan::default() }));
}

#[test]
fn a_create_sent_again_after_unknown_is_found() {
    assert!(is_found(Plan { sabotage: Sabotage::CreatesAgain, ..Plan::default() }));
}

/// One person changes without pause while one of two nodes is stopped in mid-air, declared
/// dead, and wakes among the claims of the other. Gives what is wrong afterwards.
fn a_restless_life(seed: u64, plant: Plant) -> Vec<String> {
    let mut world = World::planted(seed, plant, Sabotage::None, 0);
    let mut dice = Dice::new(seed);
    let nodes = [world.start(false), world.start(false)];
    let ann = world.user("ann");
    world.settle(60);
    let mut restless = |world: &mut World, turns: usize| {
        for _ in 0..turns {
            world.entitle(ann, if dice.percent(50) { "a" } else { "b" });
            world.executor.run_for(i64::try_from(dice.below(150)).unwrap());
        }
        dice.below(10)
    };
    for _ in 0..5 {
        let spare = restless(&mut world, 6);
        let node = *nodes.get(spare % 2).unwrap();
        world.executor.pause(node);
        world.executor.run_for(80_000);
        restless(&mut world, 1);
        world.executor.resume(node);
        restless(&mut world, 2 + spare % 3);
        for title in ["a", "b"] {
            world.settle(60);
            world.entitle(ann, title);
        }
        world.settle(60);
        let complaints = world.complaints();
        if !complaints.is_empty() {
            return complaints;
        }
    }
    vec![]
}

#[test]
fn a_settle_without_fence_is_found() {
    let lives = |plant| (0..seeds()).map(move |seed| (seed, a_restless_life(seed, plant)));
    let bad = lives(Plant::NoFence).find(|(_, complaints)| !complaints.is_empty());
    let (seed, complaints) = bad.expect("the missing fence is noticed");
    let well = a_restless_life(seed, Plant::None);
    assert!(well.is_empty(), "seed {seed}: with the bug {complaints:?}, without it {well:?}");
}
