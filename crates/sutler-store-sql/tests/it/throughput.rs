//! Figures for a person, run by hand: nothing is asserted about speed.

use std::sync::Arc;
use std::time::Duration;

use sutler_model::port::Directory;
use sutler_model::{Kind, TenantId, Uid};
use sutler_store_sql::SqliteLedger;

use crate::support::{ledger, put, user};

/// Producers that each wait for their answer, as connections do.
fn commits(ledger: &Arc<SqliteLedger>, producers: usize, each: usize) -> Duration {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let started = now();
        let tasks: Vec<_> = (0..producers)
            .map(|producer| {
                let ledger = Arc::clone(ledger);
                tokio::spawn(async move {
                    for n in 0..each {
                        let name = format!("p{producers}-{producer}-{n}");
                        ledger.commit(user(&name)).await.unwrap();
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        now().saturating_sub(started)
    })
}

fn now() -> Duration {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap()
}

#[test]
#[ignore = "prints figures; run by hand, in release"]
fn durable_commits_and_point_reads() {
    for (producers, each) in [(1, 2_000), (16, 1_000), (64, 500)] {
        let (ledger, _folder) = ledger();
        let took = commits(&ledger, producers, each);
        let rate = f64::from(u32::try_from(producers * each).unwrap()) / took.as_secs_f64();
        eprintln!("{producers:>3} producers: {rate:>8.0} durable creates/s");
    }
    let (ledger, _folder) = ledger();
    put(&ledger, user("ann"));
    let uid = Uid("uid-ann".to_owned());
    let started = now();
    for _ in 0..20_000 {
        let read = ledger.resource(TenantId::DEFAULT, Kind::User, &uid);
        assert!(futures::executor::block_on(read).unwrap().is_some());
    }
    eprintln!("point read: {:?} each", now().saturating_sub(started) / 20_000);
}
