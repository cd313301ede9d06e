//! R6: a full disk refuses writes, and nothing else; room again is all it needs.

use futures::FutureExt;
use futures::future::join_all;
use sutler_model::change::CommitError;
use sutler_model::port::{Directory, Dispatch, LedgerError, Overview};
use sutler_model::{Kind, NodeId, TenantId, Time};
use sutler_store_sql::{Options, SqliteLedger};

use crate::support::{block_on, in_one_batch, large, put, user, with};

#[test]
fn r6_a_full_store_refuses_writes_keeps_reading_and_recovers() {
    let (ledger, folder) = with(&Options { max_pages: Some(120), ..Options::default() });
    put(&ledger, user("first"));
    let mut stored = vec!["first".to_owned()];
    let mut refused = 0;
    for round in 0..40 {
        let names: Vec<String> = (0..50).map(|n| format!("user-{round}-{n}")).collect();
        let ends = block_on(join_all(names.iter().map(|name| ledger.commit(user(name)))));
        for (name, end) in names.into_iter().zip(ends) {
            match end {
                Ok(_) => stored.push(name),
                Err(error) => {
                    assert_eq!(error, CommitError::Store(LedgerError::Full));
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 0 && stored.len() > 100, "{refused} {}", stored.len());
    block_on(ledger.ping()).unwrap();
    let all_are_there = |ledger: &SqliteLedger| {
        for name in &stored {
            let found = block_on(ledger.by_name(TenantId::DEFAULT, Kind::User, "userName", name));
            assert!(found.unwrap().is_some(), "{name}");
        }
    };
    all_are_there(&ledger);
    // Somebody makes room; nothing is started anew.
    let other = rusqlite::Connection::open(folder.path().join("sutler.db")).unwrap();
    other.execute_batch("DELETE FROM journal_body; DELETE FROM attr;").unwrap();
    put(&ledger, user("last"));
    drop(ledger);
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    all_are_there(&ledger);
}

/// Scenario 47: the batch is taken back, and each of its members is tried once more alone.
#[test]
fn r6_scenario_47_what_does_not_fit_is_refused_alone_and_the_rest_of_its_batch_is_stored() {
    let (ledger, folder) = with(&Options { max_pages: Some(200), ..Options::default() });
    put(&ledger, user("first"));
    let node = block_on(ledger.node_start(Time(1))).unwrap();
    let inbound = |change| ledger.commit(change).map(|end| end.map(drop)).boxed();
    let outbound = ledger.beat(node).map(|end| end.map_err(CommitError::Store)).boxed();
    let work = vec![inbound(user("ann")), inbound(large("eve")), outbound, inbound(user("bob"))];
    let ends = in_one_batch(&folder, work);
    assert_eq!(ends, [Ok(()), Err(CommitError::Store(LedgerError::Full)), Ok(()), Ok(())]);
    drop(ledger);
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    let is_there = |name: &str| {
        let found = block_on(ledger.by_name(TenantId::DEFAULT, Kind::User, "userName", name));
        found.unwrap().is_some()
    };
    assert_eq!(["first", "ann", "eve", "bob"].map(is_there), [true, true, false, true]);
    assert_eq!(block_on(ledger.others(NodeId(0))), Ok(vec![(node, 1)]));
}
