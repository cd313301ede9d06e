//! What a target makes of groups within groups, for a person who asks about one of them or
//! about a user.

use sutler_model::nesting::{DEEPEST, Nesting};
use sutler_model::port::{Above, Ask, LedgerError};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Rid};

use crate::Ports;
use crate::rules::TargetRules;

/// What is to be said about a resource that is there, if anything is.
pub(super) async fn nested(
    ports: &Ports,
    rules: &TargetRules,
    resource: &Resource,
) -> Result<Option<String>, LedgerError> {
    let (ledger, target) = (&ports.ledger, &rules.target);
    Ok(match (target.nesting, resource.kind) {
        _ if resource.gone => None,
        (Nesting::Native, _) | (Nesting::Skip, Kind::User) => None,
        (Nesting::Skip, Kind::Group) => Some(skipped()),
        (Nesting::Flatten, Kind::Group) => {
            let end = Rid(i64::MAX);
            let below = ledger.flattened(target.id, resource.rid, end, 0).await?;
            Some(flattened(below.deeper))
        }
        (Nesting::Flatten, Kind::User) => {
            let asks = [Ask { group: None, member: resource.rid }];
            ledger.above(&asks).await?.first().and_then(by_way_of_groups)
        }
    })
}

fn skipped() -> String {
    "members of it that are groups are passed over there (`nesting = \"skip\"`)".to_owned()
}

fn flattened(deeper: bool) -> String {
    let but = if deeper {
        format!(", but for those more than {DEEPEST} groups deep: some are")
    } else {
        String::new()
    };
    format!(
        "it holds no groups there, but the users in the groups in it (`nesting = \"flatten\"`){but}"
    )
}

fn by_way_of_groups(above: &Above) -> Option<String> {
    let by_way = above.groups.iter().filter(|group| !group.direct).count();
    let but = format!("; it is in none more than {DEEPEST} groups up, and there are some");
    match (by_way, above.deeper) {
        (0, false) => None,
        (count, deeper) => Some(format!(
            "by way of groups it is in {count} more there (`nesting = \"flatten\"`){}",
            if deeper { but.as_str() } else { "" }
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::port::GroupAbove;

    #[test]
    fn scenario_14_who_is_too_deep_is_told() {
        assert!(!flattened(false).contains("deep"));
        assert!(flattened(true).contains("more than 16 groups deep"));
        let group = |direct| GroupAbove { rid: Rid(1), linked: vec![], holds: true, direct };
        let told = |direct: &[bool], deeper| {
            let groups = direct.iter().map(|direct| group(*direct)).collect();
            by_way_of_groups(&Above { groups, deeper })
        };
        assert_eq!(told(&[true], false), None);
        assert!(told(&[true, false, false], false).unwrap().contains("in 2 more there"));
        assert!(told(&[true], true).unwrap().contains("none more than 16 groups up"));
    }
}
