//! Nodes that are killed, stopped, or whose clock is moved.

use futures::FutureExt;
use sutler_model::NodeId;
use sutler_model::estate::Target;
use sutler_model::port::Dispatch;
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, Plant, Sabotage, World};

use super::{HOUR, deeds, for_seeds, until_called, until_done, well, world};

#[test]
fn r8_r11_w1_scenario_24_a_kill_loses_nothing_and_doubles_nothing() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
        world.target.repeat_names();
        let mut node = world.start(true);
        for number in 0..20 {
            world.user(&format!("user{number}"));
            world.executor.run_for(i64::try_from(seed).unwrap() * 7);
            world.crash(node);
            node = world.start(true);
        }
        well(&world);
        assert_eq!(deeds(&world, "create"), 20);
    });
}

/// Where names are unique, a create that is sent again is refused, and nobody sees it.
#[test]
fn a_create_that_is_sent_again_is_seen_where_names_are_not_unique() {
    let mut world = World::planted(1, Plant::None, Sabotage::CreatesAgain, 0);
    world.target.repeat_names();
    world.start(true);
    world.target.misbehave(Faults { lost_answer: 100, ..Faults::default() });
    world.user("ann");
    until_done(&world, "create");
    until_done(&world, "create");
    assert!(!world.complaints().is_empty());
    assert!(!world.target.doubles().is_empty());
}

/// A create whose answer is lost, a leaver who cannot be reached, somebody new: on their way
/// to a target of ten calls a second while the clock is moved.
fn on_their_way(seed: u64, by: i64, restart: bool) {
    let settings = Target { rate: Some(10), ..build::target("app") };
    let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, settings);
    let mut node = world.start(true);
    let leaver = world.user("leaver");
    well(&world);
    world.target.misbehave(Faults { lost_answer: 100, ..Faults::default() });
    world.user("ann");
    until_done(&world, "create");
    world.target.set_down(true);
    world.set_active(leaver, false);
    world.executor.run_for(20_000);
    world.executor.shift_wall_clock(by);
    if restart {
        world.crash(node);
        node = world.start(true);
    }
    world.user("bob");
    world.executor.run_for(1_000);
    world.target.misbehave(Faults::default());
    world.target.set_down(false);
    assert!(world.settle(2), "{node} waits: {}", world.ledger.unfinished());
    world.assert_well();
    assert_eq!(deeds(&world, "create"), 3);
}

#[test]
fn r19_scenario_25_a_clock_that_is_moved_delays_nothing_and_sends_nothing_twice() {
    for by in [-HOUR, 365 * 24 * HOUR] {
        for_seeds(|seed| on_their_way(seed, by, false));
        for_seeds(|seed| on_their_way(seed, by, true));
    }
}

#[test]
fn r19_scenario_25_a_year_ahead_and_back_again_is_lived_through() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.user("ann");
        until_called(&world);
        world.executor.shift_wall_clock(365 * 24 * HOUR);
        let bob = world.user("bob");
        assert!(world.settle(2));
        world.executor.shift_wall_clock(-365 * 24 * HOUR);
        world.set_active(bob, false);
        assert!(world.settle(2));
        world.assert_well();
        assert_eq!(deeds(&world, "create"), 2);
    });
}

/// Who holds what is a matter of the boot-time clock alone.
#[test]
fn r19_scenario_25_no_node_is_taken_for_dead_when_the_clock_moves() {
    for by in [-HOUR, 365 * 24 * HOUR] {
        for_seeds(|seed| {
            let mut world = World::new(seed);
            world.start(false);
            world.start(false);
            for number in 0..20 {
                world.user(&format!("user{number}"));
            }
            until_called(&world);
            world.executor.shift_wall_clock(by);
            well(&world);
            world.executor.run_for(10 * 60_000);
            let alive = world.ledger.others(NodeId(0)).now_or_never().unwrap().unwrap();
            assert_eq!(alive.len(), 2);
            assert_eq!(deeds(&world, "create"), 20);
        });
    }
}

#[test]
fn r11_scenario_49_a_create_that_was_answered_to_a_dead_node_is_adopted() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
        world.target.repeat_names();
        let node = world.start(true);
        world.user("ann");
        until_done(&world, "create");
        world.crash(node);
        world.start(true);
        well(&world);
        assert_eq!(deeds(&world, "create"), 1);
    });
}

#[test]
fn r24_scenario_50_a_stopped_node_leaves_nothing_to_wait_for() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
        world.target.repeat_names();
        let first = world.start(false);
        for number in 0..20 {
            world.user(&format!("user{number}"));
        }
        until_called(&world);
        world.stop(first);
        let at = world.executor.now();
        world.start(false);
        well(&world);
        assert!(world.executor.now().since(at) < 30_000, "it waited for the dead");
        assert_eq!(deeds(&world, "create"), 20);
    });
}
