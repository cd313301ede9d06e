//! The operations of a PatchOp (RFC 7644 §3.5.2), written as a profile says. Pure.

use serde_json::{Map, Value, json};
use sutler_model::Kind;

use super::merge::merged;
use crate::profile::{Booleans, Profile, Style};

/// The operations that set and clear paths.
pub(super) fn operations(
    profile: &Profile,
    set: &[(String, Value)],
    clear: &[String],
) -> Vec<Value> {
    let set: Vec<(String, Value)> =
        set.iter().map(|(path, value)| (path.clone(), written(profile, value))).collect();
    let (nothing, values): (Vec<_>, Vec<_>) =
        set.into_iter().partition(|(_, value)| value.is_null());
    let mut operations = match profile.style() {
        Style::Path => values
            .iter()
            .map(|(path, value)| json!({ "op": "replace", "path": path, "value": value }))
            .collect(),
        Style::Pathless if values.is_empty() => Vec::new(),
        Style::Pathless => vec![pathless(&values)],
        Style::Single => values.chunks(1).map(pathless).collect(),
    };
    // A removal has a path in every style (RFC 7644 §3.5.2.2); a value of nothing is one too
    // (RFC 7643 §2.5).
    let cleared = nothing.iter().map(|(path, _)| path).chain(clear);
    operations.extend(cleared.map(|path| json!({ "op": "remove", "path": path })));
    operations
}

fn pathless(values: &[(String, Value)]) -> Value {
    json!({ "op": "replace", "value": document(values) })
}

/// What is set, as a document.
pub(super) fn document(set: &[(String, Value)]) -> Map<String, Value> {
    let mut document = match merged(Kind::User, &Map::new(), set, &[]) {
        Value::Object(document) => document,
        _ => Map::new(),
    };
    document.remove("schemas");
    document
}

fn written(profile: &Profile, value: &Value) -> Value {
    match (profile.booleans(), value) {
        (Booleans::Text, Value::Bool(true)) => json!("True"),
        (Booleans::Text, Value::Bool(false)) => json!("False"),
        _ => value.clone(),
    }
}

/// What goes into each request of a change of members: removals first.
pub(super) fn member_operations(
    profile: &Profile,
    remove: &[String],
    add: &[(String, Kind)],
) -> Vec<Vec<Value>> {
    let most = profile.members_a_call();
    let mut requests: Vec<Vec<Value>> = if profile.value_paths() {
        // One path for each removal: `members` with a list of values empties the whole group
        // at targets that read RFC 7644 §3.5.2.2 to the letter.
        let removals: Vec<Value> = remove.iter().map(|id| removal(id)).collect();
        removals.chunks(most.min(profile.operations())).map(<[Value]>::to_vec).collect()
    } else {
        remove.chunks(most).map(|ids| vec![listed_removal(ids)]).collect()
    };
    let room = match (requests.last(), remove.len() % most) {
        (Some(last), used) if used > 0 && last.len() < profile.operations() => most - used,
        _ => 0,
    };
    let (first, rest) = add.split_at(room.min(add.len()));
    if let (false, Some(last)) = (first.is_empty(), requests.last_mut()) {
        last.push(addition(first));
    }
    requests.extend(rest.chunks(most).map(|chunk| vec![addition(chunk)]));
    requests
}

pub(super) fn removes(operations: &[Value]) -> bool {
    operations.iter().any(|operation| operation.get("op").is_some_and(|verb| verb == "remove"))
}

fn removal(id: &str) -> Value {
    json!({ "op": "remove", "path": format!("members[value eq {}]", json!(id)) })
}

fn listed_removal(ids: &[String]) -> Value {
    let ids: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    json!({ "op": "remove", "path": "members", "value": ids })
}

fn addition(members: &[(String, Kind)]) -> Value {
    let members: Vec<Value> = members.iter().map(member).collect();
    json!({ "op": "add", "path": "members", "value": members })
}

/// A member as it is sent.
pub(super) fn member((id, kind): &(String, Kind)) -> Value {
    match kind {
        Kind::User => json!({ "value": id }),
        Kind::Group => json!({ "value": id, "type": "Group" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(patch: &str) -> Profile {
        let text = crate::profile::shipped("generic").unwrap();
        Profile::read(&format!("{text}\n[patch]\n{patch}\n")).unwrap()
    }

    fn users(n: usize) -> Vec<(String, Kind)> {
        ids(n).into_iter().map(|id| (id, Kind::User)).collect()
    }

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    #[test]
    fn removals_go_first_and_no_request_carries_more_than_a_hundred() {
        let generic = profile("");
        let sizes = |remove, add| -> Vec<Vec<usize>> {
            let members = |one: &Value| match one["op"].as_str() {
                Some("add") => one["value"].as_array().unwrap().len(),
                _ => 0,
            };
            member_operations(&generic, &ids(remove), &users(add))
                .iter()
                .map(|request| request.iter().map(members).collect())
                .collect()
        };
        assert_eq!(sizes(1, 2), [[0, 2]]);
        assert_eq!(sizes(0, 150), [[100], [50]]);
        assert_eq!(sizes(100, 1), [vec![0; 100], vec![1]]);
        assert_eq!(sizes(0, 0), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn no_request_has_more_operations_than_the_profile_allows() {
        let narrow = profile("operations = 3");
        let requests = member_operations(&narrow, &ids(4), &users(2));
        let operations: Vec<usize> = requests.iter().map(Vec::len).collect();
        assert_eq!(operations, [3, 2], "three removals, then one with an addition");
        let listed = profile("operations = 3\nvalue_paths = false");
        let requests = member_operations(&listed, &ids(4), &users(2));
        let both = &requests[0];
        assert_eq!((requests.len(), both.len()), (1, 2));
        assert_eq!(both[0]["path"], "members");
        assert_eq!(both[0]["value"].as_array().unwrap().len(), 4);
    }

    #[test]
    fn operations_are_written_as_the_profile_says() {
        let set = [
            ("active".to_owned(), json!(false)),
            ("name.givenName".to_owned(), json!("A")),
            ("title".to_owned(), Value::Null),
        ];
        let clear = ["nickName".to_owned()];
        let of = |patch: &str| json!(operations(&profile(patch), &set, &clear));
        let removals =
            [json!({"op": "remove", "path": "title"}), json!({"op": "remove", "path": "nickName"})];
        assert_eq!(
            of("booleans = \"text\""),
            json!([
                {"op": "replace", "path": "active", "value": "False"},
                {"op": "replace", "path": "name.givenName", "value": "A"}, removals[0], removals[1],
            ])
        );
        assert_eq!(
            of("style = \"pathless\""),
            json!([
                {"op": "replace", "value": {"active": false, "name": {"givenName": "A"}}},
                removals[0], removals[1],
            ])
        );
        assert_eq!(
            of("style = \"single\""),
            json!([
                {"op": "replace", "value": {"active": false}},
                {"op": "replace", "value": {"name": {"givenName": "A"}}}, removals[0], removals[1],
            ])
        );
    }
}
