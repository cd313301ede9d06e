//! Who is told, by a signed message, when a target needs a person.

use serde::{Deserialize, Serialize};

use crate::estate::SecretRef;
use crate::{NotificationId, TargetId, TenantId, Time};

/// Messages about one target and kind come no closer together than this, in milliseconds; what
/// happens meanwhile is counted into the next one.
pub const PACE: i64 = 60_000;
/// The most messages that wait for one receiver; what comes then is lost, and counted.
pub const MOST: usize = 1_000;
/// The cause of a target that is only away.
const AWAY: &str = "unreachable";
/// The longest text of a message, in bytes.
pub const LONGEST: usize = 500;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alert {
    /// Leavers are held back until a person releases them.
    Held,
    /// A pair waits for a person.
    Parked,
    /// A target is in quarantine, or still is while deprovisions wait.
    Quarantined,
    /// A target is out of quarantine.
    Recovered,
}

impl Alert {
    /// All of them, under the words by which they are chosen.
    pub const ALL: [(&'static str, Self); 4] = [
        ("held", Self::Held),
        ("parked", Self::Parked),
        ("quarantined", Self::Quarantined),
        ("recovered", Self::Recovered),
    ];

    /// The word.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, alert)| *alert == self).map_or("", |(name, _)| name)
    }

    /// The number under which rows keep it.
    pub fn code(self) -> i64 {
        match self {
            Self::Held => 1,
            Self::Parked => 2,
            Self::Quarantined => 3,
            Self::Recovered => 4,
        }
    }

    /// The inverse of [`Alert::code`].
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().map(|(_, alert)| alert).find(|alert| alert.code() == code)
    }
}

/// A receiver of messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its key; `NotificationId(0)` before it is stored.
    pub id: NotificationId,
    /// Whose.
    pub tenant: TenantId,
    /// Unique in its tenant.
    pub name: String,
    /// Where messages are sent.
    pub url: String,
    /// What it is told.
    pub events: Vec<Alert>,
    /// The secret that messages are signed with.
    pub secret: SecretRef,
    /// Loopback and private addresses are refused unless this is set.
    pub allow_private_addresses: bool,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number: the same however often it is sent.
    pub id: i64,
    /// For whom.
    pub notification: NotificationId,
    /// About which target.
    pub target: TargetId,
    /// What happened.
    pub alert: Alert,
    /// How often.
    pub count: u64,
    /// When first.
    pub first: Time,
    /// When last.
    pub last: Time,
    /// What happened last, in one line.
    pub detail: String,
    /// When it is sent, at the earliest.
    pub due: Time,
    /// Attempts that did not end well.
    pub tries: u32,
}

/// How a receiver stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationState {
    /// Which.
    pub notification: NotificationId,
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that were lost: too many waited, or one was not taken for too long.
    pub lost: u64,
    /// Why the last attempt failed, if it did, and when.
    pub fault: Option<(String, Time)>,
}

/// What is told when the reason of a quarantine changes from one cause to another; `None` is no
/// quarantine. Of one who is only away, and may come back by himself, nobody is told; but of the
/// end of what was `told`.
pub fn of_quarantine(told: bool, before: Option<&str>, after: Option<&str>) -> Option<Alert> {
    match after {
        None => told.then_some(Alert::Recovered),
        Some(_) if after == before => None,
        Some(AWAY) if !told => None,
        Some(_) => Some(Alert::Quarantined),
    }
}

/// When a message about something that happens now is sent: at once, or with the next one.
pub fn due(next: Option<Time>, now: Time) -> Time {
    next.map_or(now, |next| next.max(now))
}

/// True if what happens now is counted into a message that waits: one that was never sent, and
/// whose time has not come.
pub fn takes_more(due: Time, tries: u32, now: Time) -> bool {
    tries == 0 && due > now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_found_by_their_codes() {
        for (name, alert) in Alert::ALL {
            assert_eq!((alert.name(), Alert::from_code(alert.code())), (name, Some(alert)));
        }
        assert_eq!(Alert::from_code(0), None);
    }

    #[test]
    fn r15_entry_change_and_end_of_a_quarantine_are_told_and_absence_is_not() {
        let check = |told, before, after, expected| {
            assert_eq!(of_quarantine(told, before, after), expected, "{before:?} to {after:?}");
        };
        check(false, None, Some("auth"), Some(Alert::Quarantined));
        check(true, Some("auth"), Some("auth"), None);
        check(true, Some("auth"), Some("base"), Some(Alert::Quarantined));
        check(true, Some("auth"), Some("unreachable"), Some(Alert::Quarantined));
        check(true, Some("unreachable"), None, Some(Alert::Recovered));
        check(true, Some("auth"), None, Some(Alert::Recovered));
        check(false, None, Some("unreachable"), None);
        check(false, Some("unreachable"), None, None);
        check(false, None, None, None);
    }

    #[test]
    fn the_first_message_goes_at_once_and_the_next_waits_and_takes_more() {
        let now = Time(1_000);
        assert_eq!(due(None, now), now);
        let next = due(Some(now.plus(PACE)), now.plus(5));
        assert_eq!(next, now.plus(PACE));
        assert!(takes_more(next, 0, now.plus(10)));
        assert!(!takes_more(next, 0, next), "it may be on its way");
        assert!(!takes_more(next, 1, now.plus(10)), "it may have arrived");
    }
}
