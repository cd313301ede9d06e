//! Changing the membership of a group: removals first, in chunks; the list is never sent
//! whole unless the target has no PATCH.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::outcome::{Applied, RefusalKind};

use super::Scim2;
use super::account::find;
use super::merge::merged;
use super::outcome::Asked;
use super::patch::{member, member_operations, removes};
use crate::profile::Change;
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
        if self.patches(Kind::Group).await? {
            match self.patch_members(remote, remove, add).await {
                Err(Stop::Refused(refusal))
                    if refusal.kind == RefusalKind::Unsupported
                        && self.profile.change(Kind::Group) == Change::Stated =>
                {
                    self.patch_is_unsupported();
                }
                settled => return settled,
            }
        }
        if !self.profile.members_in_put() {
            let detail = format!(
                "the profile `{}` says that a PUT of a group holds no members, and the target has no PATCH",
                self.profile.name()
            );
            return Err(Stop::refused(RefusalKind::Unsupported, None, detail));
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
        for operations in member_operations(&self.profile, remove, add) {
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
    use serde_json::json;

    use super::*;

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
