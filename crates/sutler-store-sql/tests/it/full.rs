//! R6: a full disk refuses writes, and nothing else; room again is all it needs.

use futures::future::join_all;
use sutler_model::change::CommitError;
use sutler_model::port::{Directory, LedgerError, Overview};
use sutler_model::{Kind, TenantId};
use sutler_store_sql::{Options, SqliteLedger};

use crate::support::{block_on, put, user, with};

#[test]
fn a_full_store_refuses_writes_keeps_reading_and_recovers() {
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
    drop(ledger);
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    put(&ledger, user("last"));
    for name in &stored {
        let found = block_on(ledger.by_name(TenantId::DEFAULT, Kind::User, "userName", name));
        assert!(found.unwrap().is_some(), "{name}");
    }
}
