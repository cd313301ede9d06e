//! A ledger in a directory of its own, and changes to put in.

use std::future::Future;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::{BoxFuture, join_all};

use sutler_model::change::{
    Action, Change, Columns, Content, Expect, Flags, IndexRow, MemberStep, Name, PasswordChange,
    Via,
};
use sutler_model::fold::fold;
use sutler_model::port::Directory;
use sutler_model::{Kind, Rid, TenantId, Time, Uid};
use sutler_store_sql::{Options, SqliteLedger};
use tempfile::TempDir;

pub(crate) fn ledger() -> (Arc<SqliteLedger>, TempDir) {
    with(&Options::default())
}

pub(crate) fn with(options: &Options) -> (Arc<SqliteLedger>, TempDir) {
    let folder = TempDir::new().unwrap();
    let ledger = SqliteLedger::open(folder.path(), options).unwrap();
    (Arc::new(ledger), folder)
}

/// Puts all of this to the writer in one batch: a lock of somebody else's holds the writer up
/// in its first transaction until everything waits.
pub(crate) fn in_one_batch<T>(folder: &TempDir, work: Vec<BoxFuture<'_, T>>) -> Vec<T> {
    let other = rusqlite::Connection::open(folder.path().join("sutler.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut all = join_all(work);
    assert!((&mut all).now_or_never().is_none(), "nobody is answered before the commit");
    other.execute_batch("ROLLBACK").unwrap();
    block_on(all)
}

/// How many transactions the write-ahead log holds: frames that say how large the database is
/// after them end one.
pub(crate) fn commits(folder: &TempDir) -> usize {
    const HEADER: usize = 32;
    const FRAME: usize = 24 + 8_192;
    let log = std::fs::read(folder.path().join("sutler.db-wal")).unwrap_or_default();
    let frames = log.get(HEADER..).unwrap_or_default().chunks_exact(FRAME);
    frames.filter(|frame| frame[4..8] != [0; 4]).count()
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}

pub(crate) fn user(name: &str) -> Change {
    let body = serde_json::json!({
        "userName": name,
        "active": true,
        "title": format!("title of {name}"),
        "name": { "givenName": name, "familyName": "Example" },
        "emails": [{ "value": format!("{name}@example.org"), "type": "work", "primary": true }],
    });
    let email = fold(&format!("{name}@example.org"));
    change(Action::Create {
        kind: Kind::User,
        uid: Uid(format!("uid-{}", fold(name))),
        content: Content {
            body: body.as_object().unwrap().clone(),
            active: true,
            names: vec![Name { attribute: "userName".into(), key: fold(name) }],
            columns: Columns {
                user_name: Some(fold(name)),
                email: Some(email.clone()),
                ..Columns::default()
            },
            index: vec![IndexRow { path: "emails.value".to_owned(), key: email }],
            refs: Vec::new(),
            password: PasswordChange::Keep,
        },
        members: Vec::new(),
    })
}

/// A user of 2 MB.
pub(crate) fn large(name: &str) -> Change {
    let mut create = user(name);
    if let Action::Create { content, .. } = &mut create.action {
        content.body.insert("title".to_owned(), "x".repeat(2_000_000).into());
    }
    create
}

pub(crate) fn group(name: &str, members: Vec<Rid>) -> Change {
    let body = serde_json::json!({ "displayName": name });
    change(Action::Create {
        kind: Kind::Group,
        uid: Uid(format!("uid-{}", fold(name))),
        content: Content {
            body: body.as_object().unwrap().clone(),
            active: true,
            names: vec![Name { attribute: "displayName".into(), key: fold(name) }],
            columns: Columns { display_name: Some(fold(name)), ..Columns::default() },
            ..Content::default()
        },
        members,
    })
}

pub(crate) fn membership(rid: Rid, members: Vec<MemberStep>) -> Change {
    change(Action::Update {
        rid,
        expect: Expect::default(),
        content: None,
        members,
        flags: Flags::default(),
    })
}

pub(crate) fn change(action: Action) -> Change {
    Change {
        tenant: TenantId::DEFAULT,
        actor: "test".to_owned(),
        via: Via::Scim2,
        service_provider: None,
        at: Time(1_000),
        action,
        events: Vec::new(),
    }
}

pub(crate) fn put(ledger: &SqliteLedger, change: Change) -> Rid {
    block_on(ledger.commit(change)).unwrap().rid
}
