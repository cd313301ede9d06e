//! Targets that refuse, fail or are down: what waits, and who goes first.

use futures::FutureExt;
use sutler_model::delivery::Delivery;
use sutler_model::estate::Target;
use sutler_model::port::{Dispatch, Overview, Registry};
use sutler_model::{Kind, Rid, TargetId};
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, Plant, Sabotage, World};

use super::{HOUR, for_seeds, routes, well, world};

#[test]
fn r13_scenario_21_a_parked_pair_is_tried_with_a_newer_change_and_can_leave() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.target.plant_account(Kind::User, "ann", "somebody else's");
        let ann = world.user("ann");
        assert!(world.settle(60));
        assert_eq!(world.waiting(), (0, 1));
        let calls = world.target.calls();
        world.executor.run_for(HOUR);
        assert_eq!(world.target.calls(), calls, "a parked pair is left alone");
        world.entitle(ann, "Dr");
        assert!(world.settle(60));
        assert_eq!(world.waiting(), (0, 1));
        world.delete(ann);
        assert!(world.settle(60));
        assert_eq!(world.waiting(), (0, 0));
        assert_eq!(world.target.accounts().len(), 1, "what is not ours stays");
    });
}

/// Two targets with 400 people; 200 more come by a sweep, 150 change three times, 50 leave,
/// in this order, while one of the targets refuses our credentials. Gives the leavers.
fn quarantine(world: &mut World) -> Vec<Rid> {
    routes(world, &[], &[]);
    let people = world.populate(400);
    for number in 0..200 {
        world.user(&format!("newcomer{number}"));
    }
    world.start(true);
    assert!(world.settle(1), "nobody is routed anywhere");
    world.target.misbehave(Faults { auth: 100, ..Faults::default() });
    routes(world, &["app", "other"], &["app", "other"]);
    world.executor.run_for(1_000);
    for title in ["a", "b", "c"] {
        people[50..200].iter().for_each(|rid| world.entitle(*rid, title));
        world.executor.run_for(100);
    }
    people[..50].iter().for_each(|rid| world.set_active(*rid, false));
    people[..50].to_vec()
}

fn app(world: &World) -> TargetId {
    world.ledger.estate().now_or_never().unwrap().unwrap().targets[0].id
}

/// What was delivered to the first target, in order.
fn deliveries(world: &World) -> Vec<Delivery> {
    let found = world.ledger.deliveries(Some(app(world)), usize::MAX);
    let mut found = found.now_or_never().unwrap().unwrap();
    found.reverse();
    found
}

#[test]
fn r14_r15_w8_scenario_22_a_quarantined_target_gets_one_probe_at_a_time_and_others_are_not_affected()
 {
    let targets = vec![build::target("app"), build::target("other")];
    let mut world = World::with_targets(22, Plant::None, Sabotage::None, 0, targets);
    let leavers = quarantine(&mut world);
    world.executor.run_for(10_000);
    let quarantined = world.ledger.quarantined().now_or_never().unwrap().unwrap();
    assert_eq!(quarantined.iter().map(|held| held.target).collect::<Vec<_>>(), [app(&world)]);
    let before = deliveries(&world).len();
    world.executor.run_for(10 * 60_000);
    let probes = deliveries(&world).split_off(before);
    assert!((3..=8).contains(&probes.len()), "{} probes in ten minutes", probes.len());
    assert!(probes.iter().all(|probe| leavers.contains(&probe.rid)), "leavers are asked for first");
    let (pending, failed) = world.waiting_at("app");
    assert!((590..=600).contains(&pending) && failed == 0, "{pending}: a pair is there once");
    assert_eq!(world.waiting_at("other"), (0, 0));
    let other = world.target_named("other");
    assert_eq!(["create", "disable"].map(|what| other.count(what)), [600, 50]);
}

#[test]
fn r10_r15_scenario_22_a_target_that_is_back_gets_leavers_then_changes_then_the_sweep() {
    let targets = vec![build::target("app"), build::target("other")];
    let mut world = World::with_targets(22, Plant::None, Sabotage::None, 0, targets);
    quarantine(&mut world);
    world.executor.run_for(10 * 60_000);
    let before = world.target.deeds().len();
    assert_eq!(before, 400, "those who were there");
    world.target.misbehave(Faults::default());
    well(&world);
    assert!(world.ledger.quarantined().now_or_never().unwrap().unwrap().is_empty());
    let deeds = world.target.deeds().split_off(before);
    let order: Vec<&str> = deeds.iter().map(|deed| deed.what).collect();
    let expected = [vec!["disable"; 50], vec!["update"; 150], vec!["create"; 200]].concat();
    assert_eq!(order, expected, "three changes of a person are one request");
}

#[test]
fn r10_scenario_23_a_leaver_overtakes_the_backlog() {
    let mut world = world(23);
    let ann = world.user("ann");
    well(&world);
    world.target.set_down(true);
    for number in 0..300 {
        world.user(&format!("user{number}"));
    }
    world.executor.run_for(10_000);
    world.set_active(ann, false);
    world.target.set_down(false);
    well(&world);
    let deeds = world.target.deeds();
    let leaver = deeds.iter().position(|deed| deed.what == "disable").unwrap();
    assert!(leaver <= 20, "the leaver went {leaver}th of {}", deeds.len());
}

#[test]
fn r13_one_in_twenty_that_is_refused_for_good_does_not_keep_the_others() {
    for_seeds(|seed| {
        let mut world = world(seed);
        for number in (0..200).step_by(20) {
            let name = format!("user{number}");
            world.target.plant_account(Kind::User, &name, "somebody else's");
        }
        for number in 0..200 {
            world.user(&format!("user{number}"));
        }
        assert!(world.settle(10), "the others wait");
        assert_eq!(world.waiting(), (0, 10), "those whose names are taken there");
        assert_eq!(world.target.accounts().len(), 200);
    });
}

#[test]
fn r14_w9_however_much_waits_a_target_has_no_more_calls_at_once_than_is_set() {
    for (concurrency, allowed) in [(1, 1..=1), (3, 2..=3)] {
        for_seeds(|seed| {
            let one = Target { concurrency, ..build::target("app") };
            let targets = vec![one, build::target("other")];
            let mut world = World::with_targets(seed, Plant::None, Sabotage::None, 0, targets);
            world.start(true);
            world.target.set_down(true);
            let people: Vec<Rid> = (0..100).map(|n| world.user(&format!("user{n}"))).collect();
            world.executor.run_for(10_000);
            world.target.set_down(false);
            people[..30].iter().for_each(|rid| world.delete(*rid));
            well(&world);
            let busiest = world.target.asked().busiest;
            assert!(allowed.contains(&busiest), "{busiest} at once");
        });
    }
}
