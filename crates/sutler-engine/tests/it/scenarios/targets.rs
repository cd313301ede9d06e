//! Targets that refuse, fail or are down: what waits, and who goes first.

use futures::FutureExt;
use sutler_model::Kind;
use sutler_model::port::Dispatch;
use sutler_testkit::sim::Faults;

use super::{HOUR, for_seeds, well, world};

#[test]
fn scenario_21_a_parked_pair_is_tried_with_a_newer_change_and_can_leave() {
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

#[test]
fn scenario_22_a_quarantined_target_is_probed_and_gets_its_leavers_first() {
    let mut world = world(22);
    let ann = world.user("ann");
    well(&world);
    world.target.misbehave(Faults { auth: 100, ..Faults::default() });
    for number in 0..50 {
        world.user(&format!("user{number}"));
    }
    world.executor.run_for(30_000);
    assert_eq!(world.ledger.quarantined().now_or_never().unwrap().unwrap().len(), 1);
    world.set_active(ann, false);
    let before = world.target.calls();
    world.executor.run_for(10 * 60_000);
    assert!(world.target.calls() - before < 60, "one probe at a time");
    world.target.misbehave(Faults::default());
    well(&world);
    assert!(world.ledger.quarantined().now_or_never().unwrap().unwrap().is_empty());
    let deeds = world.target.deeds();
    let leaver = deeds.iter().position(|deed| deed.what == "disable").unwrap();
    assert!(leaver <= 10, "the leaver went {leaver}th");
}

#[test]
fn scenario_23_a_leaver_overtakes_the_backlog() {
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
