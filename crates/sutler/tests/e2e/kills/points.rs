//! Killed, or disturbed, at a chosen system call: the n-th write to the store, the n-th flush, the
//! n-th write to a socket.
//!
//! Each life is a run of changes under `strace`, which counts a system call in each thread and
//! strikes at the n-th one. The lives of `make test` are a sample; `make slow` takes more points,
//! and each of its runs others than the runs before.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::driver::Driver;
use super::target::Target;
use super::{TARGET_TOKEN, all_is_well, estate};
use crate::installation::Installation;
use crate::setting::{figures, number, seed};
use crate::trace::Injection;
use crate::wait::turn;

/// Clients at once.
const DRIVERS: usize = 4;
/// Changes of one life.
const CHANGES: usize = 300;
/// A life ends at the latest then.
const LIFE: Duration = Duration::from_secs(30);
/// How long a life goes on when its changes are done: they are being delivered.
const DELIVERY: Duration = Duration::from_secs(1);

/// Where a life can be struck: the call, what happens there, for how many calls, and up to which
/// one the points are spread.
struct Stroke {
    call: &'static str,
    what: &'static str,
    times: usize,
    points: usize,
}

const KILLS: [Stroke; 5] = [
    Stroke { call: "pwrite64", what: "signal=SIGKILL", times: 1, points: 6_000 },
    Stroke { call: "fsync", what: "signal=SIGKILL", times: 1, points: 350 },
    Stroke { call: "write", what: "signal=SIGKILL", times: 1, points: 300 },
    Stroke { call: "writev", what: "signal=SIGKILL", times: 1, points: 250 },
    Stroke { call: "ftruncate", what: "signal=SIGKILL", times: 1, points: 2 },
];

const FAULTS: [Stroke; 4] = [
    Stroke { call: "pwrite64", what: "error=ENOSPC", times: 1, points: 2_000 },
    Stroke { call: "pwrite64", what: "error=ENOSPC", times: 200, points: 2_000 },
    Stroke { call: "pwrite64", what: "error=EIO", times: 1, points: 2_000 },
    Stroke { call: "fsync", what: "error=EIO", times: 1, points: 200 },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_r8_killed_at_a_system_call_it_loses_nothing_and_doubles_nothing() {
    let struck = live(&KILLS, number("SUTLER_POINTS", 1)).await;
    figures(&[("points", struck), ("lost", 0), ("accounts_twice", 0)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_r6_r8_a_disk_that_is_full_or_fails_loses_nothing_and_doubles_nothing() {
    let struck = live(&FAULTS, number("SUTLER_POINTS", 1)).await;
    figures(&[("faults_of_the_disk", struck), ("lost", 0), ("accounts_twice", 0)]);
}

/// Lives so many lives for each kind of stroke, all on one data directory, and looks whether all
/// is well in the end. Gives how many lives were struck.
async fn live(strokes: &[Stroke], each: usize) -> u64 {
    let _turn = turn().await;
    let seed = seed();
    let target = Target::start(TARGET_TOKEN, seed).await;
    let mut sutler = Installation::new(&[("APP_TOKEN", TARGET_TOKEN)]);
    sutler.apply(&estate(&target.url()));
    let token = sutler.token("hr");

    let allowance = Arc::new(Semaphore::new(0));
    let mut running = JoinSet::new();
    for number in 0..DRIVERS {
        let driver = Driver::new(number, seed, sutler.client(&token), Arc::clone(&allowance));
        running.spawn(driver.run(usize::MAX));
    }
    let mut struck = 0;
    for stroke in strokes {
        for life in 0..each {
            let at = point(stroke.points, each, life, seed);
            let Stroke { call, what, times, .. } = *stroke;
            sutler.start_traced(Injection { call, what, at, times });
            let ended = lived(&mut sutler, &allowance).await;
            eprintln!("{what} at {call} {at}: {}", if ended { "ended" } else { "survived" });
            struck += u64::from(ended);
            if !ended {
                sutler.kill();
            }
        }
    }
    sutler.start().await;
    let drivers = finished(running, &allowance).await;
    assert!(struck > 0, "no life was struck");
    all_is_well(&sutler, &token, &target, drivers, seed).await;
    struck
}

/// The point of a life: spread over the range, and another one in each run.
fn point(points: usize, each: usize, life: usize, seed: u64) -> usize {
    let stride = (points / each).max(1);
    let offset = usize::try_from(seed).unwrap_or(0) % stride;
    (life * stride + offset) % points + 1
}

/// Lets changes through until the server has ended, or all of them are done; true if it ended.
async fn lived(sutler: &mut Installation, allowance: &Semaphore) -> bool {
    allowance.forget_permits(usize::MAX);
    allowance.add_permits(CHANGES);
    let mut end = Instant::now() + LIFE;
    while Instant::now() < end && !sutler.has_ended() {
        if allowance.available_permits() == 0 {
            end = end.min(Instant::now() + DELIVERY);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sutler.has_ended()
}

/// No more changes: what is on its way is finished.
async fn finished(running: JoinSet<Driver>, allowance: &Semaphore) -> Vec<Driver> {
    allowance.close();
    running.join_all().await
}
