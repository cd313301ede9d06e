//! What keeps a target from getting anything now, in words. Pure.

use sutler_model::estate::Target;
use sutler_model::port::Quarantine;
use sutler_model::work::Lane;

use crate::hold::Hold;

/// Why nothing is sent now.
pub(super) struct Obstacle {
    /// What it is.
    pub(super) says: String,
    /// What a person can do, or need not do.
    pub(super) advice: String,
}

/// The obstacle for work of a lane: a person's or the window's hold first, then the target's own
/// state. `of` is what commands say of the tenant.
pub(super) fn obstacle(
    (target, of): (&Target, &str),
    hold: &Hold,
    quarantine: Option<&Quarantine>,
    lane: Lane,
) -> Option<Obstacle> {
    let name = &target.name;
    if let Some(says) = hold.says().filter(|_| !hold.lets(lane)) {
        let advice = match hold {
            Hold::Paused(_) => format!("`sutler resume {name}{of}` ends the pause"),
            _ => "nothing: it goes on by itself when the window is over".to_owned(),
        };
        return Some(Obstacle { says: format!("the target is {says}"), advice });
    }
    let Quarantine { fault, since, probe, .. } = quarantine?;
    let probe = probe.map(|at| format!("; the next probe is at {}", at.rfc3339()));
    let says = format!(
        "since {} the target gets no more than a probe now and then ({}: {}{})",
        since.rfc3339(),
        fault.cause,
        fault.detail,
        probe.unwrap_or_default()
    );
    let advice = format!("`sutler check --target {name}{of}` tests address and credentials");
    Some(Obstacle { says, advice })
}
