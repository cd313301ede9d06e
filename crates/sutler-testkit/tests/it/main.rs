//! The testkit held to its own suites.

mod ledger;
