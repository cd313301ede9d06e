//! `kill -9` at random moments, while changes flow in and out.
//!
//! The driver keeps a journal of its own of what was acknowledged. What was not acknowledged
//! when the server died may have happened or not: the driver looks, and accepts either, but
//! nothing between. The target is emulated in this process, so that it survives.

mod driver;
mod full;
mod points;
mod script;
mod target;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::compare::{Directory, equal, normal, read};
use crate::installation::Installation;
use crate::setting::{figures, number, seed};
use crate::wait::{turn, until};
use driver::Driver;
use target::Target;

const DRIVERS: usize = 8;
const CHANGES: usize = 2_000;
const TARGET_TOKEN: &str = "the-token-of-the-target";
const ARRIVAL: Duration = Duration::from_mins(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_r4_r8_r11_w1_nothing_acknowledged_is_lost_and_no_account_is_there_twice() {
    let _turn = turn().await;
    let kills = number("SUTLER_KILLS", 20);
    let seed = seed();
    eprintln!("{kills} kills");

    let target = Target::start(TARGET_TOKEN, seed).await;
    let mut sutler = Installation::new(&[("APP_TOKEN", TARGET_TOKEN)]);
    sutler.apply(&estate(&target.url()));
    let token = sutler.token("hr");
    sutler.start().await;

    let allowance = Arc::new(Semaphore::new(0));
    let mut running = JoinSet::new();
    for number in 0..DRIVERS {
        let driver = Driver::new(number, seed, sutler.client(&token), Arc::clone(&allowance));
        running.spawn(driver.run(CHANGES / DRIVERS));
    }
    kill_now_and_then(&mut sutler, &allowance, kills, seed).await;
    let drivers = running.join_all().await;
    let acknowledged = all_is_well(&sutler, &token, &target, drivers, seed).await;
    assert!(acknowledged >= CHANGES, "{acknowledged} of {CHANGES} changes");
    figures(&[
        ("kills", kills as u64),
        ("changes_acknowledged", acknowledged as u64),
        ("faults_at_the_target", target.faults()),
        ("lost", 0),
        ("accounts_twice", 0),
    ]);
}

/// What was acknowledged is stored and arrives at the target, and nothing is there twice. Gives how
/// many changes that were.
async fn all_is_well(
    sutler: &Installation,
    token: &str,
    target: &Target,
    mut drivers: Vec<Driver>,
    seed: u64,
) -> usize {
    let acknowledged: usize = drivers.iter().map(Driver::acknowledged).sum();
    eprintln!("{acknowledged} changes acknowledged, {} faults at the target", target.faults());
    let expected = everything(&drivers);
    let stored = read(&sutler.client(token)).await.unwrap();
    equal(&expected, &stored).unwrap_or_else(|why| panic!("seed {seed}: Sutler itself: {why}"));
    until("all is delivered", ARRIVAL, || ready(sutler.settled("app"))).await;
    target.check_no_account_twice();
    let found = target.directory();
    equal(&owed(&expected, &found), &found)
        .unwrap_or_else(|why| panic!("seed {seed}: the target: {why}"));

    // Everybody comes back: now nobody may be missing.
    for driver in &mut drivers {
        driver.activate_everybody().await;
    }
    until("all is delivered", ARRIVAL, || ready(sutler.settled("app"))).await;
    target.check_no_account_twice();
    equal(&everything(&drivers), &target.directory())
        .unwrap_or_else(|why| panic!("seed {seed}: the target, everybody active: {why}"));
    acknowledged
}

/// What the target must hold: everything, but nobody gets an account who is not active, so
/// that a person who was deactivated before the first delivery may be missing there, and from
/// the groups.
fn owed(expected: &Directory, found: &Directory) -> Directory {
    let absent: Vec<&String> = expected
        .iter()
        .filter(|(key, body)| body["active"] == false && !found.contains_key(*key))
        .map(|(key, _)| key)
        .collect();
    let mut owed = expected.clone();
    for key in &absent {
        owed.remove(*key);
    }
    for body in owed.values_mut() {
        if let Some(members) = body.get_mut("members").and_then(Value::as_array_mut) {
            members.retain(|member| !absent.iter().any(|key| member == key.as_str()));
            if members.is_empty() {
                body.as_object_mut().unwrap().remove("members");
            }
        }
    }
    owed
}

/// Kills and starts again. Changes are let through in portions, one for each life, so that
/// every kill meets some; the moment is drawn.
async fn kill_now_and_then(
    sutler: &mut Installation,
    allowance: &Semaphore,
    kills: usize,
    seed: u64,
) {
    let mut dice = StdRng::seed_from_u64(seed);
    let portion = CHANGES / (kills + 1) + 1;
    for _ in 0..kills {
        allowance.add_permits(portion);
        let life = Duration::from_micros(dice.random_range(0..600_000));
        tokio::time::sleep(life).await;
        sutler.kill();
        sutler.start().await;
    }
    allowance.add_permits(CHANGES);
}

/// What every acknowledged change comes to.
fn everything(drivers: &[Driver]) -> Directory {
    let mut users = Vec::new();
    let mut groups = Vec::new();
    for driver in drivers {
        users.extend(driver.users());
        groups.extend(driver.groups());
    }
    normal(users, groups)
}

fn estate(url: &str) -> String {
    format!(
        r#"
[[service_provider]]
name = "hr"
mode = "store-and-provision"
delivery = "queued"
targets = ["app"]

[[target]]
name = "app"
connector = "scim2"
url = "{url}"
auth = {{ bearer = "env:APP_TOKEN" }}
allow_private_addresses = true
on_deactivate = "disable"
on_delete = "delete"
timeout = 2000
lag = 50
guard = false
"#
    )
}
