//! Names: one is not reused at a target while an open link of ours holds it; a ring of names
//! is broken by a temporary one.

use sutler_model::link::Link;

use super::{Action, Contest, Decision, Frame, Open};

/// Generated names that are tried for one account.
const MOST_NAMES: u32 = 1_000;

/// Before a name is taken: is it free among our own links? `None` if it is.
pub(super) fn contest(frame: &Frame<'_>, key: &str, own: Option<&Link>) -> Option<Decision> {
    match frame.rival {
        None => Some(Decision::new(
            Action::Survey(key.to_owned()),
            "is the name free among our accounts",
        )),
        Some(Contest::Free) => None,
        Some(Contest::Held { by, ring, first }) => Some(match own {
            Some(link) if *ring && *first => Decision::new(
                Action::Rename(aside("moving", link)),
                "names are exchanged in a ring, and the smallest link steps aside",
            ),
            _ => Decision::new(Action::Wait(*by), "another account of ours still holds the name"),
        }),
    }
}

/// A generated name is taken: the next one is tried.
pub(super) fn another(frame: &Frame<'_>, why: &'static str) -> Decision {
    if frame.facts.once.is_some_and(|once| once.attempt >= MOST_NAMES) {
        let detail = format!("{MOST_NAMES} generated names are taken there: change the expression");
        return Decision::new(Action::Park("taken", detail), "no generated name is free");
    }
    Decision::new(Action::Another, why)
}

/// A disabled account that nobody is entitled to gives its name up to a newcomer.
pub(super) fn step_aside(frame: &Frame<'_>, open: Open<'_>) -> Option<Decision> {
    let aside = aside("left", open.link);
    let stands = open.link.key.as_deref() == Some(aside.as_str());
    (frame.wanted
        && !stands
        && !open.link.key.as_deref().is_some_and(|key| key.starts_with("left-")))
    .then(|| {
        Decision::new(
            Action::Rename(aside),
            "a newcomer waits for the name that this account no longer needs",
        )
    })
}

/// A name of its own for an account that must give up its name; keeps the old one at the end,
/// so that an address stays an address.
fn aside(prefix: &str, link: &Link) -> String {
    let id: String =
        link.id.correlation().chars().filter(char::is_ascii_hexdigit).take(12).collect();
    match &link.key {
        Some(key) => format!("{prefix}-{id}.{key}"),
        None => format!("{prefix}-{id}"),
    }
}
