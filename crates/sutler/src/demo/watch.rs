//! Each change as it arrives at a target, one line.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use sutler_emulator::{EmulatedTarget, Entry};

use super::scene::Scene;
use crate::cli::say;

/// How often the targets are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Prints what arrives from now on, until it is dropped.
pub(crate) async fn watch(scene: &Scene) {
    let mut targets: Vec<Watched> =
        scene.targets().into_iter().map(|(name, target)| Watched::new(name, target)).collect();
    loop {
        for target in &mut targets {
            target.look();
        }
        tokio::time::sleep(LOOK).await;
    }
}

struct Watched {
    name: &'static str,
    target: Arc<EmulatedTarget>,
    requests: u64,
    next: u64,
}

impl Watched {
    fn new(name: &'static str, target: Arc<EmulatedTarget>) -> Self {
        let next = target.journal().last().map_or(0, |entry| entry.n + 1);
        Self { name, requests: target.counters().requests, target, next }
    }

    fn look(&mut self) {
        let requests = self.target.counters().requests;
        if requests == self.requests {
            return;
        }
        self.requests = requests;
        let next = self.next;
        for entry in self.target.journal().into_iter().filter(|entry| entry.n >= next) {
            self.next = entry.n + 1;
            say(&self.line(&entry));
        }
    }

    fn line(&self, entry: &Entry) -> String {
        let fault = entry.fault.as_ref().map_or_else(String::new, |fault| {
            format!(" (the answer was lost by the fault `{fault}`: Sutler looks before it goes on)")
        });
        format!("-> {:<6} {:<6} {}{fault}", self.name, entry.method, self.what(entry))
    }

    /// The account as it is now, if it is there.
    fn what(&self, entry: &Entry) -> String {
        let state = self.target.state();
        let list = if entry.path.contains("Group") { "Groups" } else { "Users" };
        let found = state.get(list).and_then(Value::as_array).and_then(|all| {
            all.iter().find(|one| one.get("id").and_then(Value::as_str) == entry.id.as_deref())
        });
        let Some(found) = found else {
            return format!("{} (gone)", entry.path);
        };
        let text = |key: &str| found.get(key).and_then(Value::as_str);
        if list == "Groups" {
            let members = found.get("members").and_then(Value::as_array).map_or(0, Vec::len);
            return format!(
                "group {} ({members} members)",
                text("displayName").unwrap_or_default()
            );
        }
        let active = found.get("active") != Some(&Value::Bool(false));
        let state = if active { "active" } else { "deactivated" };
        format!("user {} ({state})", text("userName").unwrap_or_default())
    }
}
