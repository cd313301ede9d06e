//! `sutler retry`: have failed deliveries tried again.

use std::process::ExitCode;

use anyhow::Result;
use sutler_engine::admin::tenant_option;

use super::output::{self, say};
use super::{OfTenant, ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Retry {
    #[command(flatten)]
    of: OfTenant,
    /// At which target.
    #[arg(long, value_name = "NAME", required_unless_present = "all")]
    target: Option<String>,
    /// At all targets.
    #[arg(long, conflicts_with_all = ["target", "id"])]
    all: bool,
    /// Only this resource, by its id.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Only what failed for this cause, as `sutler status --failed` names it.
    #[arg(long, value_name = "CAUSE")]
    cause: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Retry {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let of = tenant_option(&self.of.tenant);
        let request = Request::Retry {
            tenant: self.of.tenant,
            target: self.target,
            resource: self.id,
            cause: self.cause,
        };
        let Reply::Count { count } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        if self.json {
            output::json(&serde_json::json!({ "retried": count }))?;
        } else {
            match count {
                0 => {
                    say(&format!(
                        "Nothing waits for a person there: `sutler status{of}` shows what is pending."
                    ));
                }
                1 => say("1 delivery is tried again."),
                _ => say(&format!("{count} deliveries are tried again.")),
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
