//! Accounts and their names, from the create to the proof that they are gone.

use sutler_model::change::{Content, Reference};
use sutler_model::estate::OnDelete;
use sutler_model::{Kind, Rid};
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, Plant, Sabotage, World};

use super::{HOUR, deeds, for_seeds, title, until_called, until_done, well, world};

const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager";

#[test]
fn r9_w7_scenario_01_update_while_the_create_is_in_flight_arrives() {
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
fn r9_scenario_02_a_change_reverted_in_flight_is_reverted_there() {
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
fn r11_scenario_03_delete_while_the_create_is_in_doubt_leaves_no_account() {
    for_seeds(|seed| {
        for (lost_answer, lost_request) in [(100, 0), (0, 100)] {
            let mut world = world(seed);
            world.target.repeat_names();
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
fn r9_scenario_04_a_name_is_used_again_only_after_its_holder_is_gone() {
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
fn r9_w4_scenario_05_two_names_are_swapped_by_way_of_a_third() {
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
fn r9_scenario_07_a_disable_is_seen_although_the_enable_came_at_once() {
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

fn reporting_to(name: &str, manager: Rid) -> Content {
    let mut content = build::user(name);
    content.refs = vec![Reference { attribute: MANAGER.to_owned(), other: manager }];
    content
}

#[test]
fn r9_scenario_17_a_reference_is_sent_when_the_other_account_is_there() {
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
fn r11_scenario_36_an_account_that_does_not_show_is_not_made_again() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.target.repeat_names();
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
fn w18_deletion_by_policy_can_be_to_disable() {
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

#[test]
fn w4_a_change_of_an_account_is_one_call_and_no_search_also_of_its_name() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = world.user("ann");
        well(&world);
        let (remote, _) = world.target.account(Kind::User, "ann").unwrap();
        let (calls, looks) = (world.target.calls(), world.target.asked().looks);
        world.entitle(ann, "Dr");
        well(&world);
        assert!(world.rename(ann, "anna"));
        well(&world);
        assert_eq!((world.target.calls() - calls, world.target.asked().looks), (2, looks));
        assert_eq!(world.target.account(Kind::User, "anna").unwrap().0, remote);
    });
}
