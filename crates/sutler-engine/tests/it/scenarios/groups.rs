//! Groups and who is in them.

use sutler_model::change::MemberStep;
use sutler_model::estate::{Correlate, OnDelete, Target};
use sutler_model::link::LinkState;
use sutler_model::{Kind, Rid};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{HOUR, deeds, edit_members, for_seeds, members_there, well, world};

#[test]
fn w12_scenario_08_a_load_of_10_000_members_goes_on_after_a_kill() {
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
fn r9_w12_scenario_10_a_membership_waits_for_both_its_sides() {
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

/// Two people in each of 500 groups at a target with this policy; the first is deleted. Each
/// group is asked once to let go, and the account once.
fn deleted_from_500_groups(on_delete: OnDelete, prepare: impl Fn(&World)) -> World {
    let settings = Target { on_delete, ..build::target("app") };
    let mut world = World::with_target(11, Plant::None, Sabotage::None, 0, settings);
    prepare(&world);
    let people = world.populate(2);
    world.start(true);
    for number in 0..500 {
        world.group(&format!("team{number}"), &people);
    }
    well(&world);
    let (calls, chunks) = (world.target.calls(), deeds(&world, "members"));
    world.delete(people[0]);
    assert!(world.settle(120));
    let accounts = world.target.accounts();
    let groups = accounts.values().filter(|account| account.kind == Kind::Group);
    let (stays, _) = world.target.account(Kind::User, "user1").unwrap();
    assert_eq!(groups.clone().count(), 500);
    assert!(groups.clone().all(|group| group.members.iter().eq([&stays])));
    assert_eq!(deeds(&world, "members") - chunks, 500);
    assert_eq!(world.target.calls() - calls, 501);
    world
}

#[test]
fn scenario_11_a_deleted_user_is_out_of_500_groups() {
    let world = deleted_from_500_groups(OnDelete::Delete, |_| ());
    assert_eq!(deeds(&world, "delete"), 1);
    world.assert_well();
}

/// Why each group is asked, although most targets do it by themselves.
#[test]
fn scenario_11_a_deleted_user_is_out_of_500_groups_of_a_target_that_keeps_deleted_members() {
    let world = deleted_from_500_groups(OnDelete::Delete, |world| {
        world.target.keep_deleted_members();
    });
    assert_eq!(deeds(&world, "delete"), 1);
    world.assert_well();
}

#[test]
fn scenario_11_a_user_who_is_only_disabled_there_is_out_of_500_groups() {
    let world = deleted_from_500_groups(OnDelete::Disable, |_| ());
    let (_, account) = world.target.account(Kind::User, "user0").unwrap();
    assert!(!account.active);
    let link = world.ledger.links().into_iter().find(|link| link.remote == Some("r1".into()));
    assert_eq!(link.unwrap().state, LinkState::Off);
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

#[test]
fn w10_who_comes_and_who_goes_in_one_change_both_do_there() {
    for_seeds(|seed| {
        let mut world = World::new(seed);
        let people = world.populate(4);
        world.start(true);
        let team = world.group("team", &people[..2]);
        well(&world);
        let steps =
            vec![MemberStep::Add(people[2..].to_vec()), MemberStep::Remove(vec![people[0]])];
        world.commit(build::members(team, steps)).unwrap();
        well(&world);
        assert_eq!(members_there(&world, "team"), 3);
    });
}

#[test]
fn w25_a_change_of_one_member_sends_one_member_to_a_group_of_10_and_of_1_000() {
    for size in [10, 1_000] {
        let mut world = World::new(25);
        let people = world.populate(size + 1);
        world.start(true);
        let group = world.group("all", &people[..size]);
        well(&world);
        for step in [MemberStep::Add(vec![people[size]]), MemberStep::Remove(vec![people[0]])] {
            let (calls, before) = (world.target.calls(), world.target.asked());
            edit_members(&mut world, group, step);
            well(&world);
            let after = world.target.asked();
            assert_eq!(world.target.calls() - calls, 1, "of {size}");
            assert_eq!(after.members - before.members, 1, "of {size}");
            assert_eq!(after.looks, before.looks, "of {size}: nothing is read");
        }
    }
}

/// Scenario 10, where the group is there already and only recognised: what is not yet stored as
/// its link misses no account that appears meanwhile.
#[test]
fn r8_scenario_10_a_group_that_is_recognised_misses_nobody_who_appears_meanwhile() {
    for seed in 0..60 {
        let settings = Target { correlate: Correlate::UserName, ..build::target("app") };
        let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, settings);
        world.start(true);
        world.target.plant_account(Kind::Group, "sales", "");
        let people: Vec<Rid> = ["ann", "bob", "eve"].map(|name| world.user(name)).to_vec();
        world.group("sales", &people);
        assert!(world.settle(120));
        assert_eq!(members_there(&world, "sales"), 3, "seed {seed}");
    }
}
