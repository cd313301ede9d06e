//! Deprovisioning: reads the link, the subject and the leave policy only, never a mapping,
//! so that no faulty mapping can stop it. Confirmed by reading back.

use sutler_model::estate::OnDeactivate;
use sutler_model::link::LinkState;
use sutler_model::outcome::Account;
use sutler_model::work::Owes;

use super::{Action, Decision, Frame, Open, Sight, doubt, names};
use crate::rules::Want;

/// A disable is owed: whatever came after, the account is first brought to a confirmed
/// disabled moment.
pub(super) fn owed(frame: &Frame<'_>, open: Open<'_>) -> Option<Decision> {
    // In doubt, an account that we last knew as disabled may have been enabled.
    let certain = open.link.state == LinkState::Off && open.link.doubt.is_none();
    let nothing_to_disable = open.link.state == LinkState::Creating || (certain && !frame.unproven);
    let policy = frame.rules.target.on_deactivate;
    if !frame.owes.has(Owes::DISABLE) || nothing_to_disable || policy == OnDeactivate::Keep {
        return None;
    }
    match open.want {
        Want::Absent | Want::Released | Want::Untouched => None,
        Want::Account { .. } | Want::Disabled => Some(disable(frame, open)),
    }
}

/// Takes the account away, if that is what is wanted.
pub(super) fn deprovision(frame: &Frame<'_>, open: Open<'_>) -> Option<Decision> {
    match open.want {
        Want::Released => Some(Decision::new(
            Action::Close("kept there by policy".to_owned()),
            "the account is no longer ours",
        )),
        Want::Absent => Some(delete(frame, open)),
        Want::Disabled if open.link.state == LinkState::Creating => Some(never_created()),
        Want::Account { active: false, .. } if open.link.state == LinkState::Creating => {
            Some(never_created())
        }
        Want::Disabled if open.link.state == LinkState::Off && !frame.unproven => {
            Some(names::step_aside(frame, open).unwrap_or_else(|| kept(frame, open)))
        }
        Want::Disabled => Some(disable(frame, open)),
        Want::Account { active: false, .. }
            if open.link.state == LinkState::On || frame.unproven =>
        {
            Some(disable(frame, open))
        }
        Want::Account { .. } | Want::Untouched => None,
    }
}

/// A disabled account that nobody is entitled to, until its time is over.
fn kept(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    let over = frame.rules.target.delete_after.zip(open.link.off_since);
    match over.map(|(after, since)| since.plus(after)) {
        None => Decision::new(Action::Nothing, "it is disabled"),
        Some(over) if frame.now < over => {
            Decision::new(Action::Later(over), "it is disabled, and deleted when its time is over")
        }
        Some(_) => delete(frame, open),
    }
}

fn never_created() -> Decision {
    Decision::new(Action::Close("never created".to_owned()), "announced, but never sent")
}

fn delete(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    if open.link.state == LinkState::Creating {
        return never_created();
    }
    match frame.seen.map(|seen| &seen.sight) {
        Some(Sight::Absent) => Decision::new(
            Action::Close("absent when read back".to_owned()),
            "its absence is confirmed",
        ),
        Some(_) if frame.unproven => Decision::new(
            Action::Backoff("the target still shows the account after its deletion".to_owned()),
            "the deletion is not confirmed",
        ),
        None if frame.unproven => {
            Decision::new(Action::Look(doubt::identity(frame, open)), "the deletion is read back")
        }
        _ => Decision::new(Action::Delete, "nobody is entitled to the account"),
    }
}

fn disable(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    match frame.seen.map(|seen| &seen.sight) {
        Some(Sight::Absent) => Decision::new(
            Action::Close("absent when read back".to_owned()),
            "there is no account to disable",
        ),
        Some(Sight::One(Account { active: Some(false), .. })) => {
            Decision::new(Action::Disabled, "the disabled account was read back")
        }
        Some(_) if frame.unproven => Decision::new(
            Action::Backoff(
                "the target still shows the account as active after its disabling".to_owned(),
            ),
            "the disabling is not confirmed",
        ),
        None if frame.unproven => {
            Decision::new(Action::Look(doubt::identity(frame, open)), "the disabling is read back")
        }
        _ => Decision::new(Action::Disable, "access is to be taken away"),
    }
}
