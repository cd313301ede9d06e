//! The in-memory ledger passes the suite that it is the measure of.

use std::sync::Arc;

use futures::executor::block_on;
use sutler_model::port::Ledger;
use sutler_testkit::MemoryLedger;
use sutler_testkit::conformance::{random_operations, random_walks};

fn make() -> (Arc<dyn Ledger>, ()) {
    (Arc::new(MemoryLedger::new()), ())
}

sutler_testkit::ledger_conformance!(crate::ledger::make, futures::executor::block_on);

#[test]
fn random_operations_reach_deep_states_and_agree_with_themselves() {
    for seed in 0..20 {
        let (one, other) = (MemoryLedger::new(), MemoryLedger::new());
        block_on(random_operations(seed, 300, &one, &other));
    }
}

#[test]
fn random_walks_see_what_stays_once() {
    for seed in 0..20 {
        block_on(random_walks(seed, 20, &MemoryLedger::new()));
    }
}
