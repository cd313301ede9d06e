//! The suite that every ledger passes.

use std::sync::Arc;

use sutler_model::port::Ledger;
use sutler_testkit::MemoryLedger;
use tempfile::TempDir;

use crate::support::{block_on, ledger};

fn make() -> (Arc<dyn Ledger>, TempDir) {
    let (ledger, folder) = ledger();
    (ledger, folder)
}

sutler_testkit::ledger_conformance!(crate::conformance::make, crate::support::block_on);

/// Some seeds a test, so that they run beside each other.
fn random(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let (ledger, _folder) = make();
        let memory = MemoryLedger::new();
        let run = sutler_testkit::conformance::random_operations(seed, 300, &memory, &*ledger);
        block_on(run);
    }
}

#[test]
fn random_operations_0_to_4_end_as_in_memory() {
    random(0..5);
}

#[test]
fn random_operations_5_to_9_end_as_in_memory() {
    random(5..10);
}

#[test]
fn random_operations_10_to_14_end_as_in_memory() {
    random(10..15);
}

#[test]
fn random_operations_15_to_19_end_as_in_memory() {
    random(15..20);
}

/// 1,000 filters over a directory of their own.
fn filters(seed: u64) {
    let (ledger, _folder) = make();
    block_on(sutler_testkit::conformance::random_filters(seed, 1_000, ledger));
}

#[test]
fn random_filters_from_seed_0_find_what_the_evaluator_finds() {
    filters(0);
}

#[test]
fn random_filters_from_seed_1_find_what_the_evaluator_finds() {
    filters(1);
}

#[test]
fn random_filters_from_seed_2_find_what_the_evaluator_finds() {
    filters(2);
}

#[test]
fn random_filters_from_seed_3_find_what_the_evaluator_finds() {
    filters(3);
}

#[test]
fn random_filters_from_seed_4_find_what_the_evaluator_finds() {
    filters(4);
}

#[test]
fn random_walks_see_what_stays_once() {
    for seed in 0..8 {
        let (ledger, _folder) = make();
        block_on(sutler_testkit::conformance::random_walks(seed, 15, &*ledger));
    }
}
