//! One account against what it should be. Pure.

use sutler_model::comparison::Discrepancy;
use sutler_model::estate::Drift;
use sutler_model::link::{Link, LinkState};
use sutler_model::outcome::Account;
use sutler_model::port::Frame;
use sutler_model::{Kind, Rid};

use crate::desired;
use crate::rules::{Facts, Rulebook, Subject, TargetRules, Want, want};

/// What is wrong with an account of ours, and whether it is to be put right.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    pub(super) what: Discrepancy,
    pub(super) paths: Vec<String>,
    pub(super) repair: bool,
}

impl Verdict {
    fn plain(what: Discrepancy) -> Self {
        Self { what, paths: Vec::new(), repair: true }
    }
}

/// Compares an account with what its pair wants. `None` if all is well, or if nothing is known.
pub(super) fn judge(
    rules: &TargetRules,
    rulebook: &Rulebook,
    frame: &Frame,
    account: &Account,
) -> Option<Verdict> {
    let link = frame.link.as_ref()?;
    let subject = Subject::of(frame, rulebook, rules);
    match want(subject, &rules.target) {
        Want::Absent => Some(Verdict::plain(Discrepancy::OpenDoor)),
        Want::Disabled | Want::Account { active: false, .. }
            if link.kind == Kind::User && account.active != Some(false) =>
        {
            Some(Verdict::plain(Discrepancy::OpenDoor))
        }
        Want::Disabled | Want::Untouched | Want::Released => None,
        Want::Account { active: true, .. } if account.active == Some(false) => {
            Some(Verdict::plain(Discrepancy::Disabled))
        }
        Want::Account { .. } => drifted(rules, frame, link, account),
    }
}

fn drifted(rules: &TargetRules, frame: &Frame, link: &Link, account: &Account) -> Option<Verdict> {
    let resource = frame.resource.as_ref()?;
    let facts =
        Facts { references: &frame.references, groups: &frame.groups, once: Some(&link.once) };
    // A mapping that fails is told where the pair is parked.
    let wanted = rules.wanted(resource, facts).ok()?;
    let delta = desired::delta_to_seen(&wanted.attributes, &account.attributes, &link.sent);
    let of_type = rules.target.rules(link.kind);
    let told = delta.paths().filter(|path| of_type.drift_of(path) != Drift::Accept);
    let paths: Vec<String> = told.map(str::to_owned).collect();
    let repair = paths.iter().any(|path| of_type.drift_of(path) == Drift::Enforce);
    (!paths.is_empty()).then_some(Verdict { what: Discrepancy::Drifted, paths, repair })
}

/// True if the account is in the state that its link has it in.
pub(super) fn confirms(link: &Link, account: &Account) -> bool {
    let active = account.active != Some(false);
    match link.state {
        LinkState::On => active,
        LinkState::Off => !active,
        LinkState::Creating | LinkState::Closed => false,
    }
}

/// A remote id in eight bytes, to remember a million of them.
pub(super) fn fingerprint(remote: &str) -> u64 {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(remote.as_bytes());
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The resources of the accounts of a page, with who has which.
pub(super) fn owners(links: &[Option<Link>]) -> Vec<Rid> {
    links.iter().flatten().map(|link| link.rid).collect()
}
