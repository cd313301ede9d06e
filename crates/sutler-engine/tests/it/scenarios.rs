//! The numbered scenarios of the design, each walked through in the simulator.

use sutler_model::change::{Action, Content, Expect, Flags, MemberStep, Reference};
use sutler_model::estate::{EstateEdit, OnDelete};
use sutler_model::port::Dispatch;
use sutler_model::{Kind, Rid, Version};
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, Plant, Sabotage, World};

use futures::FutureExt;

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";
const HOUR: i64 = 3_600_000;

/// A world with one running node.
fn world(seed: u64) -> World {
    let mut world = World::new(seed);
    world.start(true);
    world
}

/// Waits until nothing is left to do, and finds everything in order.
fn well(world: &World) {
    assert!(world.settle(120), "not at rest: {:?}", world.complaints());
    world.assert_well();
}

/// Whatever the order in which things fall, for a few seeds.
fn for_seeds(walk: impl Fn(u64)) {
    (0..8).for_each(walk);
}

fn deeds(world: &World, what: &str) -> usize {
    world.target.count(what)
}

fn title(world: &World, name: &str) -> Option<String> {
    let (_, account) = world.target.account(Kind::User, name).expect(name);
    account.attributes.get("title").and_then(|t| t.as_str()).map(str::to_owned)
}

fn members_there(world: &World, group: &str) -> usize {
    world.target.account(Kind::Group, group).map_or(0, |(_, account)| account.members.len())
}

fn edit_members(world: &mut World, group: Rid, step: MemberStep) {
    world.commit(build::members(group, vec![step])).unwrap();
}

/// Runs until the next operation is on its way to the target.
fn until_called(world: &World) {
    let before = world.target.calls();
    let target = world.target.clone();
    assert!(world.executor.run_until(HOUR, || target.calls() > before), "nothing is sent");
}

/// Runs until one more deed of this kind was done.
fn until_done(world: &World, what: &str) {
    let before = deeds(world, what);
    let done = world.executor.run_until(HOUR, || deeds(world, what) > before);
    assert!(done, "no {what}");
}

#[test]
fn scenario_01_update_while_the_create_is_in_flight_arrives() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = world.user("ann");
        until_called(&world);
        world.entitle(ann, "Dr");
        well(&world);
        assert_eq!(title(&world, "ann").as_deref(), Some("Dr"));
        assert_eq!(deeds(&world, "create"), 1);
    });
}

#[test]
fn scenario_02_a_change_reverted_in_flight_is_reverted_there() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = world.user("ann");
        world.entitle(ann, "a");
        well(&world);
        world.entitle(ann, "b");
        until_called(&world);
        world.entitle(ann, "a");
        well(&world);
        assert_eq!(title(&world, "ann").as_deref(), Some("a"));
    });
}

#[test]
fn scenario_03_delete_while_the_create_is_in_doubt_leaves_no_account() {
    for_seeds(|seed| {
        for (lost_answer, lost_request) in [(100, 0), (0, 100)] {
            let mut world = world(seed);
            world.target.misbehave(Faults { lost_answer, lost_request, ..Faults::default() });
            let ann = world.user("ann");
            until_called(&world);
            world.executor.run_for(300);
            world.delete(ann);
            world.target.misbehave(Faults::default());
            well(&world);
            assert!(world.target.accounts().is_empty());
        }
    });
}

#[test]
fn scenario_04_a_name_is_used_again_only_after_its_holder_is_gone() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let first = world.user("ann");
        well(&world);
        world.target.set_down(true);
        world.delete(first);
        world.user("ann");
        world.executor.run_for(5_000);
        world.target.set_down(false);
        well(&world);
        let order: Vec<&str> = world.target.deeds().iter().map(|deed| deed.what).collect();
        assert_eq!(order, ["create", "delete", "create"]);
    });
}

#[test]
fn scenario_05_two_names_are_swapped_by_way_of_a_third() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let (a, b) = (world.user("a"), world.user("b"));
        well(&world);
        world.target.set_down(true);
        for (who, name) in [(a, "c"), (b, "a"), (a, "b")] {
            assert!(world.rename(who, name));
        }
        world.executor.run_for(1_000);
        world.target.set_down(false);
        well(&world);
        assert_eq!(deeds(&world, "create"), 2);
        assert_eq!(deeds(&world, "update"), 3);
    });
}

#[test]
fn scenario_06_leaving_and_entering_scope_at_once_deletes_nothing() {
    let mut world = world(6);
    world.user("ann");
    well(&world);
    for targets in [&[][..], &["app"][..]] {
        world.edit(EstateEdit {
            service_providers: vec![("default".to_owned(), build::provider("hr", targets))],
            sweep: vec![("default".to_owned(), "app".to_owned())],
            ..EstateEdit::default()
        });
    }
    well(&world);
    assert_eq!(deeds(&world, "delete") + deeds(&world, "disable"), 0);
}

#[test]
fn scenario_07_a_disable_is_seen_although_the_enable_came_at_once() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = world.user("ann");
        well(&world);
        world.set_active(ann, false);
        world.set_active(ann, true);
        well(&world);
        let order: Vec<&str> = world.target.deeds().iter().map(|deed| deed.what).collect();
        assert_eq!(order, ["create", "disable", "enable"]);
    });
}

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

fn reporting_to(name: &str, manager: Rid) -> Content {
    let mut content = build::user(name);
    content.refs = vec![Reference { attribute: MANAGER.to_owned(), other: manager }];
    content
}

#[test]
fn scenario_17_a_reference_is_sent_when_the_other_account_is_there() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let content = build::active(build::user("boss"), false);
        let boss = world.commit(build::create(Kind::User, "b", content, &[])).unwrap().rid;
        let content = reporting_to("ann", boss);
        world.commit(build::create(Kind::User, "a", content, &[])).unwrap();
        well(&world);
        let manager = |world: &World| {
            let (_, ann) = world.target.account(Kind::User, "ann").unwrap();
            let nested =
                ann.attributes.get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
            let flat = ann.attributes.get(MANAGER).cloned();
            flat.or_else(|| nested?.get("manager").cloned())
        };
        assert_eq!(manager(&world), None);
        world.set_active(boss, true);
        well(&world);
        let (remote, _) = world.target.account(Kind::User, "boss").unwrap();
        assert_eq!(manager(&world), Some(serde_json::json!({ "value": remote })));
    });
}

#[test]
fn scenario_19_what_was_decided_under_old_rules_is_decided_again() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.user("ann");
        until_called(&world);
        world.edit(EstateEdit {
            service_providers: vec![("default".to_owned(), build::provider("hr", &[]))],
            sweep: vec![("default".to_owned(), "app".to_owned())],
            ..EstateEdit::default()
        });
        assert!(world.settle(60));
        assert!(world.target.accounts().is_empty(), "out of scope, and gone");
    });
}

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
fn scenario_31_of_two_writes_on_one_version_one_is_refused() {
    let mut world = World::new(31);
    let rid = world.user("ann");
    let on_first = |title: &str| Action::Update {
        rid,
        expect: Expect { body: None, exact: Some(Version { body: 1, members: 0 }) },
        content: Some(build::with(build::user("ann"), "title", title)),
        members: vec![],
        flags: Flags::default(),
    };
    assert_eq!(world.commit(on_first("a")).unwrap().version.body, 2);
    assert!(world.commit(on_first("b")).is_err());
    assert_eq!(world.resource(rid).unwrap().body["title"], "a");
}

#[test]
fn scenario_35_a_target_that_folds_names_is_not_written_again_and_again() {
    let mut world = world(35);
    world.target.fold_names();
    let ann = world.user("Ann");
    assert!(world.settle(60));
    let calls = world.target.calls();
    world.executor.run_for(HOUR);
    assert_eq!(world.target.calls(), calls);
    world.entitle(ann, "Dr");
    assert!(world.settle(60));
    assert_eq!(world.target.calls(), calls + 1);
    assert_eq!(title(&world, "ann").as_deref(), Some("Dr"));
}

#[test]
fn scenario_36_an_account_that_does_not_show_is_not_made_again() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.target.hide_new_accounts();
        world.target.misbehave(Faults { lost_answer: 100, ..Faults::default() });
        world.user("ann");
        world.group("team", &[]);
        until_done(&world, "create");
        world.executor.run_for(1_000);
        world.target.misbehave(Faults::default());
        well(&world);
        assert_eq!(deeds(&world, "create"), 2);
    });
}

#[test]
fn scenario_47_a_store_that_fails_delays_and_loses_nothing() {
    for_seeds(|seed| {
        let mut world = World::planted(seed, Plant::None, Sabotage::None, 20);
        world.start(true);
        let ann = world.user("ann");
        let team = world.group("team", &[ann]);
        world.executor.run_for(500);
        world.entitle(ann, "Dr");
        edit_members(&mut world, team, MemberStep::Remove(vec![ann]));
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

#[test]
fn deletion_by_policy_can_be_to_disable() {
    let target =
        sutler_model::estate::Target { on_delete: OnDelete::Disable, ..build::target("app") };
    let mut world = World::with_target(1, Plant::None, Sabotage::None, 0, target);
    world.start(true);
    let ann = world.user("ann");
    well(&world);
    world.delete(ann);
    assert!(world.settle(60));
    assert_eq!((deeds(&world, "disable"), deeds(&world, "delete")), (1, 0));
}
