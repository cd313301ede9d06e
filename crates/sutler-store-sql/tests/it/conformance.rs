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

#[test]
fn random_walks_see_what_stays_once() {
    for seed in 0..8 {
        let (ledger, _folder) = make();
        block_on(sutler_testkit::conformance::random_walks(seed, 15, &*ledger));
    }
}
