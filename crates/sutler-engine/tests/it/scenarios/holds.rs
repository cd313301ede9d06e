//! Targets that are left alone on purpose: paused, or under maintenance.

use futures::FutureExt;
use sutler_model::estate::Target;
use sutler_model::maintenance::Window;
use sutler_model::pause::Pause;
use sutler_model::port::{Dispatch, Registry};
use sutler_model::{TargetId, Time};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{HOUR, deeds, for_seeds, well, world};

fn app(world: &World) -> TargetId {
    world.ledger.estate().now_or_never().unwrap().unwrap().targets[0].id
}

fn pause(world: &World, until: Option<Time>, leavers_go_on: bool) {
    let pause = Pause { since: world.executor.now(), until, reason: None, leavers_go_on };
    world.ledger.set_pause(app(world), Some(pause)).now_or_never().unwrap().unwrap();
}

#[test]
fn a_paused_target_gets_nothing_and_one_item_a_pair_waits() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = world.user("ann");
        well(&world);
        pause(&world, None, false);
        world.executor.run_for(2_000);
        let calls = world.target.calls();
        for title in ["a", "b", "c"] {
            world.entitle(ann, title);
            world.executor.run_for(60_000);
        }
        world.set_active(ann, false);
        world.executor.run_for(HOUR);
        assert_eq!(world.target.calls(), calls, "a paused target is left alone");
        assert_eq!(world.waiting(), (1, 0));
        world.ledger.set_pause(app(&world), None).now_or_never().unwrap().unwrap();
        well(&world);
        assert_eq!(deeds(&world, "disable"), 1);
    });
}

#[test]
fn with_leave_leavers_pass_a_pause_and_nobody_else_does() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = world.user("ann");
        well(&world);
        pause(&world, None, true);
        world.executor.run_for(2_000);
        world.user("bob");
        world.set_active(ann, false);
        world.executor.run_for(60_000);
        assert_eq!((deeds(&world, "disable"), deeds(&world, "create")), (1, 1));
        world.ledger.set_pause(app(&world), None).now_or_never().unwrap().unwrap();
        well(&world);
        assert_eq!(deeds(&world, "create"), 2);
    });
}

#[test]
fn a_pause_outlives_the_node_and_ends_at_its_time() {
    let mut world = World::new(3);
    let first = world.start(true);
    well(&world);
    let until = world.executor.now().plus(HOUR);
    pause(&world, Some(until), false);
    world.executor.run_for(2_000);
    world.user("ann");
    world.crash(first);
    world.start(true);
    world.executor.run_for(HOUR / 2);
    assert_eq!(deeds(&world, "create"), 0);
    assert!(world.executor.run_until(HOUR, || deeds(&world, "create") == 1));
    assert!(world.executor.now() >= until, "not before its time");
    well(&world);
}

#[test]
fn under_maintenance_a_target_is_left_alone_until_the_window_is_over() {
    let begin = World::new(5).executor.now();
    let until = begin.plus(HOUR);
    let maintenance = vec![Window::Once { from: begin, until }];
    let settings = Target { maintenance, ..build::target("app") };
    let mut world = World::with_targets(5, Plant::None, Sabotage::None, 0, vec![settings]);
    world.start(true);
    world.user("ann");
    world.executor.run_for(HOUR / 2);
    assert_eq!(world.target.calls(), 0);
    assert!(world.executor.run_until(HOUR, || deeds(&world, "create") == 1));
    assert!(world.executor.now() >= until);
    well(&world);
}
