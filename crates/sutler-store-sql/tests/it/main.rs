//! The ledger through its public face: conformance, group commit, disk full, backup, opening.

mod backup;
mod conformance;
mod full;
mod group_commit;
mod open;
mod search;
mod support;
mod throughput;
