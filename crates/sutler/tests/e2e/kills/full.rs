//! A disk that is full: what comes in anew is refused, what was acknowledged is delivered, and
//! room is all that it needs.

use std::future::ready;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::target::Target;
use super::{ARRIVAL, TARGET_TOKEN, estate};
use crate::client::{Client, Failure};
use crate::installation::Installation;
use crate::people::person;
use crate::setting::seed;
use crate::wait::{turn, until};

/// The disk at first: the space that is kept back, and a little more.
const SMALL: &str = "size=40m";
/// The disk later.
const ROOMY: &str = "size=120m";
/// Nothing is acknowledged any more long before so many.
const MOST: usize = 20_000;

/// A disk of its own in memory, which only the superuser may make.
struct Disk(TempDir);

impl Disk {
    fn make() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", SMALL, "none"], folder.path());
        mounted.then_some(Self(folder))
    }

    fn grow(&self) {
        let options = format!("remount,{ROOMY}");
        assert!(mount(&["-o", &options], self.0.path()), "the disk did not grow");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.0.path()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let status = Command::new("mount").args(arguments).arg(folder).status();
    status.is_ok_and(|status| status.success())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r6_a_full_disk_refuses_writes_and_goes_on_delivering_until_there_is_room() {
    let _turn = turn().await;
    let Some(disk) = Disk::make() else {
        eprintln!("left out: only the superuser can make a small disk");
        return;
    };
    let target = Target::start(TARGET_TOKEN, seed()).await;
    target.refuse_everything();
    let mut sutler = Installation::on(&disk.0.path().join("data"), &[("APP_TOKEN", TARGET_TOKEN)]);
    sutler.apply(&estate(&target.url()));
    let client = sutler.client(&sutler.token("hr"));
    sutler.start().await;

    let acknowledged = fill(&client).await;
    assert!(!acknowledged.is_empty() && acknowledged.len() < MOST, "{}", acknowledged.len());
    let first = &acknowledged[0];
    assert_eq!(client.get("Users", first).await.unwrap()["id"], first.as_str(), "reads go on");

    target.behave();
    until("what was acknowledged is delivered", ARRIVAL, || ready(sutler.settled("app"))).await;
    assert_eq!(target.users(), acknowledged.len(), "nothing else, and nothing twice");
    target.check_no_account_twice();
    assert!(is_full(&client.create("Users", &large(MOST)).await), "there is still no room");

    disk.grow();
    let one_more = large(MOST);
    until("writes are taken", Duration::from_mins(1), || client.create("Users", &one_more)).await;
    until("it is delivered too", ARRIVAL, || ready(sutler.settled("app"))).await;
    assert_eq!(target.users(), acknowledged.len() + 1);
}

/// Creates people until the disk is full; the ids of those that were acknowledged.
async fn fill(client: &Client) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for number in 0..MOST {
        let answer = client.create("Users", &large(number)).await;
        if is_full(&answer) {
            break;
        }
        acknowledged.push(answer.unwrap()["id"].as_str().unwrap().to_owned());
    }
    acknowledged
}

/// 507 (RFC 4918 §11.5).
fn is_full(answer: &Result<Value, Failure>) -> bool {
    matches!(answer, Err(Failure::Unknown(why)) if why.starts_with("507"))
}

fn large(number: usize) -> Value {
    let mut body = person(number).body;
    body["title"] = json!("x".repeat(20_000));
    body
}
