//! R16: whoever leaves is counted, once and before anything is taken away, also where that is
//! hard to see.

use sutler_model::change::MemberStep;
use sutler_model::estate::{EstateEdit, OnDelete, Target};
use sutler_model::guard::{Guard, Limit};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{edit_members, for_seeds, until_called, world};

/// Nobody is deleted before a person is asked.
fn none_deleted(name: &str) -> Target {
    let guard = Guard { deleted: Limit::Count(0), ..Guard::OFF };
    Target { guard, lag: 2_000, timeout: 10_000, ..build::target(name) }
}

fn guarded(seed: u64, targets: Vec<Target>) -> World {
    let mut world = World::with_targets(seed, Plant::None, Sabotage::None, 0, targets);
    world.start(true);
    world
}

fn rest(world: &World) {
    assert!(world.settle(60), "not at rest: {}", world.ledger.unfinished());
}

#[test]
fn r16_a_group_whose_members_leave_is_counted_when_it_goes_itself() {
    for_seeds(|seed| {
        let mut world = guarded(seed, vec![none_deleted("app")]);
        let people = world.populate(3);
        let team = world.group("team", &people);
        rest(&world);
        world.target.set_down(true);
        edit_members(&mut world, team, MemberStep::Remove(vec![people[0]]));
        world.executor.run_for(5_000);
        world.delete(team);
        world.executor.run_for(5_000);
        world.target.set_down(false);
        rest(&world);
        assert_eq!((world.target.taken(), world.held_waves().len()), (0, 1));
    });
}

#[test]
fn r16_who_came_left_and_came_back_before_anything_was_sent_is_counted_later() {
    for_seeds(|seed| {
        let mut world = guarded(seed, vec![none_deleted("app")]);
        let ann = world.user("ann");
        world.set_active(ann, false);
        world.set_active(ann, true);
        until_called(&world);
        world.delete(ann);
        rest(&world);
        assert_eq!((world.target.taken(), world.held_waves().len()), (0, 1));
    });
}

#[test]
fn r16_an_edit_of_another_target_does_not_keep_a_leaver_from_being_counted() {
    for_seeds(|seed| {
        let keeps = Target { on_delete: OnDelete::Keep, ..none_deleted("app") };
        let mut world = guarded(seed, vec![keeps, build::target("other")]);
        let ann = world.user("ann");
        rest(&world);
        world.delete(ann);
        rest(&world);
        let wave = world.held_waves().remove(0);
        world.say(&wave, false);
        rest(&world);
        let other = Target { concurrency: 2, ..build::target("other") };
        let targets = vec![("default".to_owned(), other)];
        world.edit(EstateEdit { targets, ..EstateEdit::default() });
        // She waits for the name, so that the account is decided about again.
        world.user("ann");
        world.executor.run_for(60_000);
        assert_eq!(world.held_waves().len(), 1, "a person is asked again");
    });
}

#[test]
fn r13_whoever_came_back_waits_for_a_person_and_is_not_sent_again_and_again() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.target.plant_account(sutler_model::Kind::User, "ann", "a stranger");
        world.target.set_down(true);
        let ann = world.user("ann");
        world.executor.run_for(3_000);
        world.set_active(ann, false);
        world.set_active(ann, true);
        world.executor.run_for(3_000);
        world.target.set_down(false);
        let before = world.target.calls();
        world.executor.run_for(600_000);
        assert_eq!(world.waiting(), (0, 1), "{}", world.ledger.unfinished());
        assert!(world.target.calls() - before < 10, "{}", world.target.calls() - before);
    });
}
