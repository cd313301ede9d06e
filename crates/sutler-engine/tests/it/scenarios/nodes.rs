//! Nodes that are killed, stopped, or whose clock is moved.

use sutler_testkit::sim::World;

use super::{HOUR, deeds, for_seeds, until_called, until_done, well, world};

#[test]
fn scenario_24_a_kill_loses_nothing_and_doubles_nothing() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
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

#[test]
fn scenario_25_a_clock_a_year_ahead_sends_nothing_twice() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.user("ann");
        until_called(&world);
        world.executor.shift_wall_clock(365 * 24 * HOUR);
        let bob = world.user("bob");
        well(&world);
        world.set_active(bob, false);
        well(&world);
        assert_eq!(deeds(&world, "create"), 2);
    });
}

#[test]
fn scenario_49_a_create_that_was_answered_to_a_dead_node_is_adopted() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
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
fn scenario_50_a_stopped_node_leaves_nothing_to_wait_for() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
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
