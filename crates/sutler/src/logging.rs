//! The log: one readable line an event, to the standard error stream.
//!
//! What is logged is decided where it happens; this module only chooses what is shown.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing_subscriber::EnvFilter;

/// Starts logging. `directives` is the value of `SUTLER_LOG`, or what the command wants
/// without it: a level (`info`), or levels for parts (`info,sutler_engine=debug`).
pub(crate) fn start(directives: &str) -> Result<()> {
    let filter = EnvFilter::try_new(directives).with_context(|| {
        format!("the log setting `{directives}` is not understood: use `error`, `warn`, `info`, `debug` or `trace`")
    })?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init()
        .map_err(|error| anyhow::anyhow!("logging could not be started: {error}"))
}
