//! `sutler export`: the estate as the file that `apply` reads.

use std::process::ExitCode;

use anyhow::Result;

use super::output::say;
use super::{ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Export {
    /// Only this tenant [default: all].
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
}

impl Export {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let request = Request::Export { tenant: self.tenant };
        let Reply::Text { text } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        say(text.trim_end());
        Ok(ExitCode::SUCCESS)
    }
}
