//! The binary: command line, settings, wiring.
//!
//! Only this crate knows which stores, connectors and surfaces exist. What they mean is not
//! decided here: the commands end in the same functions of the engine and the ledger whether
//! a server is running or not.

mod cli;
mod connectors;
mod control;
mod data;
mod demo;
mod estate;
mod history;
mod import;
mod keys;
mod limits;
mod logging;
mod receivers;
mod rim;
mod secrets;
mod senders;
mod serve;
mod settings;
mod span;

/// Requests are many small allocations: this allocator takes a fifth less time for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
