//! The decision about one chunk of a group's membership. Pure.
//!
//! Members without an account at the target are passed over: when their account appears, an
//! edge says so. Removals go first. Adds and removals are repeatable, so a chunk in doubt is
//! sent again.

use sutler_model::link::LinkState;
use sutler_model::port::{EdgeView, MemberView};
use sutler_model::work::EdgeOp;
use sutler_model::{Kind, Mark, Rid};

/// What one call should do, and what it settles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberStep {
    /// Remote ids to take away.
    pub remove: Vec<String>,
    /// Remote ids to add.
    pub add: Vec<(String, Kind)>,
    /// Edges that are done with this step, each with the mark that was seen.
    pub edges: Vec<(Rid, Mark)>,
    /// Where the first load stands after this step; `None` if it is complete.
    pub load: Option<Rid>,
    /// True if nothing will be left after this step, as far as could be seen.
    pub last: bool,
    /// True if somebody who is to be a member has no account yet, and nothing else will tell when
    /// he has: the membership is stored nowhere.
    pub waits: bool,
}

impl MemberStep {
    /// True if no call is needed.
    pub fn is_silent(&self) -> bool {
        self.remove.is_empty() && self.add.is_empty()
    }
}

/// Decides one chunk: `edges` (cut ones first), then the first load from its cursor on.
///
/// `more_edges` and `more_members` say that the ledger's page was full.
pub fn decide_members(
    edges: &[EdgeView],
    more_edges: bool,
    load: Option<Rid>,
    members: &[MemberView],
    more_members: bool,
) -> MemberStep {
    let mut step = MemberStep { load, ..MemberStep::default() };
    for view in edges {
        let account = account(&view.member);
        if account.is_none() && view.edge.op == Some(EdgeOp::Add) {
            step.waits = true;
            continue;
        }
        step.edges.push((view.edge.member, view.edge.mark));
        match account {
            Some(remote) if view.is_member => step.add.push((remote, view.member.kind)),
            Some(remote) => step.remove.push(remote),
            // Not every target takes a deleted account out of its groups by itself.
            None if !view.is_member => step.remove.extend(former_account(&view.member)),
            None => {}
        }
    }
    if load.is_some() && !more_edges {
        for member in members {
            step.load = Some(member.rid);
            let edged = edges.iter().any(|view| view.edge.member == member.rid);
            if let Some(remote) = account(member).filter(|_| !edged) {
                step.add.push((remote, member.kind));
            }
        }
        if !more_members {
            step.load = None;
        }
    }
    step.last = !more_edges && step.load.is_none();
    step
}

/// The account that a member had, after it was deleted at the target.
fn former_account(member: &MemberView) -> Option<String> {
    (member.state == Some(LinkState::Closed)).then(|| member.remote.clone()).flatten()
}

fn account(member: &MemberView) -> Option<String> {
    match member.state? {
        LinkState::On | LinkState::Off => member.remote.clone(),
        LinkState::Creating | LinkState::Closed => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::TargetId;
    use sutler_model::work::Edge;

    fn member(rid: i64, state: Option<LinkState>) -> MemberView {
        MemberView {
            rid: Rid(rid),
            kind: Kind::User,
            state,
            remote: state.map(|_| format!("r{rid}")),
        }
    }

    fn edge(rid: i64, is_member: bool, state: Option<LinkState>) -> EdgeView {
        let edge = Edge {
            target: TargetId(1),
            group: Rid(100),
            member: Rid(rid),
            mark: 3,
            cut: !is_member,
            op: None,
        };
        EdgeView { edge, is_member, member: member(rid, state) }
    }

    #[test]
    fn w19_who_is_to_be_a_member_and_has_no_account_yet_is_waited_for() {
        let mut waiting = edge(1, true, None);
        waiting.edge.op = Some(EdgeOp::Add);
        let step = decide_members(&[waiting, edge(2, true, None)], false, None, &[], false);
        assert!(step.waits && step.is_silent());
        assert_eq!(step.edges, [(Rid(2), 3)], "what is stored is met when the account appears");
    }

    #[test]
    fn a_member_whose_account_is_deleted_already_is_taken_out_of_the_group() {
        let edges =
            [edge(1, false, Some(LinkState::Closed)), edge(2, true, Some(LinkState::Closed))];
        let step = decide_members(&edges, false, None, &[], false);
        assert_eq!(step.remove, vec!["r1".to_owned()]);
        assert!(step.add.is_empty());
    }

    #[test]
    fn members_without_an_account_are_passed_over() {
        let edges = [edge(1, true, None), edge(2, true, Some(LinkState::Creating))];
        let step = decide_members(&edges, false, None, &[], false);
        assert!(step.is_silent());
        assert_eq!(step.edges, vec![(Rid(1), 3), (Rid(2), 3)]);
        assert!(step.last);
    }

    #[test]
    fn scenario_11_a_disabled_leaver_is_removed_by_its_remote_id() {
        let step = decide_members(&[edge(1, false, Some(LinkState::Off))], false, None, &[], false);
        assert_eq!(step.remove, vec!["r1".to_owned()]);
    }

    #[test]
    fn the_first_load_goes_on_from_its_cursor_and_waits_for_edges() {
        let members =
            [member(4, Some(LinkState::On)), member(5, None), member(6, Some(LinkState::On))];
        let step = decide_members(&[], false, Some(Rid(3)), &members, true);
        assert_eq!(step.add, vec![("r4".to_owned(), Kind::User), ("r6".to_owned(), Kind::User)]);
        assert_eq!(step.load, Some(Rid(6)));
        assert!(!step.last);

        let waiting = decide_members(
            &[edge(9, false, Some(LinkState::On))],
            true,
            Some(Rid(3)),
            &members,
            true,
        );
        assert_eq!(waiting.load, Some(Rid(3)), "removals first");
    }
}
