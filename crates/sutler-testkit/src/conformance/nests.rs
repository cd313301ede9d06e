//! Groups within groups, as random operations observe them.

use sutler_model::port::{Ask, Ledger};
use sutler_model::{Rid, TargetId};

/// Who is below a resource and what is above it, by the places of the resources.
pub(super) async fn told(ledger: &dyn Ledger, app: TargetId, of: Rid, all: &[Rid]) -> String {
    let place = |rid: Rid| all.iter().position(|known| *known == rid);
    let below = ledger.flattened(app, of, Rid(0), 1_000).await.unwrap();
    let below: Vec<_> =
        below.members.iter().map(|member| (place(member.rid), member.state)).collect();
    let groups = [None].into_iter().chain(all.iter().copied().map(Some));
    let asks: Vec<Ask> = groups.map(|group| Ask { group, member: of }).collect();
    let mut above = Vec::new();
    for one in ledger.above(&asks).await.unwrap() {
        let told = |group: &sutler_model::port::GroupAbove| {
            (place(group.rid), group.linked.len(), group.holds, group.direct)
        };
        let mut groups: Vec<_> = one.groups.iter().map(told).collect();
        groups.sort();
        above.push(groups);
    }
    format!("{:?} below {below:?} above {above:?}", place(of))
}
