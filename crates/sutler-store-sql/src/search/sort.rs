//! Orders that columns can give.

use sutler_model::Kind;
use sutler_model::query::Sort;

/// The ORDER BY terms for a sort, if a column holds exactly what it compares. What is missing
/// goes last, reversed it goes first (RFC 7644 §3.4.2.3).
pub(super) fn order(sort: &Sort, kinds: &[Kind]) -> Option<String> {
    if sort.by.schema.is_some() {
        return None;
    }
    let column = match (&*sort.by.attribute, sort.by.sub.as_deref()) {
        ("userName", None) => "r.user_name",
        ("displayName", None) => "r.display_name",
        ("externalId", None) => "r.external_id",
        ("id", None) => "r.uid",
        ("meta", Some("created")) => "r.created",
        // A group's own row does not know of its last membership change.
        ("meta", Some("lastModified")) if kinds == [Kind::User] => "r.changed",
        _ => return None,
    };
    let (missing, direction) = if sort.descending { ("DESC", "DESC") } else { ("ASC", "ASC") };
    Some(format!("({column} IS NULL) {missing}, {column} {direction}, r.rid"))
}
