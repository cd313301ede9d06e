//! What becomes of a row: pure functions over work items, edges and links.
//!
//! These are the rules by which no update, no membership and no doubt is lost. The
//! interleaving models in `tests/it` run on them and remove each in turn, the in-memory
//! ledger is made of them, and the SQL ledger is held to them by the conformance suite. They
//! know neither time nor store: what they need is passed in.

mod claim;
mod guard;
mod link;
mod marking;
mod settle;

pub use claim::{claim, free, is_due, is_parked, release, retry, wake};
pub use guard::{Rejected, counted, entitled, hold, let_go, reject, weight};
pub use link::{announced, frees_its_name, in_doubt, may_announce};
pub use marking::{mark, mark_edge};
pub use settle::{Ending, Stored, edge_is_settled, settle};
