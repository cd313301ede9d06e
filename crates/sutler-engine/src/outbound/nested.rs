//! Members by way of groups, as the target is to show them.

use sutler_model::nesting::{DEEPEST, Nesting};
use sutler_model::port::{Ask, EdgeView, LedgerError, MemberView};
use sutler_model::{Kind, Rid, SetId};

use super::dispatcher::Lines;

impl Lines {
    /// Edges of a group; whether a membership stands is what the target makes of nested groups.
    pub(super) async fn edges(
        &self,
        group: Rid,
        limit: usize,
    ) -> Result<Vec<EdgeView>, LedgerError> {
        let ledger = &self.context.ports.ledger;
        let mut edges = ledger.edges(self.rules.target.id, group, limit).await?;
        let nesting = self.rules.target.nesting;
        if nesting.is_native() {
            return Ok(edges);
        }
        for edge in &mut edges {
            edge.is_member &= edge.member.kind == Kind::User;
        }
        if nesting == Nesting::Flatten {
            self.look_below(group, &mut edges).await?;
        }
        Ok(edges)
    }

    /// Who is no member itself may be one by way of groups.
    async fn look_below(&self, group: Rid, edges: &mut [EdgeView]) -> Result<(), LedgerError> {
        let open = |edge: &&mut EdgeView| !edge.is_member && edge.member.kind == Kind::User;
        let mut edges: Vec<&mut EdgeView> = edges.iter_mut().filter(open).collect();
        let ask = |edge: &&mut EdgeView| Ask { group: None, member: edge.edge.member };
        let asks: Vec<Ask> = edges.iter().map(ask).collect();
        if asks.is_empty() {
            return Ok(());
        }
        let answers = self.context.ports.ledger.above(&asks).await?;
        for (edge, above) in edges.iter_mut().zip(answers) {
            edge.is_member = above.groups.iter().any(|one| one.rid == group);
        }
        Ok(())
    }

    /// The next members that a group is loaded with. Those that the target is not to show are
    /// without an account.
    pub(super) async fn to_load(
        &self,
        (group, set): (Rid, SetId),
        after: Rid,
        limit: usize,
    ) -> Result<Vec<MemberView>, LedgerError> {
        let ledger = &self.context.ports.ledger;
        let target = &self.rules.target;
        if target.nesting != Nesting::Flatten {
            let mut members = ledger.member_accounts(target.id, set, after, limit).await?;
            for member in &mut members {
                if member.kind == Kind::Group && target.nesting == Nesting::Skip {
                    member.state = None;
                }
            }
            return Ok(members);
        }
        let found = ledger.flattened(target.id, group, after, limit).await?;
        if found.deeper && after == Rid(0) {
            tracing::warn!(
                target.name = %target.name, rid = %group,
                "a group holds groups more than {DEEPEST} deep: who is deeper is no member there"
            );
        }
        Ok(found.members)
    }
}
