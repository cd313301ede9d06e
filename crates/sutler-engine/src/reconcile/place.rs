//! Where a comparison stands, so that one that was cut off goes on from there.
//!
//! Kept beside the comparison, in the head of its report. Whom it has seen is not kept: that
//! their accounts are there is confirmed in their links.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sutler_model::comparison::Comparison;
use sutler_model::report::Report;
use sutler_model::{Kind, Time};

/// The key of the place in a head.
const KEY: &str = "place";
/// A comparison that has not moved for so long is under way nowhere: no call takes longer.
const STALE: i64 = 3_600_000;

/// Where a comparison stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The type that is compared.
    pub(super) kind: Kind,
    /// The page that comes next; `None` is the first.
    pub(super) from: Option<String>,
    /// The list is at its end: who is missing is being found out.
    pub(super) listed: bool,
    /// When it came there.
    pub(super) at: Time,
}

impl Place {
    /// Before the first page.
    pub(super) fn beginning(at: Time) -> Self {
        Self { kind: Kind::User, from: None, listed: false, at }
    }
}

/// The head of a report: a comparison, and its place while it is under way.
pub(super) fn head(comparison: &Comparison, place: Option<&Place>) -> Value {
    let mut head = serde_json::to_value(comparison).unwrap_or_default();
    if let (Value::Object(head), Some(place)) = (&mut head, place) {
        let place = serde_json::to_value(place).unwrap_or_default();
        head.insert(KEY.to_owned(), place);
    }
    head
}

/// The comparison of a report and its place, if it was cut off: it has not moved for long, or
/// not since no other node can be at it.
pub(super) fn cut_off(
    report: &Report,
    now: Time,
    alone_since: Option<Time>,
) -> Option<(Comparison, Place)> {
    let comparison: Comparison = serde_json::from_value(report.head.clone()).ok()?;
    let place: Place = serde_json::from_value(report.head.get(KEY)?.clone()).ok()?;
    let ours = alone_since.is_some_and(|since| place.at < since);
    let stale = ours || now.since(place.at) > STALE;
    (comparison.ended.is_none() && stale).then_some((comparison, place))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use sutler_model::report::ReportKind;

    use super::*;

    fn report(ended: Option<Time>, place: Option<&Place>) -> Report {
        let comparison = Comparison {
            id: "compare-1".to_owned(),
            target: "app".to_owned(),
            began: Time(1),
            ended,
            complete: false,
            fault: None,
            seen: 7,
            total: None,
            equal: 7,
            found: BTreeMap::new(),
            dry: false,
        };
        let head = head(&comparison, place);
        let (id, kind) = (comparison.id, ReportKind::Comparison);
        Report { id, kind, target: None, made: Time(1), head }
    }

    #[test]
    fn scenario_38_what_moves_or_has_ended_is_not_cut_off() {
        let from = Some("page".to_owned());
        let place = Place { from, at: Time(1_000), ..Place::beginning(Time(1)) };
        let cut = |report: Report, now: i64, alone: Option<i64>| {
            cut_off(&report, Time(now), alone.map(Time)).map(|(_, place)| place)
        };
        let under_way = || report(None, Some(&place));
        assert_eq!(cut(under_way(), 2_000, None), None, "another node may be at it");
        assert_eq!(cut(under_way(), 2_000, Some(1_000)), None, "this node is at it");
        assert_eq!(cut(under_way(), 2_000, Some(1_500)), Some(place.clone()));
        assert_eq!(cut(under_way(), 3_700_000, None), Some(place.clone()));
        assert_eq!(cut(report(Some(Time(5)), Some(&place)), 3_700_000, Some(9)), None);
        assert_eq!(cut(report(None, None), 3_700_000, Some(9)), None, "an older version's");
    }
}
