//! The budget: pace, what it learns, and who goes first.

use super::*;

const START: Time = Time(1_000_000);

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }

    fn lane(&mut self) -> Lane {
        Lane::ALL[usize::try_from(self.below(3)).unwrap()]
    }
}

fn took(budget: &mut Budget, at: Time) -> usize {
    (0..1_000).filter(|_| budget.take(Lane::Live, at).is_ok()).count()
}

#[test]
fn a_second_holds_as_many_calls_as_the_rate_says() {
    let mut budget = Budget::new(Some(10), START);
    assert_eq!(took(&mut budget, START), 10);
    let wait = budget.take(Lane::Live, START).unwrap_err();
    assert!(budget.take(Lane::Live, START.plus(wait)).is_ok());
    assert!(Budget::new(None, START).take(Lane::Live, START).is_ok());
}

#[test]
fn a_burst_of_refusals_halves_the_rate_once_and_calm_brings_it_back() {
    let mut budget = Budget::new(Some(100), START);
    took(&mut budget, START);
    for millis in 0..10 {
        budget.throttled(START.plus(millis));
    }
    assert_eq!(budget.learned(), Some(50_000));
    (0..3).for_each(|_| budget.throttled(START.plus(1_100)));
    assert_eq!(budget.learned(), Some(27_500), "a second's growth, then half");
    let _ = budget.take(Lane::Live, START.plus(6_100));
    assert_eq!(budget.learned(), Some(52_500));
    let _ = budget.take(Lane::Live, START.plus(60_000));
    assert_eq!(budget.learned(), None);
    assert_eq!(took(&mut budget, START.plus(120_000)), 100);
}

#[test]
fn single_refusals_far_apart_change_nothing() {
    let mut budget = Budget::new(Some(10), START);
    for n in 0..20 {
        budget.throttled(START.plus(n * 6_000));
    }
    assert_eq!(budget.learned(), None);
}

#[test]
fn without_a_configured_rate_half_of_what_was_sent_is_tried_and_the_limit_goes_again() {
    let mut budget = Budget::new(None, START);
    assert_eq!((0..40).filter(|_| budget.take(Lane::Bulk, START).is_ok()).count(), 40);
    (0..3).for_each(|_| budget.throttled(START.plus(10)));
    assert_eq!(budget.learned(), Some(80_000), "of forty in a quarter of a second");
    let _ = budget.take(Lane::Live, START.plus(10_010));
    assert_eq!(budget.learned(), Some(160_000));
    let _ = budget.take(Lane::Live, START.plus(31_000));
    assert_eq!(budget.learned(), None);
    assert_eq!(took(&mut budget, START.plus(31_000)), 1_000);
}

#[test]
fn a_target_that_goes_on_refusing_is_still_asked_once_in_ten_seconds() {
    let mut budget = Budget::new(Some(5), START);
    let mut now = START;
    for _ in 0..50 {
        now = now.plus(BURST);
        (0..3).for_each(|_| budget.throttled(now));
    }
    assert!(budget.learned().unwrap() >= LEAST);
    let _ = took(&mut budget, now);
    assert!(budget.take(Lane::Live, now.plus(10_000)).is_ok());
}

#[test]
fn r10_a_waiting_leaver_takes_the_next_call() {
    let mut budget = Budget::new(Some(1), START);
    assert!(budget.take(Lane::Bulk, START).is_ok());
    assert!(budget.take(Lane::Leave, START).is_err());
    budget.waits(Lane::Leave);
    let later = START.plus(1_000);
    assert!(budget.take(Lane::Bulk, later).is_err());
    assert!(budget.take(Lane::Live, later).is_err());
    assert!(budget.take(Lane::Leave, later).is_ok());
    budget.waited(Lane::Leave);
    assert!(budget.take(Lane::Live, later.plus(1_000)).is_ok());
}

#[test]
fn bulk_gives_way_but_for_every_fifth_call() {
    let mut budget = Budget::new(Some(1_000), START);
    budget.waits(Lane::Live);
    assert!(budget.take(Lane::Bulk, START).is_err());
    for _ in 0..LIVE_TO_BULK {
        assert!(budget.take(Lane::Live, START).is_ok());
    }
    assert!(budget.take(Lane::Bulk, START).is_ok());
    assert!(budget.take(Lane::Bulk, START).is_err());
}

/// Property: however calls and refusals come, no span holds more than the configured rate
/// allows, and one second's worth at its beginning.
#[test]
fn r14_the_configured_rate_is_never_exceeded() {
    for seed in 0..200 {
        let mut numbers = Numbers(seed);
        let rate = 1 + numbers.below(50);
        let mut budget = Budget::new(Some(u32::try_from(rate).unwrap()), START);
        let (mut now, mut granted) = (START, Vec::new());
        for _ in 0..2_000 {
            match numbers.below(20) {
                0 => budget.throttled(now),
                1..=5 => now = now.plus(numbers.below(700)),
                _ => {
                    if budget.take(numbers.lane(), now).is_ok() {
                        granted.push(now);
                    }
                }
            }
            assert!(budget.learned().is_none_or(|learned| learned <= rate * 1_000));
        }
        for (n, from) in granted.iter().enumerate() {
            for (count, until) in (1..).zip(&granted[n..]) {
                let allowed = rate + (rate * until.since(*from)).div_euclid(1_000) + 1;
                assert!(count <= allowed, "seed {seed}: {count} calls in {}", until.since(*from));
            }
        }
    }
}

/// Property: a leaver that waits is never overtaken, and is served as soon as there is a call.
#[test]
fn r10_a_leaver_is_never_starved() {
    for seed in 0..200 {
        let mut numbers = Numbers(seed);
        let mut budget = Budget::new(Some(1 + u32::try_from(numbers.below(20)).unwrap()), START);
        let mut now = START;
        let _ = took(&mut budget, now);
        for _ in 0..10 {
            if budget.take(Lane::Leave, now).is_ok() {
                continue;
            }
            budget.waits(Lane::Leave);
            let mut asked = 0;
            loop {
                let others = [Lane::Live, Lane::Bulk].map(|lane| budget.take(lane, now));
                assert!(others.iter().all(Result::is_err), "seed {seed}: a leaver was overtaken");
                match budget.take(Lane::Leave, now) {
                    Ok(()) => break,
                    Err(wait) => now = now.plus(wait),
                }
                asked += 1;
                assert!(asked <= 3, "seed {seed}: the wait that is told does not suffice");
            }
            budget.waited(Lane::Leave);
            if numbers.below(3) == 0 {
                budget.throttled(now);
            }
        }
    }
}
