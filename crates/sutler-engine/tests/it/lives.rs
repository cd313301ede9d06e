//! Lives drawn from seeds: whatever crashes and whatever the targets do, what is there in the
//! end is what is wanted, nothing was made twice, every disable was seen, and the guard held.

use std::io::Write;

use sutler_testkit::sim::{Life, live_through};

/// How many seeds are lived through, over all kinds of life.
pub(crate) fn seeds() -> u64 {
    setting("SUTLER_SEEDS").unwrap_or(500)
}

/// The first seed: the long suite goes on where it ended.
fn first() -> u64 {
    setting("SUTLER_FIRST_SEED").unwrap_or(0)
}

pub(crate) fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Writes figures to the file that `SUTLER_FIGURES` names, if it is set: for the ledger.
pub(crate) fn figures(lines: &str) {
    let Some(path) = std::env::var_os("SUTLER_FIGURES") else { return };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(lines.as_bytes()).unwrap();
}

/// Lives a share of the seeds, in percent.
fn lives_well(life: Life, share: u64) {
    let number = seeds() * share / 100;
    let mut wrong = vec![];
    for seed in first()..first() + number {
        let complaints = live_through(seed, life.plan());
        if !complaints.is_empty() {
            wrong.push(format!("seed {seed}: {}", complaints.join("; ")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong of {number}:\n{}", wrong.len(), wrong.join("\n"));
    figures(&format!("seeds {number}\ngone_wrong 0\n"));
}

#[test]
fn r8_one_node_loses_nothing_and_doubles_nothing() {
    lives_well(Life::Plain, 20);
}

#[test]
fn r8_r11_accounts_that_are_recognised_by_name_are_neither_lost_nor_doubled() {
    lives_well(Life::ByName, 10);
}

#[test]
fn r8_r11_r12_two_nodes_lose_nothing_and_double_nothing() {
    lives_well(Life::TwoNodes, 15);
}

#[test]
fn r12_a_node_that_wakes_after_its_death_disturbs_nobody() {
    lives_well(Life::Sleepy, 5);
}

#[test]
fn r8_r11_r12_r15_many_targets_with_policies_and_faults_of_their_own_are_all_served() {
    lives_well(Life::Wide, 20);
}

#[test]
fn r16_the_guard_of_no_target_is_escaped_in_any_life() {
    lives_well(Life::Guarded, 15);
}

#[test]
fn w21_an_estate_that_is_edited_again_and_again_is_followed() {
    lives_well(Life::Edited, 15);
}
