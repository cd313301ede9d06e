//! `sutler check`: test a target before anything is sent there.

use std::process::ExitCode;

use anyhow::Result;

use super::output::{self, say};
use super::{OfTenant, ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    of: OfTenant,
    /// Which target.
    #[arg(long, value_name = "NAME")]
    target: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Check {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let request = Request::Check { tenant: self.of.tenant, target: self.target };
        let Reply::Findings { findings } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        let well = findings.iter().all(|finding| finding.ok);
        if self.json {
            output::json(&serde_json::json!({ "ok": well, "findings": findings }))?;
        } else {
            for finding in &findings {
                let mark = if finding.ok { "ok  " } else { "FAIL" };
                say(&format!("{mark}  {}: {}", finding.subject, finding.detail));
            }
        }
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
