//! Many clients at once over the built-in store: one of them wins, and only it leaves a trace.

use std::sync::Arc;

use http::Method;
use sutler_engine::spread::spread;
use sutler_inbound::Settings;
use sutler_model::Time;
use sutler_model::estate::EstateEdit;
use sutler_store_sql::{Options, SqliteLedger};
use sutler_testkit::build;
use tokio::task::JoinSet;

use crate::server::{Server, user};

const CLIENTS: usize = 500;
const TARGETS: [&str; 2] = ["app", "crm"];

/// A server over SQLite whose service provider provisions to two targets.
async fn start(folder: &tempfile::TempDir) -> Arc<Server> {
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    let server = Server::over(Arc::new(ledger), Settings::default(), String::new).await;
    let owned = |name: &str| ("default".to_owned(), build::target(name));
    let edit = EstateEdit {
        expect: server.ledger.estate().await.unwrap().version,
        targets: TARGETS.map(owned).to_vec(),
        service_providers: vec![("default".to_owned(), build::provider("hr", &TARGETS))],
        ..EstateEdit::default()
    };
    server.ledger.edit_estate(edit, Time(0)).await.unwrap();
    server.estate.refresh(&*server.ledger).await.unwrap();
    Arc::new(server)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r3_of_500_clients_that_create_one_name_one_wins_t_c3() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(&folder).await;
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let server = Arc::clone(&server);
        clients.spawn(async move {
            let name = ["anna", "Anna", "ＡＮＮＡ"][number % 3];
            server.call(Method::POST, "/scim/v2/Users", Some(&user(name)), &[]).await
        });
    }
    let (won, lost): (Vec<_>, Vec<_>) =
        clients.join_all().await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((won.len(), lost.len()), (1, CLIENTS - 1));
    for answer in lost {
        answer.refused(409, Some("uniqueness"));
    }
    let list = server.get("/scim/v2/Users").await.json();
    assert_eq!(list["totalResults"], 1);
    assert_eq!(list["Resources"][0], won[0].json());
    // What is owed because of it: one row, from which each target gets one item.
    let rows = server.ledger.unspread(10, sutler_model::port::Reads::default()).await.unwrap();
    assert_eq!(rows.len(), 1);
    let estate = server.estate.current();
    let now = Time(1_790_000_000_000);
    server.ledger.spread(spread(&rows, &estate, now)).await.unwrap();
    assert_eq!(estate.targets.len(), TARGETS.len());
    for target in &estate.targets {
        assert_eq!(server.ledger.ready(target.id, now, 10).await.unwrap(), 1, "{}", target.name);
    }
}
