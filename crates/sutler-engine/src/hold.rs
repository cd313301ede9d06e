//! Whether a target is left alone on purpose: paused by a person, or under maintenance. Pure.

use sutler_model::Time;
use sutler_model::maintenance::{Window, under_maintenance};
use sutler_model::pause::Pause;
use sutler_model::work::Lane;

/// What a target may get at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Everything.
    None,
    /// A person has paused it.
    Paused(Pause),
    /// A maintenance window of its own, until then.
    Maintenance(Time),
}

impl Hold {
    /// What holds now. Maintenance comes first: then the target is not there for leavers either.
    pub fn at(pause: Option<Pause>, windows: &[Window], now: Time) -> Self {
        if let Some(until) = under_maintenance(windows, now) {
            return Self::Maintenance(until);
        }
        match pause {
            Some(pause) if pause.holds(now) => Self::Paused(pause),
            _ => Self::None,
        }
    }

    /// True if work of this lane may be claimed.
    pub fn lets(&self, lane: Lane) -> bool {
        match self {
            Self::None => true,
            Self::Paused(pause) => pause.leavers_go_on && lane == Lane::Leave,
            Self::Maintenance(_) => false,
        }
    }

    /// When it ends by itself, if it does.
    pub fn until(&self) -> Option<Time> {
        match self {
            Self::None => None,
            Self::Paused(pause) => pause.until,
            Self::Maintenance(until) => Some(*until),
        }
    }

    /// One line for a person; `None` if nothing holds.
    pub fn says(&self) -> Option<String> {
        let until = self.until().map(|until| format!(" until {}", until.rfc3339()));
        let until = until.unwrap_or_default();
        match self {
            Self::None => None,
            Self::Maintenance(_) => Some(format!("under maintenance{until}")),
            Self::Paused(pause) => {
                let reason = pause.reason.as_ref().map(|reason| format!(": {reason}"));
                let leavers = if pause.leavers_go_on { ", leavers go on" } else { "" };
                let since = pause.since.rfc3339();
                Some(format!("paused since {since}{until}{leavers}{}", reason.unwrap_or_default()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(until: Option<i64>, leavers_go_on: bool) -> Pause {
        Pause { since: Time(0), until: until.map(Time), reason: None, leavers_go_on }
    }

    fn lanes(hold: &Hold) -> Vec<Lane> {
        Lane::ALL.into_iter().filter(|lane| hold.lets(*lane)).collect()
    }

    #[test]
    fn a_paused_target_gets_nothing_or_leavers_alone() {
        let hold = |pause| Hold::at(pause, &[], Time(100));
        assert_eq!(lanes(&hold(None)), Lane::ALL);
        assert_eq!(lanes(&hold(Some(pause(None, false)))), []);
        assert_eq!(lanes(&hold(Some(pause(Some(101), false)))), []);
        assert_eq!(lanes(&hold(Some(pause(None, true)))), [Lane::Leave]);
    }

    #[test]
    fn a_pause_ends_by_itself_at_its_time() {
        assert_eq!(Hold::at(Some(pause(Some(100), false)), &[], Time(100)), Hold::None);
    }

    #[test]
    fn under_maintenance_nobody_is_let_in() {
        let window = Window::Once { from: Time(50), until: Time(200) };
        let hold = Hold::at(Some(pause(None, true)), &[window], Time(100));
        assert_eq!(lanes(&hold), []);
        assert_eq!(hold.until(), Some(Time(200)));
        assert_eq!(Hold::at(None, &[window], Time(200)), Hold::None);
    }

    #[test]
    fn what_holds_is_told() {
        assert_eq!(Hold::None.says(), None);
        let reason = Some("upgrade".to_owned());
        let told = Hold::Paused(Pause { reason, ..pause(Some(60_000), true) }).says().unwrap();
        assert_eq!(
            told,
            "paused since 1970-01-01T00:00:00.000Z until 1970-01-01T00:01:00.000Z, leavers go on: upgrade"
        );
        assert!(Hold::Maintenance(Time(0)).says().unwrap().starts_with("under maintenance until"));
    }
}
