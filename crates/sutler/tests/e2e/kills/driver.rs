//! One client with people and groups of its own, and its journal of what was acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::script::{Stage, Step, next};
use crate::client::{Client, Failure};
use crate::compare::normal_one;
use crate::people::{group_body, person};
use crate::wait::until;

const RECOVERY: Duration = Duration::from_mins(1);

/// A resource as it was last acknowledged, with the id that Sutler gave it.
#[derive(Clone, Debug)]
struct Stored {
    id: String,
    body: Value,
}

/// One client.
pub(super) struct Driver {
    number: usize,
    client: Client,
    dice: StdRng,
    allowance: Arc<Semaphore>,
    hired: usize,
    acknowledged: usize,
    people: BTreeMap<usize, Stored>,
    groups: BTreeMap<usize, (Stored, BTreeSet<usize>)>,
}

impl Driver {
    pub(super) fn new(number: usize, seed: u64, client: Client, allowance: Arc<Semaphore>) -> Self {
        Self {
            number,
            client,
            dice: StdRng::seed_from_u64(seed + 1 + number as u64),
            allowance,
            hired: 0,
            acknowledged: 0,
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
        }
    }

    /// Does so many changes, each when the allowance lets it; fewer if the allowance is closed.
    pub(super) async fn run(mut self, changes: usize) -> Self {
        while self.acknowledged < changes {
            let Ok(permit) = self.allowance.acquire().await else { break };
            permit.forget();
            let mut dice = self.dice;
            self.dice = StdRng::seed_from_u64(0);
            let step = next(&self, &mut dice);
            self.dice = dice;
            while !self.take(step).await {}
            self.acknowledged += 1;
        }
        self
    }

    /// Activates whoever is not active.
    pub(super) async fn activate_everybody(&mut self) {
        let inactive = self.people().into_iter().filter(|(_, active)| !active);
        for (who, _) in inactive.collect::<Vec<_>>() {
            assert!(self.set(who, "active", json!(true)).await, "nobody kills now");
        }
    }

    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged
    }

    /// The people that must be there.
    pub(super) fn users(&self) -> Vec<Value> {
        self.people.values().map(|stored| with_id(&stored.body, &stored.id)).collect()
    }

    /// The groups that must be there.
    pub(super) fn groups(&self) -> Vec<Value> {
        let body = |(stored, members): &(Stored, BTreeSet<usize>)| {
            let members: Vec<String> = members.iter().map(|m| self.people[m].id.clone()).collect();
            let name = stored.body["displayName"].as_str().unwrap();
            with_id(&group_body(name, &members), &stored.id)
        };
        self.groups.values().map(body).collect()
    }

    /// One step; false if it turned out not to have been done.
    async fn take(&mut self, step: Step) -> bool {
        match step {
            Step::Hire => self.hire().await,
            Step::Rename(who) => {
                let name = self.fresh_name();
                self.set(who, "userName", json!(name)).await
            }
            Step::ChangeMail(who) => {
                let mail = json!([{ "value": self.fresh_name(), "type": "work", "primary": true }]);
                self.set(who, "emails", mail).await
            }
            Step::SetActive(who, active) => self.set(who, "active", json!(active)).await,
            Step::Dismiss(who) => self.dismiss(who).await,
            Step::Found => self.found().await,
            Step::Join(group, who) => self.member(group, who, true).await,
            Step::Leave(group, who) => self.member(group, who, false).await,
            Step::Dissolve(group) => self.dissolve(group).await,
        }
    }

    async fn hire(&mut self) -> bool {
        let name = self.fresh_name();
        let mut body = person(self.hired).body;
        body["userName"] = json!(name);
        let answer = self.client.create("Users", &body).await;
        let created = match answer {
            Ok(created) => Some(created),
            Err(failure) => self.look("Users", "userName", &name, failure).await,
        };
        let Some(created) = created else { return false };
        same(&created, &body);
        let stored = Stored { id: id(&created), body };
        self.people.insert(self.hired, stored);
        true
    }

    async fn found(&mut self) -> bool {
        let name = self.fresh_name();
        let body = group_body(&name, &[]);
        let answer = self.client.create("Groups", &body).await;
        let created = match answer {
            Ok(created) => Some(created),
            Err(failure) => self.look("Groups", "displayName", &name, failure).await,
        };
        let Some(created) = created else { return false };
        let stored = Stored { id: id(&created), body };
        self.groups.insert(self.hired, (stored, BTreeSet::new()));
        true
    }

    async fn set(&mut self, who: usize, path: &str, value: Value) -> bool {
        let before = self.people[&who].clone();
        let mut after = before.body.clone();
        after[path] = value.clone();
        let operations = json!([{ "op": "replace", "path": path, "value": value }]);
        if let Err(failure) = self.client.patch("Users", &before.id, operations).await {
            unknown(&failure);
            let found = self.get("Users", &before.id).await;
            let found = found.unwrap_or_else(|| panic!("{} is gone", before.id));
            if form(&found) != form(&after) {
                same(&found, &before.body);
                return false;
            }
        }
        self.people.get_mut(&who).unwrap().body = after;
        true
    }

    async fn dismiss(&mut self, who: usize) -> bool {
        let id = self.people[&who].id.clone();
        if !self.delete("Users", &id).await {
            return false;
        }
        self.people.remove(&who);
        for (_, members) in self.groups.values_mut() {
            members.remove(&who);
        }
        true
    }

    async fn dissolve(&mut self, group: usize) -> bool {
        let id = self.groups[&group].0.id.clone();
        let deleted = self.delete("Groups", &id).await;
        if deleted {
            self.groups.remove(&group);
        }
        deleted
    }

    async fn member(&mut self, group: usize, who: usize, joins: bool) -> bool {
        let member = self.people[&who].id.clone();
        let id = self.groups[&group].0.id.clone();
        let operations = if joins {
            json!([{ "op": "add", "path": "members", "value": [{ "value": member }] }])
        } else {
            json!([{ "op": "remove", "path": format!("members[value eq \"{member}\"]") }])
        };
        if let Err(failure) = self.client.patch("Groups", &id, operations).await {
            unknown(&failure);
            let found = self.get("Groups", &id).await;
            let found = found.unwrap_or_else(|| panic!("{id} is gone"));
            let members = found["members"].as_array().cloned().unwrap_or_default();
            if members.iter().any(|one| one["value"] == member.as_str()) != joins {
                return false;
            }
        }
        let known = &mut self.groups.get_mut(&group).unwrap().1;
        if joins {
            known.insert(who)
        } else {
            known.remove(&who)
        };
        true
    }

    /// A name that nobody had before.
    fn fresh_name(&mut self) -> String {
        self.hired += 1;
        format!("d{}-{}@example.com", self.number, self.hired)
    }

    /// True if it is gone.
    async fn delete(&self, endpoint: &str, id: &str) -> bool {
        match self.client.delete(endpoint, id).await {
            Ok(_) => true,
            Err(failure) => {
                unknown(&failure);
                self.get(endpoint, id).await.is_none()
            }
        }
    }

    /// After a create of unknown outcome: the resource, if it is there.
    async fn look(
        &self,
        endpoint: &str,
        attribute: &str,
        name: &str,
        failure: Failure,
    ) -> Option<Value> {
        unknown(&failure);
        until("looking after a create", RECOVERY, || self.client.find(endpoint, attribute, name))
            .await
    }

    /// The resource, or `None` if there is none; waits while the server is away.
    async fn get(&self, endpoint: &str, id: &str) -> Option<Value> {
        let ask = async || match self.client.get(endpoint, id).await {
            Ok(found) => Ok(Some(found)),
            Err(Failure::Refused(status, _)) if status == 404 => Ok(None),
            Err(failure) => Err(failure),
        };
        until("reading", RECOVERY, ask).await
    }
}

impl Stage for Driver {
    fn people(&self) -> Vec<(usize, bool)> {
        let active = |stored: &Stored| stored.body["active"] == json!(true);
        self.people.iter().map(|(number, stored)| (*number, active(stored))).collect()
    }

    fn groups(&self) -> Vec<(usize, Vec<usize>)> {
        let members = |members: &BTreeSet<usize>| members.iter().copied().collect();
        self.groups.iter().map(|(number, (_, m))| (*number, members(m))).collect()
    }
}

/// A refusal means that the server forgot something that it had acknowledged.
fn unknown(failure: &Failure) {
    assert!(matches!(failure, Failure::Unknown(_)), "refused: {failure}");
}

fn id(resource: &Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

fn with_id(body: &Value, id: &str) -> Value {
    let mut body = body.clone();
    body["id"] = json!(id);
    body
}

fn form(resource: &Value) -> Value {
    normal_one(resource.clone(), &BTreeMap::new())
}

fn same(found: &Value, sent: &Value) {
    assert_eq!(form(found), form(sent), "what is stored is not what was sent");
}
