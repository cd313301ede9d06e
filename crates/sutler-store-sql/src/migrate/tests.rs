use tempfile::TempDir;

use super::*;

const TWO: [&str; 2] = [
    "CREATE TABLE a (x INTEGER); INSERT INTO a VALUES (1);",
    "CREATE TABLE b (x INTEGER); INSERT INTO b SELECT x FROM a; DROP TABLE a;",
];

fn open(folder: &TempDir) -> Connection {
    let connection = Connection::open(folder.path().join("t.db")).unwrap();
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
    // It is killed here, not the power cut: the flushes may be spared.
    connection.pragma_update(None, "synchronous", "off").unwrap();
    connection
}

fn tables(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn migrations_run_once_each_in_order() {
    let folder = TempDir::new().unwrap();
    migrate_to(&open(&folder), &TWO[..1]).unwrap();
    let connection = open(&folder);
    migrate_to(&connection, &TWO).unwrap();
    migrate_to(&connection, &TWO).unwrap();
    assert_eq!(tables(&connection), ["b", "migration"]);
}

/// R22: a kill at any statement of any migration, and running it again, succeeds.
#[test]
fn r22_a_kill_at_any_statement_is_survived() {
    let whole = TempDir::new().unwrap();
    let expected = open(&whole);
    migrate(&expected).unwrap();
    for (n, migration) in MIGRATIONS.iter().enumerate() {
        let lines = migration.lines().filter(|line| !line.trim_start().starts_with("--"));
        let text = lines.collect::<Vec<_>>().join("\n");
        let statements: Vec<&str> = text.split_inclusive(';').collect();
        for killed_at in 0..statements.len() {
            let folder = TempDir::new().unwrap();
            let after = TempDir::new().unwrap();
            let connection = open(&folder);
            migrate_to(&connection, &MIGRATIONS[..n]).unwrap();
            connection.execute_batch("BEGIN EXCLUSIVE").unwrap();
            connection.execute_batch("PRAGMA cache_spill = 1").unwrap();
            for statement in &statements[..killed_at] {
                connection.execute_batch(statement).unwrap();
            }
            // What a killed process leaves behind: the files as they are in this moment.
            for file in std::fs::read_dir(folder.path()).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), after.path().join(file.file_name())).unwrap();
            }
            let reopened = open(&after);
            migrate(&reopened).unwrap();
            let tenants: i64 =
                reopened.query_row("SELECT count(*) FROM tenant", [], |row| row.get(0)).unwrap();
            assert_eq!(tenants, 1, "killed at statement {killed_at} of migration {}", n + 1);
            assert_eq!(tables(&reopened), tables(&expected));
        }
    }
}

#[test]
fn a_failing_migration_leaves_the_last_whole_one() {
    let folder = TempDir::new().unwrap();
    let connection = open(&folder);
    let broken = [TWO[0], "CREATE TABLE c (x INTEGER); SELECT nonsense;"];
    assert!(migrate_to(&connection, &broken).is_err());
    assert_eq!(tables(&connection), ["a", "migration"]);
    migrate_to(&connection, &TWO).unwrap();
}

#[test]
fn r22_a_changed_migration_is_refused() {
    let folder = TempDir::new().unwrap();
    let connection = open(&folder);
    migrate_to(&connection, &TWO).unwrap();
    let changed = [TWO[0], "CREATE TABLE z (x INTEGER);"];
    let refused = migrate_to(&connection, &changed).unwrap_err();
    assert!(matches!(refused, OpenError::Tampered { migration: 2 }));
}

#[test]
fn r22_a_newer_migration_is_refused_and_named() {
    let folder = TempDir::new().unwrap();
    let connection = open(&folder);
    migrate_to(&connection, &TWO).unwrap();
    let refused = migrate_to(&connection, &TWO[..1]).unwrap_err();
    assert!(matches!(refused, OpenError::Newer { migration: 2 }));
    assert!(refused.to_string().contains("newer version"));
}

#[test]
fn what_is_stored_already_is_counted() {
    let folder = TempDir::new().unwrap();
    let connection = open(&folder);
    migrate_to(&connection, &MIGRATIONS[..1]).unwrap();
    for (rid, kind, gone) in
        [(1, 1, None), (2, 1, None), (3, 1, Some(9)), (4, 2, None), (2048, 1, None)]
    {
        connection
            .execute(
                "INSERT INTO resource (rid, tenant, kind, uid, version, active, gone, body, derived, \
                 created, changed) VALUES (?1, 1, ?2, 'u' || ?1, 1, 1, ?3, '{}', '{}', 0, 0)",
                params![rid, kind, gone],
            )
            .unwrap();
    }
    migrate(&connection).unwrap();
    let kinds = [sutler_model::Kind::User, sutler_model::Kind::Group];
    let tenant = sutler_model::TenantId::DEFAULT;
    let total = |kinds| crate::census::total(&connection, tenant, kinds).unwrap();
    assert_eq!((total(&kinds[..1]), total(&kinds[1..]), total(&kinds)), (3, 1, 4));
    let third = crate::census::seek(&connection, tenant, &kinds[..1], 2).unwrap();
    assert_eq!(third, (sutler_model::Rid(2047), 0));
}
