//! Scenario 14: groups within groups at targets that take none.

use sutler_model::estate::{EstateEdit, Target};
use sutler_model::guard::{Guard, Limit};
use sutler_model::nesting::DEEPEST;
use sutler_model::nesting::Nesting::{self, Flatten, Native, Skip};
use sutler_model::port::Guarding;
use sutler_testkit::sim::{Faults, Plant, Sabotage};

use super::*;

fn settings(nesting: Nesting) -> Target {
    Target { nesting, lag: 5_000, timeout: 10_000, ..build::target("app") }
}

fn flat(seed: u64) -> World {
    let settings = settings(Nesting::Flatten);
    let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, settings);
    world.start(true);
    world
}

fn join(world: &mut World, group: Rid, members: &[Rid]) {
    edit_members(world, group, MemberStep::Add(members.to_vec()));
}

fn part(world: &mut World, group: Rid, members: &[Rid]) {
    edit_members(world, group, MemberStep::Remove(members.to_vec()));
}

#[test]
fn scenario_14_a_flat_target_gets_the_users_of_nested_groups() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let leaf = world.group("leaf", &[ann]);
        let middle = world.group("middle", &[leaf, bob]);
        world.group("top", &[middle]);
        well(&world);
        let there = |name| members_there(&world, name);
        assert_eq!((there("leaf"), there("middle"), there("top")), (1, 2, 2));
        let cleo = world.user("cleo");
        join(&mut world, leaf, &[cleo]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 3);
        part(&mut world, leaf, &[ann]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 2);
    });
}

#[test]
fn scenario_14_a_native_target_gets_the_groups_themselves() {
    let mut world = world(14);
    let ann = world.user("ann");
    let leaf = world.group("leaf", &[ann]);
    world.group("top", &[leaf]);
    well(&world);
    let (leaf, _) = world.target.account(Kind::Group, "leaf").unwrap();
    let (_, top) = world.target.account(Kind::Group, "top").unwrap();
    assert!(top.members.iter().eq([&leaf]));
}

#[test]
fn scenario_14_groups_are_passed_over_where_they_are_skipped() {
    for_seeds(|seed| {
        let settings = settings(Nesting::Skip);
        let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, settings);
        world.start(true);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let leaf = world.group("leaf", &[ann]);
        let top = world.group("top", &[leaf, bob]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 1);
        let other = world.group("other", &[]);
        join(&mut world, top, &[other]);
        part(&mut world, top, &[leaf]);
        let calls = world.target.count("members");
        well(&world);
        assert_eq!(members_there(&world, "top"), 1);
        assert_eq!(world.target.count("members"), calls, "nothing is sent");
    });
}

#[test]
fn scenario_14_in_a_diamond_only_the_last_way_that_ends_takes_the_membership() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let ann = world.user("ann");
        let (left, right) = (world.group("left", &[ann]), world.group("right", &[ann]));
        let top = world.group("top", &[left, right]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 1);
        let before = world.target.asked().members;
        part(&mut world, left, &[ann]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 1);
        assert_eq!(world.target.asked().members - before, 1, "only `left` is asked");
        part(&mut world, top, &[right]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 0);
    });
}

#[test]
fn scenario_14_two_ends_on_one_way_do_not_hide_each_other() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let leaf = world.group("leaf", &[ann, bob]);
        let middle = world.group("middle", &[leaf]);
        let top = world.group("top", &[middle]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 2);
        part(&mut world, leaf, &[ann]);
        part(&mut world, top, &[middle]);
        world.executor.run_for(i64::try_from(seed).unwrap() * 40);
        part(&mut world, middle, &[leaf]);
        part(&mut world, leaf, &[bob]);
        well(&world);
        let there = |name| members_there(&world, name);
        assert_eq!((there("leaf"), there("middle"), there("top")), (0, 0, 0));
    });
}

#[test]
fn scenario_14_circles_do_no_harm() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let one = world.group("one", &[ann]);
        let two = world.group("two", &[one, bob]);
        join(&mut world, one, &[two]);
        well(&world);
        assert_eq!((members_there(&world, "one"), members_there(&world, "two")), (2, 2));
        part(&mut world, one, &[two]);
        well(&world);
        assert_eq!((members_there(&world, "one"), members_there(&world, "two")), (1, 2));
    });
}

#[test]
fn scenario_14_who_is_deeper_than_sixteen_groups_is_no_member() {
    let mut world = flat(14);
    let ann = world.user("ann");
    let mut below = ann;
    for level in 0..=DEEPEST {
        below = world.group(&format!("g{level}"), &[below]);
    }
    well(&world);
    assert_eq!(members_there(&world, "g15"), 1);
    assert_eq!(members_there(&world, "g16"), 0);
    let bob = world.user("bob");
    let leaf = world.resource(below).unwrap();
    assert_eq!(leaf.kind, Kind::Group);
    join(&mut world, below, &[bob]);
    well(&world);
    assert_eq!(members_there(&world, "g16"), 1);
}

#[test]
fn scenario_14_a_nested_group_that_is_emptied_is_emptied_above() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let people = world.populate(30);
        let (mine, inner) =
            (world.group("mine", &people[..20]), world.group("inner", &people[20..]));
        join(&mut world, mine, &[inner]);
        let stays = world.user("stays");
        world.group("top", &[mine, stays]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 31);
        edit_members(&mut world, mine, MemberStep::Replace(vec![]));
        well(&world);
        assert_eq!(members_there(&world, "top"), 1);
        assert_eq!(members_there(&world, "inner"), 10);
    });
}

#[test]
fn scenario_14_a_nested_group_that_is_deleted_takes_its_users_from_above() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let leaf = world.group("leaf", &[ann]);
        let middle = world.group("middle", &[leaf, bob]);
        let cleo = world.user("cleo");
        world.group("top", &[middle, cleo]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 3);
        world.delete(middle);
        well(&world);
        assert_eq!((members_there(&world, "leaf"), members_there(&world, "top")), (1, 1));
    });
}

#[test]
fn scenario_14_an_account_that_appears_later_is_a_member_above() {
    for_seeds(|seed| {
        let mut world = flat(seed);
        let ann = world.user("ann");
        world.set_active(ann, false);
        let leaf = world.group("leaf", &[ann]);
        world.group("top", &[leaf]);
        well(&world);
        world.target.set_down(true);
        let bob = world.user("bob");
        join(&mut world, leaf, &[bob]);
        world.executor.run_for(3_000);
        world.target.set_down(false);
        world.set_active(ann, true);
        well(&world);
        assert_eq!(members_there(&world, "top"), 2);
    });
}

#[test]
fn scenario_14_a_load_that_is_killed_in_the_middle_goes_on() {
    for_seeds(|seed| {
        let mut world =
            World::with_target(seed, Plant::None, Sabotage::None, 0, settings(Nesting::Flatten));
        let people = world.populate(1_000);
        let (left, right) =
            (world.group("left", &people[..600]), world.group("right", &people[400..]));
        let node = world.start(true);
        well(&world);
        let before = world.target.asked().members;
        let top = world.group("top", &[left, right]);
        let begun = |world: &World| members_there(world, "top");
        while begun(&world) == 0 {
            world.executor.run_for(20);
        }
        world.executor.run_for(i64::try_from(seed).unwrap() * 15);
        world.crash(node);
        world.start(true);
        part(&mut world, left, &people[..5]);
        well(&world);
        assert_eq!(members_there(&world, "top"), 995);
        // Sent once, but for the chunk that was in doubt, and removals while it was.
        let sent = world.target.asked().members - before;
        assert!((1_000..1_400).contains(&sent), "{sent}");
        world.delete(top);
        well(&world);
    });
}

#[test]
fn scenario_14_a_big_group_that_joins_is_swept_and_one_user_costs_one() {
    let mut world = flat(14);
    let people = world.populate(1_500);
    let big = world.group("big", &people);
    let top = world.group("top", &[]);
    well(&world);
    join(&mut world, top, &[big]);
    well(&world);
    assert_eq!(members_there(&world, "top"), 1_500);
    let ann = world.user("ann");
    well(&world);
    let before = world.target.asked().members;
    join(&mut world, big, &[ann]);
    well(&world);
    assert_eq!(world.target.asked().members - before, 2, "one for each of the two groups");
}

#[test]
fn scenario_14_removals_by_way_of_groups_are_counted_and_held() {
    let guard = Guard { removed: Limit::Count(50), ..Guard::OFF };
    let settings = Target { guard, ..settings(Nesting::Flatten) };
    let mut world = World::with_target(14, Plant::None, Sabotage::None, 0, settings);
    let people = world.populate(120);
    world.start(true);
    let big = world.group("big", &people);
    let top = world.group("top", &[big]);
    well(&world);
    part(&mut world, big, &people[..10]);
    well(&world);
    assert_eq!(members_there(&world, "top"), 110);
    part(&mut world, top, &[big]);
    world.executor.run_for(60_000);
    assert_eq!(members_there(&world, "top"), 110, "held");
    let ledger = std::sync::Arc::clone(&world.ledger);
    let waves = world.executor.block_on(async move { ledger.waves(None).await.unwrap() });
    assert_eq!(waves.len(), 1);
    let excess = waves[0].excess.unwrap();
    assert_eq!((excess.came, excess.gone), (110, 20));
}

#[test]
fn scenario_14_a_target_that_changes_its_mind_about_nested_groups_is_brought_along() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let leaf = world.group("leaf", &[ann]);
        world.group("top", &[leaf, bob]);
        well(&world);
        for nesting in [Flatten, Skip, Flatten, Native, Skip, Native] {
            let targets = vec![("default".to_owned(), settings(nesting))];
            world.edit(EstateEdit { targets, ..EstateEdit::default() });
            well(&world);
            let expected = if nesting == Skip { 1 } else { 2 };
            assert_eq!(members_there(&world, "top"), expected, "{nesting:?}");
        }
    });
}

/// Random changes of a web of groups, with crashes and a target that fails: whatever the order
/// in which ends and beginnings meet, everybody is in the end where they belong.
#[test]
fn scenario_14_a_web_of_groups_comes_out_right_whatever_happens() {
    for seed in 0..40 {
        web(seed);
    }
}

fn web(seed: u64) {
    let mut world =
        World::with_target(seed, Plant::None, Sabotage::None, 1, settings(Nesting::Flatten));
    let mut dice = sutler_testkit::Dice::new(seed);
    let mut node = world.start(true);
    world.target.misbehave(Faults { lost_answer: 5, late: 3, throttled: 3, ..Faults::default() });
    let people: Vec<Rid> = (0..4).map(|n| world.user(&format!("user{n}"))).collect();
    let mut groups: Vec<Rid> = (0..4).map(|n| world.group(&format!("group{n}"), &[])).collect();
    for turn in 0..60 {
        let group = *dice.pick(&groups).unwrap();
        let all: Vec<Rid> = people.iter().chain(&groups).copied().collect();
        let some: Vec<Rid> =
            all.into_iter().filter(|rid| *rid != group && dice.percent(25)).collect();
        match dice.below(10) {
            0..=4 => join(&mut world, group, &some),
            5..=7 => part(&mut world, group, &some),
            8 => edit_members(&mut world, group, MemberStep::Replace(vec![])),
            _ => {
                world.delete(group);
                groups.retain(|other| *other != group);
                groups.push(world.group(&format!("new{turn}"), &some));
            }
        }
        if dice.percent(5) {
            world.crash(node);
            node = world.start(true);
        }
        world.executor.run_for(*dice.pick(&[0, 5, 40, 300, 3_000]).unwrap());
    }
    world.target.misbehave(Faults::default());
    world.executor.run_for(120_000);
    assert!(world.settle(120), "seed {seed}: {:?}", world.complaints());
    assert!(world.complaints().is_empty(), "seed {seed}: {:?}", world.complaints());
}
