//! R21: a backup under writes is one consistent moment.

use std::sync::atomic::{AtomicBool, Ordering};

use sutler_model::port::Overview;
use sutler_store_sql::{Options, SqliteLedger};

use crate::support::{block_on, ledger, put, user};

#[test]
fn r21_a_backup_under_writes_is_consistent_and_opens() {
    let (ledger, folder) = ledger();
    for n in 0..200 {
        put(&ledger, user(&format!("before{n}")));
    }
    let copy = folder.path().join("copy.db");
    let done = AtomicBool::new(false);
    let bytes = std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                put(&ledger, user(&format!("during{n}")));
            }
        });
        let bytes = block_on(ledger.backup(&copy)).unwrap();
        done.store(true, Ordering::Relaxed);
        bytes
    });
    assert_eq!(bytes, std::fs::metadata(&copy).unwrap().len());
    let restored = folder.path().join("restored");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(&copy, restored.join("sutler.db")).unwrap();
    drop(SqliteLedger::open(&restored, &Options::default()).unwrap());
    let copy = rusqlite::Connection::open(restored.join("sutler.db")).unwrap();
    let check: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    let count = |table: &str| -> i64 {
        copy.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert!(count("resource") >= 200);
    for table in ["name", "attr", "journal", "outbox"] {
        assert_eq!(count(table), count("resource"), "{table}");
    }
}

#[test]
fn a_backup_does_not_overwrite_a_file() {
    let (ledger, folder) = ledger();
    let copy = folder.path().join("copy.db");
    std::fs::write(&copy, "precious").unwrap();
    assert!(block_on(ledger.backup(&copy)).is_err());
    assert_eq!(std::fs::read(&copy).unwrap(), b"precious");
}
