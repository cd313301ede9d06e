//! Scenario 38: a large target is compared, slowly, and with pauses that nobody asked for.

use sutler_model::comparison::{Comparison, Discrepancy};
use sutler_model::estate::Target;
use sutler_model::port::{Registry, Reports};
use sutler_model::report::ReportKind;
use sutler_testkit::sim::{Plant, Sabotage};

use super::*;

/// A world with so many accounts, whose target is compared as soon as a node starts.
fn compared(people: usize, rate: Option<u32>) -> World {
    let settings = Target {
        rate,
        reconcile_every: Some(1_000 * HOUR),
        timeout: 10_000,
        lag: 5_000,
        ..build::target("app")
    };
    let mut world = World::with_target(38, Plant::None, Sabotage::None, 0, settings);
    world.populate(people);
    world
}

fn comparison(world: &World) -> Option<Comparison> {
    let estate = futures::executor::block_on(world.ledger.estate()).unwrap();
    let latest = world.ledger.latest_report(ReportKind::Comparison, estate.targets[0].id);
    let report = futures::executor::block_on(latest).unwrap()?;
    serde_json::from_value(report.head).ok()
}

fn is_over(world: &World) -> bool {
    comparison(world).is_some_and(|comparison| comparison.ended.is_some())
}

#[test]
fn scenario_38_a_comparison_takes_a_fifth_of_the_rate() {
    for rate in [1, 2, 20, 1_000] {
        let mut world = compared(1_000, Some(rate));
        world.start(true);
        let began = world.executor.now();
        assert!(world.executor.run_until(HOUR, || is_over(&world)));
        let took = world.executor.now().since(began);
        let lists = i64::try_from(world.target.asked().lists).unwrap();
        assert_eq!(lists, 11, "ten pages of users, one of groups");
        let fifth = took * i64::from(rate) / 5_000;
        assert!(lists <= fifth + 1, "{lists} calls in {took} ms at {rate} a second");
    }
}

#[test]
fn scenario_38_a_comparison_that_is_killed_goes_on_from_its_page_and_marks_only_who_differs() {
    for cut in [1, 7, 12, 29] {
        let mut world = compared(3_000, None);
        for remote in ["r5", "r1700", "r2999"] {
            world.target.tamper(remote);
        }
        let node = world.start(true);
        assert!(world.executor.run_until(HOUR, || world.target.asked().lists > cut));
        world.crash(node);
        world.executor.run_for(60_000);
        assert!(!is_over(&world));
        world.start(true);
        assert!(world.executor.run_until(HOUR, || is_over(&world)));
        well(&world);
        let told = comparison(&world).unwrap();
        assert!(told.complete, "{:?}", told.fault);
        let asked = world.target.asked();
        assert!(asked.lists <= 31 + 1, "{} pages: at most one of them twice", asked.lists);
        assert!(cut == 1 || asked.begun == 1, "the list is not begun again");
        assert_eq!((told.seen, told.found.get(&Discrepancy::Disabled)), (3_000, Some(&3)));
        assert_eq!(told.found.len(), 1, "nobody is taken for missing: {:?}", told.found);
        assert!(asked.looks <= 5 * 3, "only those who differ are looked at: {}", asked.looks);
        assert_eq!(deeds(&world, "enable"), 3);
    }
}

#[test]
fn scenario_38_another_node_goes_on_when_the_first_has_not_moved_for_an_hour() {
    let mut world = compared(3_000, None);
    let node = world.start(false);
    assert!(world.executor.run_until(HOUR, || world.target.asked().lists > 9));
    world.crash(node);
    world.start(false);
    world.executor.run_for(HOUR / 2);
    assert!(!is_over(&world), "the first may be at it still");
    assert!(world.executor.run_until(HOUR, || is_over(&world)));
    let asked = world.target.asked();
    assert_eq!((asked.begun, comparison(&world).unwrap().seen), (1, 3_000));
}
