//! The HTTP side against a ledger in memory, in this process.

mod authentication;
mod bad_input;
mod conditions;
mod discovery;
mod groups;
mod lists;
mod oauth;
mod patch;
mod server;
mod serving;
mod tenants;
mod users;
