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

#[test]
fn random_operations_end_as_in_memory() {
    for seed in 0..20 {
        let (ledger, _folder) = make();
        block_on(sutler_testkit::conformance::random_operations(
            seed,
            300,
            &MemoryLedger::new(),
            &*ledger,
        ));
    }
}
