//! What a target does with groups and their members.

use http::Method;
use serde_json::{Value, json};
use sutler_model::{Kind, schema};

use super::found::quoted;
use super::session::{Session, Thing};
use crate::scim2::Heard;

/// Members of one request that are tried, at most.
const MOST_MEMBERS: usize = 1_000;

impl Session<'_> {
    fn group_body(name: &str, members: &[&Thing]) -> Value {
        let mut body = json!({
            "schemas": [schema::GROUP], "displayName": name,
            "externalId": format!("{name}-external"),
        });
        let members: Vec<Value> = members.iter().map(|one| json!({"value": one.id})).collect();
        if let (false, Some(body)) = (members.is_empty(), body.as_object_mut()) {
            body.insert("members".to_owned(), Value::Array(members));
        }
        body
    }

    pub(super) async fn first_group(&mut self) -> Result<Thing, String> {
        let name = self.next_name();
        let body = Self::group_body(&name, &[]);
        match self.make(Kind::Group, &name, &body).await? {
            Ok(thing) => {
                self.tell(&format!("made the group {name} with the id {}", thing.id));
                Ok(thing)
            }
            Err(heard) => Err(format!(
                "the target refuses a group with a display name: it answered {}",
                Self::said(&heard, Some(&body))
            )),
        }
    }

    /// PATCH, or PUT; and whether a PUT may hold members.
    pub(super) async fn group_changes(&mut self, staff: &Thing, ann: &Thing) -> Result<(), String> {
        let renamed = json!([{"op": "replace", "path": "displayName", "value": staff.name}]);
        let patch = self.patch(Kind::Group, &staff.id, &renamed).await?;
        let endpoint = self.endpoint(Kind::Group);
        let mut bare = Self::group_body(&staff.name, &[]);
        let mut full = Self::group_body(&staff.name, &[ann]);
        for body in [&mut bare, &mut full] {
            if let Some(body) = body.as_object_mut() {
                body.insert("id".to_owned(), json!(staff.id));
            }
        }
        let put = self.call(Method::PUT, &[&endpoint, &staff.id], &[], Some(&bare)).await?;
        let change = if patch.done() { "patch" } else { "put" };
        if !patch.done() && !put.done() {
            return Err(format!(
                "groups cannot be changed: a PATCH was answered {}, a PUT {}",
                Self::said(&patch, None),
                Self::said(&put, None)
            ));
        }
        let evidence = format!("a PATCH was answered {}, a PUT {}", patch.status, put.status);
        self.found.note("groups", "change", quoted(change), evidence);
        self.tell(&format!("groups are changed by {}", change.to_uppercase()));
        if put.done() {
            let with = self.call(Method::PUT, &[&endpoint, &staff.id], &[], Some(&full)).await?;
            let evidence = format!(
                "a PUT without members was answered {}, one with a member {}",
                put.status, with.status
            );
            self.found.note("groups", "members_in_put", with.done().to_string(), evidence);
        }
        Ok(())
    }

    pub(super) async fn members_in_create(&mut self, ann: &Thing) -> Result<(), String> {
        let name = self.next_name();
        let body = Self::group_body(&name, &[ann]);
        let (taken, evidence) = match self.make(Kind::Group, &name, &body).await? {
            Ok(_) => (true, "a group was made with a member".to_owned()),
            Err(heard) => {
                let said = Self::said(&heard, Some(&body));
                (false, format!("a group with a member was answered {said}"))
            }
        };
        self.tell(&evidence);
        self.found.note("groups", "members_in_create", taken.to_string(), evidence);
        Ok(())
    }

    /// How many members one request may carry: the few that there are, named again and again, by
    /// doubling and then in between.
    pub(super) async fn members_a_call(
        &mut self,
        staff: &Thing,
        users: &[&Thing],
    ) -> Result<(), String> {
        if self.found.value("groups", "change") != Some("\"patch\"") {
            self.found.open(
                "groups",
                "members_a_call",
                "members are put, so there are no calls with some of them",
            );
            return Ok(());
        }
        let (mut good, mut bad) = (0, None::<(usize, Heard)>);
        let mut next = 1;
        while good < MOST_MEMBERS && bad.as_ref().is_none_or(|(bad, _)| *bad > good + 1) {
            let members: Vec<Value> =
                users.iter().cycle().take(next).map(|one| json!({"value": one.id})).collect();
            let add = json!([{"op": "add", "path": "members", "value": members}]);
            let heard = self.patch(Kind::Group, &staff.id, &add).await?;
            if heard.done() {
                good = next;
            } else {
                bad = Some((next, heard));
            }
            next = match &bad {
                Some((bad, _)) => usize::midpoint(good, *bad),
                None => (good * 2).min(MOST_MEMBERS),
            };
        }
        if good == 0 {
            let said = bad.map(|(_, heard)| Self::said(&heard, None)).unwrap_or_default();
            return Err(format!("a member cannot be added to a group: the target answered {said}"));
        }
        let evidence = match &bad {
            Some((bad, heard)) => format!(
                "{good} members in one PATCH were taken, {bad} were answered {}",
                heard.status
            ),
            None => format!("{good} members in one PATCH were taken; more were not tried"),
        };
        self.tell(&evidence);
        self.found.note("groups", "members_a_call", good.to_string(), evidence);
        Ok(())
    }

    /// Whether a member is taken out by its own path.
    pub(super) async fn removals(&mut self, staff: &Thing, ann: &Thing) -> Result<(), String> {
        if self.found.value("groups", "change") != Some("\"patch\"") {
            return Ok(());
        }
        let path = format!("members[value eq {}]", json!(ann.id));
        let by_path = json!([{"op": "remove", "path": path}]);
        let heard = self.patch(Kind::Group, &staff.id, &by_path).await?;
        let still = self.is_member(staff, ann).await?;
        let evidence = format!(
            "the removal of `members[value eq …]` was answered {}{}",
            heard.status,
            if still { ", and the member was shown as before" } else { "" }
        );
        let taken = heard.done() && !still;
        self.tell(&evidence);
        self.found.note("patch", "value_paths", taken.to_string(), evidence);
        Ok(())
    }

    async fn is_member(&mut self, staff: &Thing, ann: &Thing) -> Result<bool, String> {
        let shown = self.read(Kind::Group, &staff.id).await?;
        let members = shown.get("members").and_then(Value::as_array);
        let is_ann = |one: &Value| one.get("value").and_then(Value::as_str) == Some(&ann.id);
        Ok(members.is_some_and(|members| members.iter().any(is_ann)))
    }
}
