//! `sutler provision`: one user or group, at one target, now.

use std::process::ExitCode;

use anyhow::Result;

use super::explain::Pair;
use crate::control::Request;
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Provision {
    #[command(flatten)]
    pair: Pair,
}

impl Provision {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let provision = |tenant, target, resource| Request::Provision { tenant, target, resource };
        self.pair.explained(settings, provision).await
    }
}
