//! Groups and who is in them.

use sutler_model::Kind;
use sutler_model::change::MemberStep;
use sutler_testkit::sim::World;

use super::{HOUR, deeds, edit_members, for_seeds, members_there, well, world};

#[test]
fn scenario_08_a_load_of_10_000_members_goes_on_after_a_kill() {
    let mut world = World::new(8);
    let people = world.populate(10_000);
    let node = world.start(true);
    world.group("all", &people);
    assert!(world.executor.run_until(HOUR, || deeds(&world, "members") >= 43));
    world.crash(node);
    world.start(true);
    well(&world);
    assert_eq!(members_there(&world, "all"), 10_000);
    assert!(deeds(&world, "members") <= 102, "chunks are not sent again");
}

#[test]
fn scenario_09_a_member_removed_during_the_load_is_out() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
        let people = world.populate(500);
        world.start(true);
        let group = world.group("all", &people);
        assert!(world.executor.run_until(HOUR, || members_there(&world, "all") >= 200));
        edit_members(&mut world, group, MemberStep::Remove(vec![people[0], people[450]]));
        well(&world);
        assert_eq!(members_there(&world, "all"), 498);
    });
}

#[test]
fn scenario_10_a_membership_waits_for_both_its_sides() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.target.set_down(true);
        let ann = world.user("ann");
        let team = world.group("team", &[]);
        edit_members(&mut world, team, MemberStep::Add(vec![ann]));
        world.executor.run_for(2_000);
        world.target.set_down(false);
        well(&world);
        let bob = world.user("bob");
        edit_members(&mut world, team, MemberStep::Add(vec![bob]));
        well(&world);
        assert_eq!(members_there(&world, "team"), 2);
    });
}

#[test]
fn scenario_11_a_deleted_user_is_out_of_all_its_groups() {
    let mut world = World::new(11);
    let people = world.populate(2);
    world.start(true);
    for number in 0..100 {
        world.group(&format!("team{number}"), &people);
    }
    well(&world);
    world.delete(people[0]);
    well(&world);
    let accounts = world.target.accounts();
    let groups = accounts.values().filter(|account| account.kind == Kind::Group);
    assert!(groups.clone().count() == 100 && groups.clone().all(|g| g.members.len() == 1));
}

#[test]
fn scenario_12_a_group_of_10_000_is_deleted_by_one_request() {
    let mut world = World::new(12);
    let people = world.populate(10_000);
    world.start(true);
    let group = world.group("all", &people);
    well(&world);
    let before = world.target.calls();
    world.delete(group);
    well(&world);
    assert_eq!(world.target.calls() - before, 1);
    assert!(world.target.account(Kind::Group, "all").is_none());
}

#[test]
fn scenario_13_a_group_is_emptied_there_too() {
    let mut world = World::new(13);
    let people = world.populate(250);
    world.start(true);
    let group = world.group("all", &people);
    well(&world);
    edit_members(&mut world, group, MemberStep::Replace(vec![]));
    well(&world);
    assert_eq!(members_there(&world, "all"), 0);
    edit_members(&mut world, group, MemberStep::Add(people[..3].to_vec()));
    well(&world);
    assert_eq!(members_there(&world, "all"), 3);
}
