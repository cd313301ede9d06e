//! A deterministic simulation: one thread, its own time, seeded chance, crashes anywhere.
//!
//! [`Executor`] runs tasks of nodes in an order drawn from a seed and gives each node its
//! ports; [`SimLedger`] is a node's view of the ledger, with pauses and faults around every
//! call; [`SimTarget`] is a fake target, and says so: it shows what an engine must survive,
//! not what any product does. [`World`] puts them together with the engine, and checks that
//! what the target holds in the end is what the ledger wants.

mod account;
mod accounts;
mod administration;
mod bend;
mod changes;
mod draw;
mod events;
mod executor;
mod faults;
mod guarding;
mod intents;
mod judge;
mod ledger;
mod meter;
mod nests;
mod notices;
mod overview;
mod persons;
mod plan;
mod plant;
mod reports;
mod scene;
mod target;
mod targets;
mod watch;
mod world;

pub use executor::{Executor, Node, NodeNumber};
pub use ledger::SimLedger;
pub use meter::Asked;
pub use plan::{Life, Plan};
pub use plant::Plant;
pub use scene::live_through;
pub use target::{Deed, Faults, Sabotage, SimAccount, SimTarget};
pub use targets::SimTargets;
pub use world::World;
