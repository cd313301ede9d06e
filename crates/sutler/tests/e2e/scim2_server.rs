//! The SCIM server `scim2-server`, which nobody here wrote, as a target: everything arrives,
//! also when the target is stopped and the line to it breaks in the middle.

use std::collections::BTreeMap;
use std::future::ready;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::compare::{equal, read};
use crate::installation::Installation;
use crate::people::{Expected, group_body, person};
use crate::process::{Process, counterpart, free_port};
use crate::proxy::{Proxy, Weather};
use crate::setting::seed;
use crate::wait::{turn, until};

const TARGET_TOKEN: &str = "the-token-of-the-target";
const PEOPLE: usize = 300;
const GROUPS: usize = 25;
const AT_ONCE: usize = 8;
/// Longer than the time-out of a request to the target.
const STOPPED: Duration = Duration::from_secs(3);
const ARRIVAL: Duration = Duration::from_mins(4);

/// The server under test, the target behind a proxy, and what must be at both.
struct World {
    sutler: Installation,
    hr: Client,
    target: Process,
    target_client: Client,
    proxy: Proxy,
    expected: Expected,
    /// The ids that Sutler gave, by our numbers.
    people: BTreeMap<usize, String>,
    groups: BTreeMap<usize, String>,
    _folder: TempDir,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_at_a_real_target_though_it_is_cut_off_in_the_middle() {
    let _turn = turn().await;
    let mut world = World::start().await;

    world.push_people(0..100).await;
    world.target.signal("STOP");
    world.push_people(100..200).await;
    tokio::time::sleep(STOPPED).await;
    world.target.signal("CONT");
    world.proxy.set(Weather::Storm(15));
    world.push_people(200..PEOPLE).await;
    world.push_groups().await;
    world.proxy.set(Weather::Down);
    world.hire_while_nothing_gets_through().await;
    // However fast all that was written: the bad weather lasts until it is felt.
    world.suffers().await;
    world.proxy.set(Weather::Fair);
    world.arrives("the initial load").await;

    world.proxy.set(Weather::Storm(15));
    world.rename_and_change_addresses().await;
    world.move_between_groups().await;
    world.target.signal("STOP");
    world.deactivate().await;
    world.delete_and_create_again().await;
    tokio::time::sleep(STOPPED).await;
    world.target.signal("CONT");
    world.delete_a_group().await;
    world.proxy.set(Weather::Fair);
    world.arrives("the changes").await;
}

impl World {
    async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let port = free_port();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut command = Command::new(counterpart("scim2-server", "scim2-server"));
        command.args(["--hostname", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--bearer-token", TARGET_TOKEN]);
        let target =
            Process::start("scim2-server", &mut command, &folder.path().join("target.txt"));
        let target_client = Client::new(&format!("http://{address}/v2"), TARGET_TOKEN);
        until("the target answers", Duration::from_secs(30), || target_client.list("Users")).await;

        let proxy = Proxy::start(address, seed()).await;
        let mut sutler = Installation::new(&[("APP_TOKEN", TARGET_TOKEN)]);
        sutler.apply(&estate(&format!("http://{}/v2", proxy.address())));
        let token = sutler.token("hr");
        sutler.start().await;
        let hr = sutler.client(&token);
        Self {
            sutler,
            hr,
            target,
            target_client,
            proxy,
            expected: Expected::generated(PEOPLE, GROUPS),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            _folder: folder,
        }
    }

    /// Waits until a request met the weather.
    async fn suffers(&self) {
        let before = self.proxy.faults();
        let felt = || async { (self.proxy.faults() > before).then_some(()).ok_or("it is not") };
        until("the weather is felt", ARRIVAL, felt).await;
    }

    async fn push_people(&mut self, numbers: std::ops::Range<usize>) {
        let known = Arc::new(self.people.clone());
        let mut running = JoinSet::new();
        let mut waiting = numbers.map(|number| (number, self.expected.people[&number].clone()));
        // The heads of the departments first, so that the others can name them.
        if self.people.is_empty() {
            for (number, head) in waiting.by_ref().take(3).collect::<Vec<_>>() {
                let created = self.hr.create("Users", &head.to_send(None)).await.unwrap();
                self.people.insert(number, id(&created));
            }
            return Box::pin(self.push_people(3..100)).await;
        }
        loop {
            while running.len() < AT_ONCE {
                let Some((number, person)) = waiting.next() else { break };
                let (hr, known) = (self.hr.clone(), Arc::clone(&known));
                running.spawn(async move {
                    let manager = person.manager.map(|manager| known[&manager].as_str());
                    let created = hr.create("Users", &person.to_send(manager)).await.unwrap();
                    (number, id(&created))
                });
            }
            let Some(done) = running.join_next().await else { break };
            let (number, id) = done.unwrap();
            self.people.insert(number, id);
        }
    }

    async fn push_groups(&mut self) {
        for (number, (name, members)) in &self.expected.groups {
            let members: Vec<String> =
                members.iter().map(|member| self.people[member].clone()).collect();
            let created = self.hr.create("Groups", &group_body(name, &members)).await.unwrap();
            self.groups.insert(*number, id(&created));
        }
    }

    async fn hire_while_nothing_gets_through(&mut self) {
        for number in PEOPLE..PEOPLE + 10 {
            let hired = person(number);
            let manager = hired.manager.map(|manager| self.people[&manager].as_str());
            let created = self.hr.create("Users", &hired.to_send(manager)).await.unwrap();
            self.people.insert(number, id(&created));
            self.expected.people.insert(number, hired);
        }
    }

    async fn rename_and_change_addresses(&mut self) {
        for number in 10..20 {
            let name = format!("renamed{number}@example.com");
            let person = self.expected.people.get_mut(&number).unwrap();
            person.body["userName"] = json!(name);
            let (id, manager) = (&self.people[&number], &self.people[&person.manager.unwrap()]);
            if number % 2 == 0 {
                let operations = json!([{ "op": "replace", "path": "userName", "value": name }]);
                self.hr.patch("Users", id, operations).await.unwrap();
            } else {
                self.hr.replace("Users", id, &person.to_send(Some(manager))).await.unwrap();
            }
        }
        for number in 20..30 {
            let address = format!("moved{number}@example.com");
            let operations = json!([
                { "op": "replace", "path": "emails[type eq \"work\"].value", "value": address }
            ]);
            self.hr.patch("Users", &self.people[&number], operations).await.unwrap();
            self.expected.people.get_mut(&number).unwrap().body["emails"][0]["value"] =
                json!(address);
        }
    }

    async fn move_between_groups(&mut self) {
        for number in 30..40 {
            let from = number % GROUPS;
            let to = (number + 7) % GROUPS;
            let person = &self.people[&number];
            let leave =
                json!([{ "op": "remove", "path": format!("members[value eq \"{person}\"]") }]);
            let join = json!([{ "op": "add", "path": "members", "value": [{ "value": person }] }]);
            self.hr.patch("Groups", &self.groups[&from], leave).await.unwrap();
            self.hr.patch("Groups", &self.groups[&to], join).await.unwrap();
            self.expected.groups.get_mut(&from).unwrap().1.remove(&number);
            self.expected.groups.get_mut(&to).unwrap().1.insert(number);
        }
    }

    async fn deactivate(&mut self) {
        for number in 40..50 {
            let operations = json!([{ "op": "replace", "path": "active", "value": false }]);
            self.hr.patch("Users", &self.people[&number], operations).await.unwrap();
            self.expected.people.get_mut(&number).unwrap().body["active"] = json!(false);
        }
    }

    async fn delete_and_create_again(&mut self) {
        for number in 50..60 {
            self.hr.delete("Users", &self.people[&number]).await.unwrap();
            for (_, members) in self.expected.groups.values_mut() {
                members.remove(&number);
            }
            if number % 2 == 0 {
                self.expected.people.remove(&number);
                continue;
            }
            let again = self.expected.people.get_mut(&number).unwrap();
            again.body["title"] = json!("Back again");
            let manager = again.manager.map(|manager| self.people[&manager].as_str());
            let created = self.hr.create("Users", &again.to_send(manager)).await.unwrap();
            assert_ne!(id(&created), self.people[&number], "a resource id is never used again");
            self.people.insert(number, id(&created));
        }
    }

    async fn delete_a_group(&mut self) {
        self.hr.delete("Groups", &self.groups[&24]).await.unwrap();
        self.expected.groups.remove(&24);
    }

    /// Sutler holds what was acknowledged, says that all is delivered, and the target agrees.
    async fn arrives(&mut self, what: &str) {
        let expected = self.expected.directory();
        let stored = read(&self.hr).await.unwrap();
        equal(&expected, &stored).unwrap_or_else(|why| panic!("{what}: Sutler itself: {why}"));
        until(what, ARRIVAL, || ready(self.sutler.settled("app"))).await;
        let found = read(&self.target_client).await.unwrap();
        equal(&expected, &found).unwrap_or_else(|why| panic!("{what}: the target: {why}"));
    }
}

fn id(resource: &serde_json::Value) -> String {
    resource["id"].as_str().expect("an id").to_owned()
}

fn estate(url: &str) -> String {
    format!(
        r#"
[[service_provider]]
name = "hr"
mode = "store-and-provision"
delivery = "queued"
targets = ["app"]

[[target]]
name = "app"
connector = "scim2"
url = "{url}"
auth = {{ bearer = "env:APP_TOKEN" }}
allow_private_addresses = true
timeout = 2000
on_deactivate = "disable"
on_delete = "delete"
guard = false
"#
    )
}
