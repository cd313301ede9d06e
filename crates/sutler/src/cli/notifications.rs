//! `sutler status --notifications`: how the receivers of messages stand.

use anyhow::Result;
use serde_json::json;

use super::output::{self, say, table};
use super::{ask, out_of_turn};
use sutler_engine::admin::NotificationLine;

use crate::control::{Reply, Request};
use crate::settings::Settings;

pub(super) async fn show(settings: &Settings, tenant: String, json: bool) -> Result<()> {
    let request = Request::Notifications { tenant };
    let Reply::Notifications { notifications } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "notifications": notifications }));
    }
    if notifications.is_empty() {
        say("Nobody is told: add a [[notification]] to the estate with `sutler apply`.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = notifications.into_iter().map(line).collect();
    table(&["NAME", "TOLD", "WAITING", "LOST", "LAST FAULT"], &rows);
    Ok(())
}

fn line(one: NotificationLine) -> Vec<String> {
    let fault = match (one.fault_at, one.fault) {
        (Some(at), Some(fault)) => format!("{at}: {fault}"),
        _ => "-".to_owned(),
    };
    vec![one.name, one.events.join(", "), one.waiting.to_string(), one.lost.to_string(), fault]
}
