//! R16, the guard: too many who leave at once are held until a person has spoken.

use std::sync::Arc;

use sutler_model::change::MemberStep;
use sutler_model::estate::{OnDelete, Target, TypeRules};
use sutler_model::guard::{Guard, Limit, Loss, Verdict, Wave};
use sutler_model::port::Guarding;
use sutler_model::{Kind, Rid, Uid};
use sutler_testkit::Dice;
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, Plant, Sabotage, World};

use super::{edit_members, for_seeds, members_there, routes};

fn guarded(guard: Guard) -> Target {
    Target { guard, lag: 2_000, timeout: 10_000, ..build::target("app") }
}

fn world_with(seed: u64, target: Target) -> World {
    let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, target);
    world.start(true);
    world
}

fn world(seed: u64) -> World {
    world_with(seed, guarded(Guard::default()))
}

fn rest(world: &World) {
    assert!(world.settle(240), "not at rest: {}", world.ledger.unfinished());
}

fn waves(world: &World) -> Vec<Wave> {
    let ledger = Arc::clone(&world.ledger);
    world.executor.block_on(async move { ledger.waves(None).await }).unwrap()
}

fn only_wave(world: &World) -> Wave {
    let mut waves = waves(world);
    assert_eq!(waves.len(), 1, "{waves:?}");
    waves.remove(0)
}

fn say(world: &World, release: bool, only: Option<Vec<Uid>>) -> Option<usize> {
    let wave = only_wave(world).id;
    let (actor, at) = ("ann".to_owned(), world.executor.now());
    let verdict = Verdict { wave, only, release, actor, at };
    let ledger = Arc::clone(&world.ledger);
    let about = world.executor.block_on(async move { ledger.give_verdict(verdict).await }).unwrap();
    world.executor.run_for(5_000);
    about
}

fn there(world: &World) -> usize {
    world.target.accounts().values().filter(|account| account.kind == Kind::User).count()
}

#[test]
fn r16_scenario_18_an_edit_that_takes_everybody_away_is_counted_whole_and_held_as_one() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.populate(700);
        routes(&mut world, &[], &["app"]);
        rest(&world);
        let wave = only_wave(&world);
        assert_eq!((wave.held.as_slice(), wave.sweep.is_some()), (&[(Loss::Scope, 700)][..], true));
        let excess = wave.excess.unwrap();
        assert_eq!((excess.came, excess.gone, excess.allowed), (700, 0, 35));
        assert_eq!((world.lost(), there(&world)), (0, 700), "before a person has spoken");
        assert_eq!(say(&world, true, None), Some(700));
        rest(&world);
        assert_eq!((world.lost(), there(&world)), (700, 0));
        assert!(world.ledger.is_idle() && waves(&world).is_empty());
    });
}

#[test]
fn r16_scenario_18_what_is_rejected_stays_and_the_sweep_ends() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.populate(40);
        routes(&mut world, &[], &["app"]);
        rest(&world);
        assert_eq!(say(&world, false, None), Some(40));
        rest(&world);
        assert_eq!((world.lost(), there(&world)), (0, 40));
        assert!(world.ledger.is_idle() && waves(&world).is_empty());
    });
}

#[test]
fn r16_scenario_18_an_edit_that_takes_them_in_again_ends_the_hold() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.populate(40);
        routes(&mut world, &[], &["app"]);
        rest(&world);
        assert_eq!(only_wave(&world).pairs(), 40);
        routes(&mut world, &["app"], &["app"]);
        rest(&world);
        world.executor.run_for(5_000);
        assert_eq!((world.lost(), there(&world)), (0, 40));
        assert!(waves(&world).is_empty(), "nobody is left in it");
        rest(&world);
        assert!(world.ledger.is_idle(), "{}", world.ledger.unfinished());
    });
}

#[test]
fn r16_scenario_18_a_few_leave_without_anybody_being_asked() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.populate(20);
        routes(&mut world, &[], &["app"]);
        rest(&world);
        assert_eq!((world.lost(), there(&world)), (20, 0));
        world.executor.run_for(5_000);
        assert!(waves(&world).is_empty());
    });
}

#[test]
fn r16_scenario_12_a_group_that_is_deleted_takes_no_more_accounts_than_the_guard_lets_go() {
    for_seeds(|seed| {
        let users = TypeRules { in_groups: vec!["staff".to_owned()], ..TypeRules::default() };
        let mut world = world_with(seed, Target { users, ..guarded(Guard::default()) });
        let people = world.populate(60);
        let staff = world.group("staff", &people);
        rest(&world);
        assert_eq!(there(&world), 60);
        world.delete(staff);
        rest(&world);
        let wave = only_wave(&world);
        assert_eq!(wave.held, [(Loss::Scope, 60)]);
        assert_eq!(there(&world), 60, "only the group has gone");
        assert_eq!(say(&world, true, None), Some(60));
        rest(&world);
        assert_eq!(there(&world), 0);
    });
}

#[test]
fn r16_scenario_13_a_group_that_is_emptied_keeps_its_members_until_a_person_has_spoken() {
    for release in [true, false] {
        for_seeds(|seed| {
            let mut world = world(seed);
            let people = world.populate(60);
            let team = world.group("sales", &people);
            rest(&world);
            assert_eq!(members_there(&world, "sales"), 60);
            edit_members(&mut world, team, MemberStep::Replace(vec![]));
            rest(&world);
            let wave = only_wave(&world);
            assert_eq!(wave.held, [(Loss::Removed, 1)]);
            assert_eq!(wave.excess.map(|excess| excess.came), Some(60));
            assert_eq!(members_there(&world, "sales"), 60);
            assert_eq!(say(&world, release, None), Some(1));
            rest(&world);
            assert_eq!(members_there(&world, "sales"), if release { 0 } else { 60 });
            assert!(world.ledger.is_idle(), "{}", world.ledger.unfinished());
        });
    }
}

#[test]
fn r16_a_script_that_deletes_everybody_gets_no_further_than_the_limit() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let people = world.populate(100);
        for rid in &people {
            world.delete(*rid);
            world.executor.run_for(50);
        }
        rest(&world);
        let (wave, lost) = (only_wave(&world), world.lost());
        assert!(lost <= 20, "{lost}");
        assert_eq!((wave.source.as_str(), wave.pairs()), ("test", 100 - lost as u64));
        assert_eq!(wave.held[0].0, Loss::Deleted);
        let ledger = Arc::clone(&world.ledger);
        let first = async move { ledger.held(wave.id, Rid(0), 1).await };
        let one = world.executor.block_on(first).unwrap();
        assert_eq!(say(&world, true, Some(vec![one[0].id.clone()])), Some(1));
        rest(&world);
        assert_eq!(world.lost(), lost + 1, "that one, and nobody else");
        say(&world, true, None);
        rest(&world);
        assert_eq!((world.lost(), there(&world)), (100, 0));
        world.assert_well();
    });
}

#[test]
fn r16_who_is_active_again_was_never_disabled() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let people = world.populate(60);
        for rid in &people {
            world.set_active(*rid, false);
        }
        rest(&world);
        let lost = world.lost();
        let held = only_wave(&world).pairs();
        assert!(lost <= 20 && held == 60 - lost as u64, "{lost} {held}");
        world.entitle(people[59], "Engineer");
        rest(&world);
        assert_eq!(only_wave(&world).pairs(), held, "a change of somebody who is held waits");
        for rid in &people {
            world.set_active(*rid, true);
        }
        rest(&world);
        assert_eq!(world.lost(), lost);
        assert!(world.target.accounts().values().all(|account| account.active));
    });
}

#[test]
fn r16_a_limit_of_none_holds_the_first_and_off_holds_nobody() {
    let none = Guard { disabled: Limit::Count(0), ..Guard::OFF };
    let mut world = world_with(1, guarded(none));
    let people = world.populate(2);
    world.set_active(people[0], false);
    rest(&world);
    assert_eq!((world.lost(), only_wave(&world).pairs()), (0, 1));
    world.delete(people[1]);
    rest(&world);
    assert_eq!(world.lost(), 1, "deletions are counted apart, and are not guarded here");
}

#[test]
fn r16_scenario_41_a_leaver_is_counted_once_and_not_when_its_time_is_over() {
    // Longer than the window in which leavers are counted.
    const KEPT: i64 = 26 * super::HOUR;
    let target = Target {
        on_delete: OnDelete::Disable,
        delete_after: Some(KEPT),
        ..guarded(Guard { deleted: Limit::Count(0), ..Guard::default() })
    };
    let mut world = world_with(41, target);
    let people = world.populate(10);
    for rid in people {
        world.delete(rid);
    }
    world.executor.run_until(super::HOUR, || false);
    assert_eq!((world.lost(), there(&world)), (10, 10), "disabled, and kept");
    world.executor.run_until(KEPT, || false);
    assert_eq!(there(&world), 0);
    assert!(waves(&world).is_empty());
}

/// Everything that takes accounts away at once, while nodes crash and the target fails.
fn storm(seed: u64) -> World {
    let mut dice = Dice::new(seed);
    let target = guarded(Guard::default());
    let mut world = World::with_target(seed, Plant::None, Sabotage::None, 2, target);
    let mut node = world.start(true);
    let people = world.populate(120);
    let faults =
        Faults { lost_answer: 8, lost_request: 6, late: 6, throttled: 4, ..Faults::default() };
    world.target.misbehave(faults);
    for round in 0..60 {
        let rid = *dice.pick(&people).unwrap();
        match dice.below(3) {
            0 if world.resource(rid).is_some_and(|resource| !resource.gone) => world.delete(rid),
            1 => world.set_active(rid, false),
            _ => world.entitle(rid, "Engineer"),
        }
        if round == 30 {
            routes(&mut world, &[], &["app"]);
        }
        if dice.percent(10) {
            world.crash(node);
            node = world.start(true);
        }
        world.executor.run_for(i64::try_from(dice.below(400)).unwrap());
    }
    world.target.misbehave(Faults::default());
    rest(&world);
    world
}

#[test]
fn r16_the_guard_is_never_escaped_whatever_fails() {
    for_seeds(|seed| {
        let world = storm(seed);
        // Three kinds are counted apart, and each lets twenty go.
        let lost = world.lost();
        assert!(lost <= 60, "seed {seed}: {lost} accounts were taken away");
        let held: u64 = waves(&world).iter().map(Wave::pairs).sum();
        assert!(held >= 60, "seed {seed}: {held} are held");
    });
}
