//! Breaker and quarantine, as tables.

use super::*;

const NOW: Time = Time(1_000_000);

fn fail(health: &mut Health, failure: Failure, at: Time) -> Option<Cause> {
    health.failed(failure, None, at, 0)
}

/// A target that has just missed five calls in a row.
fn away() -> Health {
    let mut health = Health::default();
    for _ in 0..5 {
        fail(&mut health, Failure::Missed, NOW);
    }
    health
}

/// Fails at each probe that is due for everybody, and gives their distances.
fn distances_of(health: &mut Health, failure: Failure, probes: usize) -> Vec<i64> {
    let mut now = NOW;
    let mut found = Vec::new();
    for _ in 0..probes {
        let next = health.shut.unwrap().next;
        found.push(next.since(now));
        now = next;
        fail(health, failure, now);
    }
    found
}

#[test]
fn r15_five_misses_in_a_row_close_the_gate_until_a_probe_succeeds() {
    let mut health = Health::default();
    for _ in 0..4 {
        assert_eq!(fail(&mut health, Failure::Missed, NOW), None);
    }
    assert_eq!(health.gate(NOW), Gate::Open);
    assert_eq!(fail(&mut health, Failure::Missed, NOW), Some(Cause::Unreachable));
    assert_eq!(health.gate(NOW), Gate::Closed(NOW.plus(500)));
    assert_eq!(health.gate(NOW.plus(500)), Gate::Probe);
    assert_eq!(health.succeeded(NOW.plus(500)), Some(Cause::Unreachable));
    assert_eq!(health.gate(NOW), Gate::Open);
}

#[test]
fn an_unreachable_target_is_probed_quickly_at_first_then_slower_and_always_quickly_for_leavers() {
    let mut health = away();
    let found = distances_of(&mut health, Failure::Missed, 20);
    assert_eq!(found[..6], [500, 1_000, 2_000, 4_000, 5_000, 5_000]);
    assert_eq!(found[12..18], [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
    let shut = health.shut.unwrap();
    assert!(shut.next.since(shut.leaver) > 0);
    assert_eq!(health.gate(shut.leaver), Gate::Leavers(shut.next));
    assert_eq!(health.gate(shut.next), Gate::Probe);
}

/// R15: each of the reasons enters at once, and is probed after a minute, up to an hour.
#[test]
fn r15_each_reason_begins_a_quarantine_with_its_own_pace() {
    for (failure, cause) in [(Failure::Auth, Cause::Auth), (Failure::Base, Cause::Base)] {
        let mut health = Health::default();
        assert_eq!(fail(&mut health, failure, NOW), Some(cause));
        assert_eq!(fail(&mut health, failure, NOW.plus(1)), None, "a call that was under way");
        assert_eq!(health.gate(NOW), Gate::Closed(NOW.plus(60_000)));
        assert_eq!(health.shut(), Some((cause, NOW.plus(60_000))));
        let found = distances_of(&mut health, failure, 9);
        let minutes: Vec<i64> = found.iter().map(|millis| millis / 60_000).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(health.succeeded(NOW), Some(cause));
    }
}

#[test]
fn r15_two_in_five_of_twenty_attempts_are_too_many() {
    // Attempts with a failure among every so many, and whether that is a quarantine.
    for (attempts, every, quarantined) in
        [(19, 2, false), (20, 2, true), (100, 3, false), (400, 3, false), (10, 2, false)]
    {
        let mut health = Health::default();
        for n in 1..=attempts {
            if n % every == 0 {
                fail(&mut health, Failure::Missed, NOW.plus(n));
            } else {
                health.succeeded(NOW.plus(n));
            }
        }
        let cause = health.shut().map(|(cause, _)| cause);
        assert_eq!(cause, quarantined.then_some(Cause::Failing), "{attempts} with 1 of {every}");
    }
}

#[test]
fn r15_failures_of_long_ago_do_not_count() {
    let mut health = Health::default();
    for n in 0..40 {
        let at = NOW.plus(n * WINDOW / 10);
        if n % 2 == 0 {
            fail(&mut health, Failure::Missed, at);
        } else {
            health.succeeded(at);
        }
    }
    assert_eq!(health.shut(), None);
}

#[test]
fn r15_a_change_of_the_reason_is_told_and_begins_anew() {
    let mut health = away();
    let later = NOW.plus(10_000);
    assert_eq!(fail(&mut health, Failure::Auth, later), Some(Cause::Auth));
    assert_eq!(health.gate(later), Gate::Closed(later.plus(60_000)));
    let again = later.plus(60_000);
    assert_eq!(fail(&mut health, Failure::Missed, again), Some(Cause::Unreachable));
    assert_eq!(health.gate(again), Gate::Closed(again.plus(500)));
}

#[test]
fn r15_the_alarm_is_repeated_daily_while_deprovisions_wait() {
    let mut health = Health::default();
    assert!(!health.alarms(true, NOW));
    fail(&mut health, Failure::Auth, NOW);
    assert!(!health.alarms(true, NOW.plus(DAY - 1)));
    assert!(!health.alarms(false, NOW.plus(DAY)));
    assert!(health.alarms(true, NOW.plus(DAY)));
    assert!(!health.alarms(true, NOW.plus(DAY + 1)));
    assert!(health.alarms(true, NOW.plus(2 * DAY)));
}

#[test]
fn a_target_that_is_only_away_is_not_alarmed_about() {
    let mut health = away();
    assert!(!health.alarms(true, NOW.plus(2 * DAY)));
}

#[test]
fn new_credentials_are_tried_at_once() {
    let mut health = Health::default();
    fail(&mut health, Failure::Auth, NOW);
    health.try_now(NOW.plus(5));
    assert_eq!(health.gate(NOW.plus(5)), Gate::Probe);
    assert_eq!(fail(&mut health, Failure::Auth, NOW.plus(6)), None);
    assert_eq!(health.gate(NOW.plus(6)), Gate::Closed(NOW.plus(60_006)));
}

#[test]
fn r14_a_throttled_target_is_left_alone_as_long_as_it_asked() {
    let mut health = Health::default();
    health.failed(Failure::Throttled, Some(NOW.plus(30_000)), NOW, 0);
    assert_eq!(health.gate(NOW), Gate::Closed(NOW.plus(30_000)));
    assert_eq!(health.gate(NOW.plus(30_000)), Gate::Open);
}
