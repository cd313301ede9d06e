//! Answers that come late, or are those of a request that came twice.

use sutler_model::estate::{OnDeactivate, Target};
use sutler_model::{Kind, Rid};
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, Plant, Sabotage, World};

use super::{for_seeds, until_done, well, world};

/// Somebody whose create has arrived twice at a target that does not show the account yet.
fn made_twice(seed: u64) -> (World, Rid) {
    let mut world = world(seed);
    world.target.hide_new_accounts();
    world.target.misbehave(Faults { twice: 100, ..Faults::default() });
    let ann = world.user("ann");
    until_done(&world, "create");
    world.target.misbehave(Faults::default());
    world.executor.run_for(500);
    (world, ann)
}

#[test]
fn r8_a_create_that_arrives_twice_and_is_not_shown_yet_leaves_no_account_behind() {
    for_seeds(|seed| {
        let (mut world, ann) = made_twice(seed);
        assert!(world.rename(ann, "bob"));
        well(&world);
        assert_eq!(world.target.accounts().len(), 1);
    });
}

#[test]
fn r8_a_create_that_arrives_twice_is_taken_away_when_its_user_has_left() {
    for_seeds(|seed| {
        let (mut world, ann) = made_twice(seed);
        world.delete(ann);
        well(&world);
        assert_eq!(world.target.accounts().len(), 0);
    });
}

#[test]
fn r13_a_disable_that_the_policy_does_not_send_is_not_owed() {
    for_seeds(|seed| {
        let on_deactivate = OnDeactivate::Keep;
        let settings = Target { on_deactivate, timeout: 10_000, ..build::target("app") };
        let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, settings);
        world.start(true);
        let ann = world.user("ann");
        well(&world);
        world.target.plant_account(Kind::User, "bob", "a stranger");
        world.set_active(ann, false);
        world.set_active(ann, true);
        assert!(world.rename(ann, "bob"));
        world.executor.run_for(600_000);
        assert_eq!(world.waiting(), (0, 1), "{}", world.ledger.unfinished());
    });
}
