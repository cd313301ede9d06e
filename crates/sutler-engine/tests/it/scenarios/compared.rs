//! Scenario 38: a large target is compared, slowly, and with pauses that nobody asked for.

use sutler_model::comparison::{Comparison, Discrepancy};
use sutler_model::estate::Target;
use sutler_model::port::{Dispatch, Quarantined, Registry, Reports};
use sutler_model::report::ReportKind;
use sutler_model::work::Fault;
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

/// Away for so many days, and then well again; whether it is compared when it is.
fn back_after(days: i64) -> bool {
    let settings = Target { timeout: 10_000, lag: 5_000, ..build::target("app") };
    let mut world = World::with_target(15, Plant::None, Sabotage::None, 0, settings);
    world.populate(300);
    let app = futures::executor::block_on(world.ledger.estate()).unwrap().targets[0].id;
    let fault = Fault { cause: "auth".to_owned(), detail: "refused".to_owned(), status: Some(401) };
    let reason = Some(Quarantined { fault, probe: None });
    let away = world.ledger.set_quarantine(app, reason, world.executor.now());
    futures::executor::block_on(away).unwrap();
    world.executor.run_for(days * 24 * HOUR);
    world.target.tamper("r7");
    world.start(true);
    world.user("ann");
    assert!(world.settle(120));
    world.executor.run_until(HOUR, || is_over(&world));
    assert!(world.settle(120));
    let account = world.target.accounts()["r7"].clone();
    assert_eq!(account.active, comparison(&world).is_some());
    account.active
}

#[test]
fn r15_a_target_that_was_away_for_more_than_28_days_is_compared_when_it_is_back() {
    assert!(!back_after(27));
    assert!(back_after(29));
}
