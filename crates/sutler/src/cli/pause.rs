//! `sutler pause` and `sutler resume`: leave a target alone for a while.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use sutler_engine::admin::tenant_option;
use sutler_model::maintenance::moment;

use super::output::{self, say};
use super::{OfTenant, ask, out_of_turn};
use crate::control::{Reply, Request, Until};
use crate::settings::Settings;
use crate::span::milliseconds;

#[derive(clap::Args)]
pub(super) struct Pause {
    /// Which target.
    #[arg(value_name = "TARGET")]
    target: String,
    #[command(flatten)]
    of: OfTenant,
    /// When it ends by itself: a span such as `2h`, or a time in UTC such as `2026-12-24 18:00`.
    #[arg(long, value_name = "TIME", value_parser = until)]
    until: Option<Until>,
    /// Why, for those who look at the status.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// What takes access away is sent all the same.
    #[arg(long)]
    leavers_go_on: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
pub(super) struct Resume {
    /// Which target.
    #[arg(value_name = "TARGET")]
    target: String,
    #[command(flatten)]
    of: OfTenant,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// A span from now, or a time.
fn until(text: &str) -> Result<Until, String> {
    if let Ok(span) = milliseconds(text) {
        return Ok(Until::In(span));
    }
    moment(text)
        .map(Until::At)
        .map_err(|reason| format!("`{text}` is neither a span such as `2h` nor a time: {reason}"))
}

impl Pause {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { target, of, until, reason, leavers_go_on, json } = self;
        let tenant = of.tenant;
        let option = tenant_option(&tenant);
        let request =
            Request::Pause { tenant, target: target.clone(), until, reason, leavers_go_on };
        let Reply::Paused { pause } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        let until = pause.until.map(sutler_model::Time::rfc3339);
        if json {
            output::json(&json!({
                "target": target,
                "paused": true,
                "since": pause.since.rfc3339(),
                "until": until,
                "reason": pause.reason,
                "leavers_go_on": pause.leavers_go_on,
            }))?;
            return Ok(ExitCode::SUCCESS);
        }
        let until = until.map_or_else(String::new, |until| format!(" until {until}"));
        say(&format!(
            "{target} is paused{until}: changes wait, and calls under way come to their end."
        ));
        say(if pause.leavers_go_on {
            "Leavers go on."
        } else {
            "Leavers wait too, and keep their access there."
        });
        say(&format!("`sutler resume {target}{option}` ends it."));
        Ok(ExitCode::SUCCESS)
    }
}

impl Resume {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let Self { target, of, json } = self;
        let request = Request::Resume { tenant: of.tenant, target: target.clone() };
        let Reply::Count { count } = ask(settings, request).await? else {
            return Err(out_of_turn());
        };
        if json {
            output::json(&json!({ "target": target, "paused": false, "was_paused": count > 0 }))?;
        } else if count > 0 {
            say(&format!("{target} goes on: leavers first."));
        } else {
            say(&format!("{target} was not paused."));
        }
        Ok(ExitCode::SUCCESS)
    }
}
