//! Rules of a target while people, groups and rules change: scope, mappings, matching.

use serde_json::json;
use sutler_model::change::{Flags, MemberStep, Reference};
use sutler_model::estate::{Mapping, MappingMode, MatchRule, OnDelete, Target, TypeRules};
use sutler_model::link::LinkState;
use sutler_model::port::Registry;
use sutler_model::schema::ENTERPRISE_USER;
use sutler_model::{Kind, Rid, TargetId};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{HOUR, deeds, edit_members, for_seeds, title};

fn world(seed: u64, users: TypeRules) -> World {
    world_with(seed, Target { users, ..build::target("app") })
}

fn world_with(seed: u64, target: Target) -> World {
    let target = Target { lag: 2_000, timeout: 10_000, ..target };
    let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, target);
    world.start(true);
    world
}

fn mapping(attribute: &str, from: &str, mode: MappingMode) -> Mapping {
    Mapping { attribute: attribute.to_owned(), from: from.to_owned(), mode, default: None }
}

fn mapped(attribute: &str, from: &str, mode: MappingMode) -> TypeRules {
    TypeRules { mappings: vec![mapping(attribute, from, mode)], ..TypeRules::default() }
}

fn in_groups(groups: &[&str]) -> TypeRules {
    let in_groups = groups.iter().map(|&group| group.to_owned()).collect();
    TypeRules { in_groups, ..TypeRules::default() }
}

fn rest(world: &World) {
    assert!(world.settle(120), "not at rest: {:?}", world.complaints());
}

fn there(world: &World, name: &str) -> bool {
    world.target.account(Kind::User, name).is_some()
}

fn target_id(world: &World) -> TargetId {
    let estate = futures::executor::block_on(world.ledger.estate()).unwrap();
    estate.targets[0].id
}

fn refer(world: &mut World, rid: Rid, name: &str, manager: Rid) {
    let mut content = build::user(name);
    let attribute = format!("{ENTERPRISE_USER}:manager");
    content.refs.push(Reference { attribute, other: manager });
    world.commit(build::replace(rid, content, Flags::default())).unwrap();
}

#[test]
fn w21_scenario_15_a_group_that_is_renamed_changes_what_its_members_hold() {
    for_seeds(|seed| {
        let mut world = world(seed, mapped("title", "groups | join('+')", MappingMode::Always));
        let people: Vec<Rid> = (0..12).map(|n| world.user(&format!("user{n}"))).collect();
        let team = world.group("sales", &people);
        rest(&world);
        assert_eq!(title(&world, "user7").as_deref(), Some("sales"));
        assert!(world.rename(team, "marketing"));
        rest(&world);
        assert_eq!(title(&world, "user7").as_deref(), Some("marketing"));
        edit_members(&mut world, team, MemberStep::Remove(vec![people[7]]));
        rest(&world);
        assert_eq!(title(&world, "user7"), None, "its value is cleared with the membership");
        assert_eq!(deeds(&world, "create"), 13);
    });
}

#[test]
fn w21_scenario_16_a_manager_who_is_renamed_changes_what_the_reports_hold() {
    for_seeds(|seed| {
        let mut world = world(seed, mapped("title", "manager.userName", MappingMode::Always));
        let boss = world.user("boss");
        for n in 0..5 {
            let name = format!("user{n}");
            let rid = world.user(&name);
            refer(&mut world, rid, &name, boss);
        }
        rest(&world);
        assert_eq!(title(&world, "user3").as_deref(), Some("boss"));
        assert!(world.rename(boss, "chief"));
        rest(&world);
        assert_eq!(title(&world, "user3").as_deref(), Some("chief"));
    });
}

#[test]
fn w22_people_in_a_group_have_accounts_and_lose_them_with_the_membership() {
    for_seeds(|seed| {
        let mut world = world(seed, in_groups(&["STAFF"]));
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let staff = world.group("staff", &[ann]);
        rest(&world);
        assert_eq!((there(&world, "ann"), there(&world, "bob")), (true, false));
        edit_members(&mut world, staff, MemberStep::Add(vec![bob]));
        rest(&world);
        assert!(there(&world, "bob"));
        edit_members(&mut world, staff, MemberStep::Remove(vec![ann]));
        rest(&world);
        assert!(!there(&world, "ann"), "out of scope, and gone");
        world.delete(staff);
        rest(&world);
        assert!(!there(&world, "bob"), "the group is gone");
    });
}

#[test]
fn w22_scenario_06_a_filter_takes_in_and_lets_go() {
    let filter = sutler_model::filter::Filter::Compare(
        sutler_model::path::AttributePath::core("title", None),
        sutler_model::filter::Operator::Equal,
        sutler_model::filter::Literal::Text("Engineer".to_owned()),
    );
    for_seeds(|seed| {
        let users = TypeRules { scope: Some(filter.clone()), ..TypeRules::default() };
        let target = Target { on_leave: Some(OnDelete::Disable), users, ..build::target("app") };
        let mut world = world_with(seed, target);
        let ann = world.user("ann");
        rest(&world);
        assert!(!there(&world, "ann"));
        world.entitle(ann, "Engineer");
        rest(&world);
        assert!(there(&world, "ann"));
        world.entitle(ann, "Poet");
        rest(&world);
        let (_, account) = world.target.account(Kind::User, "ann").unwrap();
        assert!(!account.active, "leaving scope disables here");
        world.entitle(ann, "Engineer");
        rest(&world);
        assert!(world.target.account(Kind::User, "ann").unwrap().1.active, "and back");
    });
}

#[test]
fn w18_scenario_41_a_disabled_leaver_is_deleted_after_its_time_and_not_before() {
    let target = Target {
        on_delete: OnDelete::Disable,
        delete_after: Some(2 * HOUR),
        ..build::target("app")
    };
    let mut world = world_with(41, target);
    let ann = world.user("ann");
    rest(&world);
    world.delete(ann);
    world.executor.run_until(2 * HOUR - 60_000, || false);
    let account = world.target.account(Kind::User, "ann").map(|(_, account)| account.active);
    assert_eq!(account, Some(false), "disabled, and kept");
    world.executor.run_until(2 * 60_000, || false);
    assert!(!there(&world, "ann"), "its time is over");
    rest(&world);
}

#[test]
fn a_value_that_is_given_at_creation_is_the_targets_own_afterwards() {
    let mut world = world(1, mapped("title", "'guest'", MappingMode::OnCreate));
    let ann = world.user("ann");
    rest(&world);
    assert_eq!(title(&world, "ann").as_deref(), Some("guest"));
    world.entitle(ann, "Engineer");
    world.rename(ann, "anna");
    rest(&world);
    assert_eq!(title(&world, "anna").as_deref(), Some("guest"), "neither changed nor cleared");
}

#[test]
fn w21_generated_names_are_tried_until_one_is_free_and_are_kept() {
    for_seeds(|seed| {
        let from = "unique(user.userName | replace('1', '') | replace('2', ''))";
        let mut world = world(seed, mapped("userName", from, MappingMode::Once));
        world.target.plant_account(Kind::User, "ann", "a stranger's");
        let one = world.user("ann1");
        world.user("ann2");
        rest(&world);
        let names: Vec<String> =
            world.target.accounts().values().map(|a| a.name().to_owned()).collect();
        assert!(
            there(&world, "ann1") && there(&world, "ann2"),
            "{names:?} {}",
            world.ledger.unfinished()
        );
        world.entitle(one, "Engineer");
        world.rename(one, "zoe");
        rest(&world);
        assert!(there(&world, "ann1") && there(&world, "ann2") && !there(&world, "zoe"));
        assert_eq!(deeds(&world, "create"), 3, "the stranger, and two of ours");
    });
}

#[test]
fn an_account_that_matches_is_taken_over_and_nobody_is_made_twice() {
    for_seeds(|seed| {
        let rule = MatchRule(vec![("userName".to_owned(), "user.userName".to_owned())]);
        let users = TypeRules { matching: vec![rule], ..TypeRules::default() };
        let mut world = world(seed, users);
        let planted = world.target.plant_account(Kind::User, "ann", "an older system's");
        world.user("ann");
        world.user("bob");
        rest(&world);
        assert_eq!(deeds(&world, "create"), 2, "the planted one, and bob");
        let (remote, account) = world.target.account(Kind::User, "ann").unwrap();
        assert_eq!(remote, planted);
        assert_ne!(account.correlation, "an older system's", "it is ours now");
        world.assert_well();
    });
}

#[test]
fn r10_r13_a_mapping_that_fails_parks_who_it_fails_for_and_a_leaver_is_not_stopped() {
    let mut world = world(1, mapped("title", "user.title ~ '!'", MappingMode::Always));
    let ann = world.user("ann");
    let bob = world.create(Kind::User, "bob", &[]).unwrap();
    world.entitle(bob, "Engineer");
    world.executor.run_until(HOUR, || world.waiting().0 == 0);
    assert_eq!(title(&world, "bob").as_deref(), Some("Engineer!"));
    assert!(!there(&world, "ann"), "has no title");
    let work = world.ledger.work(target_id(&world), ann).unwrap();
    let why = work.why.unwrap();
    assert_eq!(why.cause, "mapping");
    assert!(why.detail.starts_with("`title`: "), "{}", why.detail);
    world.entitle(ann, "Poet");
    rest(&world);
    assert_eq!(title(&world, "ann").as_deref(), Some("Poet!"), "a change wakes it");
    world.commit(build::replace(ann, build::user("ann"), Flags::default())).unwrap();
    world.set_active(ann, false);
    world.executor.run_until(HOUR, || {
        world.target.account(Kind::User, "ann").is_some_and(|(_, account)| !account.active)
    });
    let (_, account) = world.target.account(Kind::User, "ann").unwrap();
    assert!(!account.active, "disabled, although the mapping fails again");
}

#[test]
fn r9_scenario_17_a_reference_comes_when_the_manager_has_an_account() {
    let mut world = world(17, TypeRules::default());
    world.target.set_down(true);
    let ann = world.user("ann");
    let boss = world.user("boss");
    refer(&mut world, ann, "ann", boss);
    world.target.set_down(false);
    rest(&world);
    let (remote, _) = world.target.account(Kind::User, "boss").unwrap();
    let (_, account) = world.target.account(Kind::User, "ann").unwrap();
    let attribute = format!("{ENTERPRISE_USER}:manager");
    let held = account.attributes.get(ENTERPRISE_USER).and_then(|urn| urn.get("manager"));
    let held = account.attributes.get(&attribute).or(held);
    assert_eq!(held, Some(&json!({ "value": remote })));
}

#[test]
fn r10_a_disable_after_a_change_that_failed_for_good_is_confirmed_within_five_seconds() {
    for_seeds(|seed| {
        let mut world = world(seed, mapped("title", "user.title ~ '!'", MappingMode::Always));
        let ann = world.user("ann");
        world.entitle(ann, "Poet");
        rest(&world);
        world.commit(build::replace(ann, build::user("ann"), Flags::default())).unwrap();
        assert!(world.settle(5));
        assert_eq!(world.waiting(), (0, 1), "without a title the mapping fails");
        world.set_active(ann, false);
        let confirmed = || {
            let (_, account) = world.target.account(Kind::User, "ann").unwrap();
            let off = world.ledger.links().iter().all(|link| link.state == LinkState::Off);
            !account.active && off
        };
        assert!(world.executor.run_until(5_000, confirmed), "{:?}", world.ledger.links());
        assert!(world.settle(5));
        assert_eq!(world.waiting(), (0, 1), "what the account should hold is still not known");
    });
}

/// Between the claim and the announcement there is no link, and the frame is read already.
#[test]
fn r8_who_falls_out_of_scope_while_the_create_begins_does_not_keep_the_account() {
    let filter = sutler_model::filter::Filter::Compare(
        sutler_model::path::AttributePath::core("title", None),
        sutler_model::filter::Operator::Equal,
        sutler_model::filter::Literal::Text("Engineer".to_owned()),
    );
    for seed in 0..40 {
        let users = TypeRules { scope: Some(filter.clone()), ..TypeRules::default() };
        let mut world = world(seed, users);
        let ann = world.user("ann");
        rest(&world);
        world.entitle(ann, "Engineer");
        let target = target_id(&world);
        let ledger = std::sync::Arc::clone(&world.ledger);
        let taken = || ledger.work(target, ann).is_some_and(|work| work.fence.is_some());
        assert!(world.executor.run_until(HOUR, taken), "it is claimed");
        world.entitle(ann, "Poet");
        rest(&world);
        assert!(!there(&world, "ann"), "seed {seed}: out of scope, and still there");
    }
}
