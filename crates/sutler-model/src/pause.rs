//! A person's order to leave a target alone.

use serde::{Deserialize, Serialize};

use crate::Time;

/// A target is paused: it gets no claims, and its work waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// Since when.
    pub since: Time,
    /// Until when; `None` is until somebody resumes it.
    pub until: Option<Time>,
    /// Why, in the words of who paused it.
    pub reason: Option<String>,
    /// Leavers go on: what takes access away is sent all the same.
    pub leavers_go_on: bool,
}

impl Pause {
    /// True while it is in force.
    pub fn holds(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}
