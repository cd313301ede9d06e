//! 20,000 users are read over SQLite while some are deleted and some created.

use std::collections::HashMap;
use std::sync::Arc;

use futures::future::join_all;
use serde_json::Value;
use sutler_inbound::Settings;
use sutler_model::port::Ledger;
use sutler_model::{Kind, Rid, Time};
use sutler_store_sql::{Options, SqliteLedger};
use sutler_testkit::build;
use tempfile::TempDir;

use crate::server::Server;

const USERS: usize = 20_000;
const PAGE: usize = 1_000;
const WRITES: usize = 50;

struct Crowd {
    server: Server,
    rids: Vec<Rid>,
    _folder: TempDir,
}

fn uid(number: usize) -> String {
    format!("user-{number}")
}

impl Crowd {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
        let ledger: Arc<dyn Ledger> = Arc::new(ledger);
        let server = Server::over(ledger, Settings::default(), String::new).await;
        let mut crowd = Self { server, rids: Vec::new(), _folder: folder };
        while crowd.rids.len() < USERS {
            crowd.create(2_000).await;
        }
        crowd
    }

    async fn create(&mut self, many: usize) {
        let hr = self.server.provider("hr");
        let begun = self.rids.len();
        let commits = (begun..begun + many).map(|number| {
            let name = uid(number);
            let action = build::create(Kind::User, &name, build::user(&name), &[]);
            self.server.ledger.commit(build::change(hr, Time(1), action))
        });
        for committed in join_all(commits).await {
            self.rids.push(committed.unwrap().rid);
        }
    }

    async fn delete(&self, number: usize) {
        let hr = self.server.provider("hr");
        let delete = build::delete(self.rids[number]);
        self.server.ledger.commit(build::change(hr, Time(2), delete)).await.unwrap();
    }

    /// Goes on writing after so many writes; how many there are then.
    async fn write(&mut self, written: usize) -> usize {
        let end = (written + 3).min(WRITES);
        for n in written..end {
            self.delete(victim(n)).await;
            self.create(1).await;
        }
        end
    }

    async fn page(&self, query: &str) -> Value {
        let path = format!("/scim/v2/Users?attributes=userName&count={PAGE}&{query}");
        let answer = self.server.get(&path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

fn ids(page: &Value) -> Vec<String> {
    let resources = page["Resources"].as_array().cloned().unwrap_or_default();
    resources.iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
}

/// Whom the `n`th write deletes: all over the list, and nobody twice.
fn victim(n: usize) -> usize {
    (n * 7_919 + 13) % USERS
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_by_cursor_sees_whoever_stays_once_t_k2() {
    let mut crowd = Crowd::new().await;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut cursor = String::new();
    let mut written = 0;
    loop {
        let page = crowd.page(&format!("cursor={cursor}")).await;
        assert_eq!(page["totalResults"], USERS);
        for id in ids(&page) {
            *seen.entry(id).or_default() += 1;
        }
        let Some(next) = page["nextCursor"].as_str() else {
            break;
        };
        cursor = next.to_owned();
        written = crowd.write(written).await;
    }
    assert_eq!(written, WRITES);
    let gone: Vec<usize> = (0..WRITES).map(victim).collect();
    for number in (0..USERS).filter(|number| !gone.contains(number)) {
        assert_eq!(seen.get(&uid(number)), Some(&1), "{number}");
    }
    assert!(seen.values().all(|times| *times == 1));
}

/// An index counts from the beginning each time: what is promised is the page of that moment.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_by_index_is_that_of_its_moment_t_g1() {
    let mut crowd = Crowd::new().await;
    let mut written = 0;
    for start in (1..=USERS).step_by(PAGE) {
        let page = crowd.page(&format!("startIndex={start}")).await;
        assert_eq!((&page["totalResults"], &page["startIndex"]), (&USERS.into(), &start.into()));
        assert_eq!((ids(&page).len(), &page["itemsPerPage"]), (PAGE, &PAGE.into()));
        written = crowd.write(written).await;
    }
    let past = crowd.page(&format!("startIndex={}", USERS + 1)).await;
    assert_eq!((&past["totalResults"], ids(&past).len()), (&USERS.into(), 0));
}
