//! `sutler provision`: one user or group, at one target, now.

use std::process::ExitCode;

use anyhow::Result;

use super::explain::show;
use super::{OfTenant, ask, out_of_turn, output};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Provision {
    /// A user or a group: `userName`, `displayName` or id.
    #[arg(value_name = "RESOURCE")]
    resource: String,
    /// At which target.
    #[arg(value_name = "TARGET")]
    target: String,
    #[command(flatten)]
    of: OfTenant,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Provision {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { resource, target, of, json } = self;
        let request = Request::Provision { tenant: of.tenant, target, resource };
        let Reply::Explained { explanation } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        if json {
            output::json(&explanation)?;
        } else {
            show(&explanation);
        }
        Ok(ExitCode::SUCCESS)
    }
}
