//! Reads of a target for requests: through the same gate as deliveries, and not behind them.

use std::sync::Arc;

use futures::FutureExt;
use futures::future::join_all;
use sutler_engine::Unread;
use sutler_model::estate::Target;
use sutler_model::outcome::{Account, Query};
use sutler_model::pause::Pause;
use sutler_model::port::{Dispatch, Registry};
use sutler_model::{Kind, Time};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

fn app(world: &World) -> Target {
    world.ledger.estate().now_or_never().unwrap().unwrap().targets[0].clone()
}

/// Reads `number` times at once.
fn read(world: &World, number: usize) -> Vec<Result<Vec<Account>, Unread>> {
    let (gates, app) = (Arc::clone(&world.ports().gates), app(world));
    world.executor.block_on(async move {
        let query = Query::Key("ann".to_owned());
        join_all((0..number).map(|_| gates.look(&app, Kind::User, &query))).await
    })
}

fn refused(world: &World) -> Unread {
    read(world, 1).pop().unwrap().unwrap_err()
}

fn with(settings: Target) -> World {
    let mut world = World::with_target(1, Plant::None, Sabotage::None, 0, settings);
    world.start(true);
    world.user("ann");
    assert!(world.settle(10));
    // A new account may stay invisible for a while.
    world.executor.run_for(60_000);
    world
}

#[test]
fn an_account_is_read_through_the_gate() {
    let world = with(build::target("app"));
    let found = read(&world, 1).pop().unwrap().unwrap();
    assert_eq!(found[0].attributes["userName"], "ann");
}

#[test]
fn a_target_that_no_node_speaks_to_is_not_read() {
    let mut world = World::new(1);
    let node = world.start(true);
    world.executor.run_for(1_000);
    let (gates, app) = (Arc::clone(&world.ports().gates), app(&world));
    world.stop(node);
    let query = Query::Key("ann".to_owned());
    let answer = world.executor.block_on(async move { gates.look(&app, Kind::User, &query).await });
    assert_eq!(answer.unwrap_err().target, "app");
}

#[test]
fn a_paused_target_is_not_read() {
    let world = with(build::target("app"));
    let pause = Pause { since: Time(0), until: None, leavers_go_on: true, reason: None };
    let id = app(&world).id;
    world.ledger.set_pause(id, Some(pause)).now_or_never().unwrap().unwrap();
    assert!(refused(&world).detail.contains("paused"));
}

#[test]
fn r15_a_target_that_is_away_is_not_asked_again_and_again_and_comes_back_by_itself() {
    let world = with(build::target("app"));
    world.target.set_down(true);
    for _ in 0..5 {
        refused(&world);
    }
    let asked = world.target.asked();
    let closed = refused(&world);
    assert_eq!(world.target.asked(), asked, "the breaker is open for reads too");
    assert!(closed.after > 0, "{closed:?}");
    world.target.set_down(false);
    world.executor.run_for(61_000);
    assert!(read(&world, 1).pop().unwrap().is_ok(), "a read is a probe where nothing else is due");
}

#[test]
fn reads_share_the_rate_of_their_target_and_do_not_wait_for_ever() {
    let world = with(Target { rate: Some(1), ..build::target("app") });
    let began = world.executor.now();
    let answers = read(&world, 8);
    let served = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!((2..=4).contains(&served), "{served} were served");
    assert!(world.executor.now().since(began) < 5_000);
}

#[test]
fn reads_leave_a_slot_to_leavers() {
    let world = with(Target { concurrency: 3, ..build::target("app") });
    assert!(read(&world, 20).iter().all(Result::is_ok), "they wait for each other");
    assert!(world.target.asked().busiest <= 2, "{:?}", world.target.asked());
}
