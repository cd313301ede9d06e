//! Opening the store: the lock, the file modes, what is refused.

use std::os::unix::fs::PermissionsExt;

use sutler_model::port::{Directory, Dispatch, Overview};
use sutler_model::{Kind, TenantId, Time};
use sutler_store_sql::{OpenError, Options, SqliteLedger};
use tempfile::TempDir;

use crate::support::{block_on, large, put, user};

fn database(folder: &TempDir) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.path().join("sutler.db")).unwrap()
}

#[test]
fn a_second_open_is_refused_and_names_the_holder() {
    let folder = TempDir::new().unwrap();
    let first = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    let Err(refused) = SqliteLedger::open(folder.path(), &Options::default()) else {
        panic!("opened twice");
    };
    assert!(matches!(refused, OpenError::Held { .. }));
    assert!(refused.to_string().contains(&std::process::id().to_string()));
    drop(first);
    SqliteLedger::open(folder.path(), &Options::default()).unwrap();
}

#[test]
fn only_the_owner_may_read_the_store() {
    let above = TempDir::new().unwrap();
    let folder = above.path().join("data");
    let ledger = SqliteLedger::open(&folder, &Options::default()).unwrap();
    put(&ledger, user("ann"));
    let mode =
        |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in ["sutler.db", "sutler.db-wal", "sutler.db-shm", "lock"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

/// R1. What a killed process leaves behind: the files as they are when the answer is there.
#[test]
fn r1_what_was_acknowledged_is_in_the_files_and_there_after_the_next_start() {
    let folder = TempDir::new().unwrap();
    let held = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    put(&held, user("ann"));
    let killed = TempDir::new().unwrap();
    for name in ["sutler.db", "sutler.db-wal"] {
        std::fs::copy(folder.path().join(name), killed.path().join(name)).unwrap();
    }
    let ledger = SqliteLedger::open(killed.path(), &Options::default()).unwrap();
    let found = block_on(ledger.by_name(
        sutler_model::TenantId::DEFAULT,
        sutler_model::Kind::User,
        "userName",
        "ann",
    ));
    assert!(found.unwrap().is_some());
    block_on(ledger.ping()).unwrap();
}

#[test]
fn the_newest_time_is_found_at_the_next_start() {
    let folder = TempDir::new().unwrap();
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    assert_eq!(ledger.latest(), Ok(Time(0)));
    put(&ledger, user("ann"));
    block_on(ledger.node_start(Time(999))).unwrap();
    drop(ledger);
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    assert_eq!(ledger.latest(), Ok(Time(1_000)));
    block_on(ledger.node_start(Time(2_000))).unwrap();
    assert_eq!(ledger.latest(), Ok(Time(2_000)));
}

/// What a kill leaves behind: the files as they are while the store is open.
fn killed(folder: &TempDir) -> TempDir {
    let left = TempDir::new().unwrap();
    for file in ["sutler.db", "sutler.db-wal"] {
        std::fs::copy(folder.path().join(file), left.path().join(file)).unwrap();
    }
    left
}

fn log(folder: &TempDir) -> u64 {
    std::fs::metadata(folder.path().join("sutler.db-wal")).unwrap().len()
}

#[test]
fn a_long_log_is_emptied_at_the_start_and_a_short_one_is_left() {
    let folder = TempDir::new().unwrap();
    let ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    put(&ledger, user("ann"));
    let short = killed(&folder);
    let before = log(&short);
    let opened = SqliteLedger::open(short.path(), &Options::default()).unwrap();
    assert_eq!(log(&short), before);
    drop(opened);
    for n in 0..9 {
        put(&ledger, large(&format!("user{n}")));
    }
    let long = killed(&folder);
    assert!(log(&long) > 16 << 20);
    let ledger = SqliteLedger::open(long.path(), &Options::default()).unwrap();
    // Beside the first requests: the test ends when it is done, or at its time limit.
    while log(&long) > 0 {
        std::thread::yield_now();
    }
    for name in ["ann", "user8"] {
        let found = block_on(ledger.by_name(TenantId::DEFAULT, Kind::User, "userName", name));
        assert!(found.unwrap().is_some(), "{name}");
    }
}

#[test]
fn the_store_is_a_log_beside_large_pages() {
    let folder = TempDir::new().unwrap();
    let _ledger = SqliteLedger::open(folder.path(), &Options::default()).unwrap();
    let pragma = |name: &str| -> String {
        database(&folder)
            .query_row(&format!("PRAGMA {name}"), [], |row| {
                Ok(match row.get_ref(0)? {
                    rusqlite::types::ValueRef::Integer(n) => n.to_string(),
                    other => other.as_str()?.to_owned(),
                })
            })
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("page_size"), "8192");
}

#[test]
fn r22_a_store_of_a_newer_version_is_refused() {
    let folder = TempDir::new().unwrap();
    drop(SqliteLedger::open(folder.path(), &Options::default()).unwrap());
    database(&folder).execute("INSERT INTO migration (n, hash) VALUES (999, 'x')", []).unwrap();
    let refused = SqliteLedger::open(folder.path(), &Options::default());
    assert!(matches!(refused, Err(OpenError::Newer { migration: 999 })));
}

#[test]
fn r22_a_store_with_a_tampered_migration_is_refused() {
    let folder = TempDir::new().unwrap();
    drop(SqliteLedger::open(folder.path(), &Options::default()).unwrap());
    database(&folder).execute("UPDATE migration SET hash = 'x' WHERE n = 1", []).unwrap();
    let refused = SqliteLedger::open(folder.path(), &Options::default());
    assert!(matches!(refused, Err(OpenError::Tampered { migration: 1 })));
}
