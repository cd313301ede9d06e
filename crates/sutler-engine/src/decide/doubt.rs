//! Unknown outcomes, refusals that call for a look, and announced links: find out before acting.

use sutler_model::Time;
use sutler_model::estate::Correlate;
use sutler_model::link::LinkState;
use sutler_model::outcome::{Query, RefusalKind};

use super::{Action, Decision, Frame, Open, Seen, Sight, names};
use crate::rules::{Subject, Want};

/// A link in doubt is looked at. Before the target's lag has passed, no absence is believed
/// and nothing is created; the doubt stays until a later look.
pub(super) fn resolve(frame: &Frame<'_>, open: Open<'_>) -> Option<Decision> {
    let doubt = open.link.doubt?;
    let over = doubt.at.plus(frame.rules.target.lag);
    let Some(seen) = frame.seen else {
        return Some(Decision::new(
            Action::Look(identity(frame, open)),
            "the last attempt's outcome is unknown",
        ));
    };
    match &seen.sight {
        Sight::Many => Some(Decision::new(
            Action::Park("ambiguous", "several accounts carry our correlation".to_owned()),
            "more than one account answers to our correlation",
        )),
        Sight::One(_) if theirs(seen, open) => Some(never_arrived(seen, open, over)),
        Sight::Absent => Some(never_arrived(seen, open, over)),
        Sight::One(_) if open.link.state == LinkState::Creating => {
            Some(Decision::new(Action::Adopt, "the account carries our correlation"))
        }
        Sight::One(_) if seen.asked >= over => {
            Some(Decision::new(Action::Settled, "looked at after the target's lag"))
        }
        Sight::One(_) => None,
    }
}

/// An account that another of our links holds says that our create did not arrive.
fn theirs(seen: &Seen, open: Open<'_>) -> bool {
    open.link.state == LinkState::Creating && seen.held_by.is_some()
}

/// No account of ours is there; believed when it was asked after the target's lag had passed.
fn never_arrived(seen: &Seen, open: Open<'_>, over: Time) -> Decision {
    if seen.asked < over {
        let why = "no absence is believed before the target's lag has passed";
        return Decision::new(Action::Later(over), why);
    }
    if open.link.state == LinkState::Creating
        && matches!(open.want, Want::Account { active: true, .. })
    {
        return Decision::new(Action::Settled, "the create never arrived");
    }
    Decision::new(Action::Close("absent when looked up".to_owned()), "no account is there")
}

/// By what a link's account is looked up.
pub(super) fn identity(frame: &Frame<'_>, open: Open<'_>) -> Query {
    match (&open.link.remote, &open.link.key, frame.rules.target.correlate) {
        (Some(remote), _, _) => Query::Remote(remote.clone()),
        (None, Some(key), Correlate::UserName) => Query::Key(key.clone()),
        (None, ..) => Query::Correlation(open.link.id.correlation()),
    }
}

/// What a definite refusal calls for.
pub(super) fn refusal(frame: &Frame<'_>, open: Open<'_>) -> Option<Decision> {
    match frame.refused? {
        RefusalKind::NotFound => Some(gone(frame, open)),
        RefusalKind::Differs if frame.seen.is_none() => Some(Decision::new(
            Action::Look(identity(frame, open)),
            "the account has changed there",
        )),
        RefusalKind::Exists if open.link.state == LinkState::Creating => Some(exists(frame, open)),
        RefusalKind::Exists => Some(name_refused(frame, open)),
        _ => None,
    }
}

/// The target does not know the id: absence is confirmed by a look, and believed only when
/// the account is older than the target's lag.
fn gone(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    match frame.seen {
        None => {
            Decision::new(Action::Look(identity(frame, open)), "the target does not know the id")
        }
        Some(Seen { sight: Sight::Absent, asked, .. }) => {
            match open.link.confirmed.map(|at| at.plus(frame.rules.target.lag)) {
                Some(over) if *asked < over => Decision::new(
                    Action::Later(over),
                    "the account is younger than the target's lag",
                ),
                _ => Decision::new(
                    Action::Close("absent when looked up".to_owned()),
                    "the account is gone at the target",
                ),
            }
        }
        Some(_) => Decision::new(
            Action::Backoff(
                "the target refused the id as unknown, and then showed the account".to_owned(),
            ),
            "the target contradicts itself",
        ),
    }
}

/// 409 on create: ours by correlation, or somebody's.
fn exists(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    let Some(seen) = frame.seen else {
        let query = identity(frame, open);
        return Decision::new(Action::Look(query), "the target says that the account exists");
    };
    let by_name = frame.rules.target.correlate == Correlate::UserName;
    let generated = frame.rules.generates_name(open.link.kind);
    match (&seen.query, &seen.sight) {
        (_, Sight::One(account)) if account.correlation == Some(open.link.id.correlation()) => {
            Decision::new(Action::Adopt, "the account carries our correlation")
        }
        _ if generated => names::another(frame, "the generated name is taken there"),
        (_, Sight::One(_)) if by_name && seen.held_by.is_none() => {
            Decision::new(Action::Adopt, "the account has the name by which it is recognised")
        }
        (Query::Correlation(_), Sight::Absent) => ask_for_holder(frame),
        (_, Sight::One(_) | Sight::Many) => holder(seen),
        (_, Sight::Absent) => nobody(),
    }
}

/// 409 on a change of the name: one of ours may still hold it, or hold it again after a late
/// rename.
fn name_refused(frame: &Frame<'_>, open: Open<'_>) -> Decision {
    match frame.seen {
        None => ask_for_holder(frame),
        Some(Seen { sight: Sight::One(account), .. })
            if open.link.remote.as_ref() == Some(&account.remote) =>
        {
            Decision::new(
                Action::Backoff("the target refuses a name that the account has".to_owned()),
                "the target contradicts itself",
            )
        }
        Some(Seen { sight: Sight::Absent, .. }) => nobody(),
        Some(seen) => holder(seen),
    }
}

fn ask_for_holder(frame: &Frame<'_>) -> Decision {
    let Subject::Live { resource, .. } = frame.subject else {
        return Decision::new(Action::Close("never created".to_owned()), "the create was refused");
    };
    let wanted = frame.rules.wanted(resource, frame.facts);
    match wanted.as_ref().ok().and_then(|wanted| wanted.name(resource.kind)) {
        Some(name) => {
            Decision::new(Action::Look(Query::Key(name.to_owned())), "who holds the name there")
        }
        None => Decision::new(taken(), "the name is taken there"),
    }
}

fn holder(seen: &Seen) -> Decision {
    match seen.held_by {
        Some(link) => {
            Decision::new(Action::Wait(link), "another account of ours still holds the name")
        }
        None => Decision::new(taken(), "the name is taken there by an account that is not ours"),
    }
}

fn nobody() -> Decision {
    Decision::new(
        Action::Backoff(
            "the target says that the name is taken, and shows nobody who has it".to_owned(),
        ),
        "the target contradicts itself",
    )
}

fn taken() -> Action {
    Action::Park(
        "taken",
        "the name is taken at the target by an account that is not ours: rename or remove it there, then retry"
            .to_owned(),
    )
}
