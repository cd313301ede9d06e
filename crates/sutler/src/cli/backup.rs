//! `sutler backup`: a consistent copy of the store, also while a server runs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use super::output::say;
use super::{ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Backup {
    /// The file to write; it must not exist.
    #[arg(value_name = "FILE")]
    to: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        // The server may have another working directory.
        let to = std::path::absolute(&self.to)
            .with_context(|| format!("`{}` is not a path", self.to.display()))?;
        let Reply::Count { count } = ask(settings, Request::Backup { to: to.clone() }).await?
        else {
            return Err(out_of_turn());
        };
        say(&format!("The store is copied to {} ({count} bytes).", to.display()));
        say(&format!(
            "Keep {} apart from it: the key opens the sealed secrets.",
            settings.data.join("key").display()
        ));
        Ok(ExitCode::SUCCESS)
    }
}
