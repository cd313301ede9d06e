//! Changing the membership of a group: removals first, in chunks; the list is never sent
//! whole unless the target has no PATCH.

use std::collections::HashSet;

use serde_json::{Map, Value, json};
use sutler_model::Kind;
use sutler_model::outcome::{Applied, RefusalKind};

use super::account::find;
use super::merge::merged;
use super::outcome::Asked;
use super::{MEMBERS_A_CALL, Scim2};
use crate::stop::Stop;

impl Scim2 {
    /// Takes members out and puts members in.
    pub(super) async fn change_members(
        &self,
        remote: &str,
        remove: &[String],
        add: &[(String, Kind)],
    ) -> Result<Applied, Stop> {
        if remove.is_empty() && add.is_empty() {
            return Ok(Applied::default());
        }
        if self.profile().await?.patch {
            match self.patch_members(remote, remove, add).await {
                Err(Stop::Refused(refusal)) if refusal.kind == RefusalKind::Unsupported => {
                    self.patch_is_unsupported();
                }
                settled => return settled,
            }
        }
        let edit = |shown: &Map<String, Value>| {
            let members = edited(find(shown, "members"), remove, add);
            let set = [("members".to_owned(), Value::Array(members))];
            merged(Kind::Group, shown, &set, &[])
        };
        self.put(Kind::Group, remote, Asked::Update, edit).await
    }

    async fn patch_members(
        &self,
        remote: &str,
        remove: &[String],
        add: &[(String, Kind)],
    ) -> Result<Applied, Stop> {
        let mut last = Applied::default();
        for operations in chunks(remove, add) {
            last = match self.send_patch(Kind::Group, remote, Asked::Update, &operations).await {
                Err(Stop::Refused(refusal))
                    if refusal.kind == RefusalKind::Rejected && removes(&operations) =>
                {
                    self.one_by_one(remote, &operations).await?
                }
                settled => settled?,
            };
        }
        Ok(last)
    }

    /// A strict target refuses a chunk whole if one of its members is not there. Alone, such a
    /// removal is refused with `noTarget` (RFC 7644 §3.5.2.2), which says that it is done.
    async fn one_by_one(&self, remote: &str, operations: &[Value]) -> Result<Applied, Stop> {
        let mut last = Applied::default();
        for operation in operations {
            let alone = std::slice::from_ref(operation);
            let asked = if removes(alone) { Asked::RemoveMember } else { Asked::Update };
            last = self.send_patch(Kind::Group, remote, asked, alone).await?;
        }
        Ok(last)
    }
}

/// The operations of each request, at most 100 members in one.
fn chunks(remove: &[String], add: &[(String, Kind)]) -> Vec<Vec<Value>> {
    // One path for each removal: `members` with a list of values empties the whole group at
    // targets that read RFC 7644 §3.5.2.2 to the letter.
    let removals: Vec<Value> = remove.iter().map(|id| removal(id)).collect();
    let mut requests: Vec<Vec<Value>> =
        removals.chunks(MEMBERS_A_CALL).map(<[Value]>::to_vec).collect();
    let room = match requests.last() {
        Some(last) => MEMBERS_A_CALL.saturating_sub(last.len()),
        None => 0,
    };
    let (first, rest) = add.split_at(room.min(add.len()));
    if let (false, Some(last)) = (first.is_empty(), requests.last_mut()) {
        last.push(addition(first));
    }
    requests.extend(rest.chunks(MEMBERS_A_CALL).map(|c| vec![addition(c)]));
    requests
}

fn removes(operations: &[Value]) -> bool {
    operations.iter().any(|operation| operation.get("op").is_some_and(|verb| verb == "remove"))
}

fn removal(id: &str) -> Value {
    json!({ "op": "remove", "path": format!("members[value eq {}]", json!(id)) })
}

fn addition(members: &[(String, Kind)]) -> Value {
    let members: Vec<Value> = members.iter().map(member).collect();
    json!({ "op": "add", "path": "members", "value": members })
}

fn member((id, kind): &(String, Kind)) -> Value {
    match kind {
        Kind::User => json!({ "value": id }),
        Kind::Group => json!({ "value": id, "type": "Group" }),
    }
}

/// The list as it is to be.
fn edited(shown: Option<&Value>, remove: &[String], add: &[(String, Kind)]) -> Vec<Value> {
    let leavers: HashSet<&str> = remove.iter().map(String::as_str).collect();
    let shown = shown.and_then(Value::as_array);
    let id = |one: &Value| one.get("value").and_then(Value::as_str).map(str::to_owned);
    let mut kept: Vec<Value> = shown
        .into_iter()
        .flatten()
        .filter(|one| id(one).is_none_or(|id| !leavers.contains(id.as_str())))
        .cloned()
        .collect();
    let present: HashSet<String> = kept.iter().filter_map(id).collect();
    kept.extend(add.iter().filter(|(id, _)| !present.contains(id)).map(member));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(n: usize) -> Vec<String> {
        (0..n).map(|i| i.to_string()).collect()
    }

    fn users(n: usize) -> Vec<(String, Kind)> {
        ids(n).into_iter().map(|id| (id, Kind::User)).collect()
    }

    #[test]
    fn removals_go_first_and_no_request_carries_more_than_a_hundred() {
        let sizes = |remove, add| -> Vec<Vec<usize>> {
            let members = |one: &Value| match one["op"].as_str() {
                Some("add") => one["value"].as_array().unwrap().len(),
                _ => 0,
            };
            chunks(&ids(remove), &users(add))
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
    fn a_list_is_edited_without_doubling_anybody() {
        let shown = json!([{"value": "1", "display": "One"}, {"value": "2"}]);
        let edited = edited(
            Some(&shown),
            &["2".to_owned(), "9".to_owned()],
            &[("1".to_owned(), Kind::User), ("3".to_owned(), Kind::Group)],
        );
        assert_eq!(
            Value::Array(edited),
            json!([{"value": "1", "display": "One"}, {"value": "3", "type": "Group"}])
        );
    }
}
