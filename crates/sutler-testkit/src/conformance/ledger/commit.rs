//! Changes of resources.

use std::sync::Arc;

use sutler_model::change::{Action, CommitError, Expect, Flags, PasswordChange};
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::port::{Ledger, Reads};
use sutler_model::query::{Search, Start};
use sutler_model::schema::Schemas;
use sutler_model::work::Part;
use sutler_model::{Kind, Rid, TenantId, Time, Uid};

use super::Bench;
use crate::build;

const DEFAULT: TenantId = TenantId::DEFAULT;

/// What was committed is read, by id and by name.
pub async fn created_resource_is_read_back(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("Ann").await;
    let uid = Uid("Ann".to_owned());
    let read = bench.ledger.resource(DEFAULT, Kind::User, &uid).await.unwrap().unwrap();
    assert_eq!((read.rid, read.version.body), (rid, 1));
    assert_eq!(read.body, build::user("Ann").body);
    assert_eq!((read.created, read.changed), (Time(1), Time(1)));
    let named = bench.ledger.by_name(DEFAULT, Kind::User, "userName", "ann").await.unwrap();
    assert_eq!(named, Some(read));
    let other_kind = bench.ledger.resource(DEFAULT, Kind::Group, &uid).await.unwrap();
    assert_eq!(other_kind, None);
}

/// A name is unique in its tenant and kind.
pub async fn r3_taken_name_is_refused(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.user("ann").await;
    let again = build::create(Kind::User, "2", build::user("ANN"), &[]);
    let refused = bench.commit(2, again).await;
    assert_eq!(refused, Err(CommitError::Taken { attribute: "userName".into() }));
}

/// A rename frees the old name.
pub async fn name_is_free_after_rename(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let rename = build::replace(ann, build::user("anna"), Flags::default());
    bench.commit(2, rename).await.unwrap();
    let second = build::create(Kind::User, "2", build::user("ann"), &[]);
    assert!(bench.commit(3, second).await.is_ok());
    let back = build::replace(ann, build::user("ann"), Flags::default());
    assert!(matches!(bench.commit(4, back).await, Err(CommitError::Taken { .. })));
}

/// A deleted resource holds no name.
pub async fn name_is_free_after_delete(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    bench.commit(2, build::delete(ann)).await.unwrap();
    let second = build::create(Kind::User, "2", build::user("ann"), &[]);
    assert_ne!(bench.commit(3, second).await.unwrap().rid, ann);
}

/// A user and a group may have one name.
pub async fn names_of_two_kinds_do_not_meet(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.user("same").await;
    let group = build::create(Kind::Group, "g", build::group("same"), &[]);
    assert!(bench.commit(2, group).await.is_ok());
}

/// The version that the content was computed from must hold.
pub async fn stale_version_is_refused(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    let update = |body: i64, title: &str| Action::Update {
        rid,
        expect: Expect { body: Some(body), exact: None },
        content: Some(build::with(build::user("ann"), "title", title)),
        members: vec![],
        flags: Flags::default(),
    };
    let second = bench.commit(2, update(1, "a")).await.unwrap();
    assert_eq!(second.version.body, 2);
    let refused = bench.commit(3, update(1, "b")).await;
    let current = second.version;
    assert_eq!(refused, Err(CommitError::Stale { current }));
    let delete = Action::Delete {
        rid,
        expect: Expect { body: None, exact: Some(sutler_model::Version { body: 1, members: 0 }) },
    };
    assert_eq!(bench.commit(4, delete).await, Err(CommitError::Stale { current }));
}

/// No difference, no row, no version.
pub async fn equal_content_is_no_change(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    bench.drain().await;
    let same = build::replace(rid, build::user("ann"), Flags::default());
    let answer = bench.commit(9, same).await.unwrap();
    assert_eq!((answer.changed, answer.version.body, answer.seq), (false, 1, None));
    assert_eq!(answer.modified, Time(1));
    assert!(bench.ledger.unspread(10, Reads::ALL).await.unwrap().is_empty());
}

/// Whatever is touched: one outbox row, with the flags as given.
pub async fn r2_a_change_writes_one_row(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    bench.drain().await;
    let off = build::active(build::user("ann"), false);
    let answer = bench.commit(9, build::replace(rid, off, Flags::DISABLED)).await.unwrap();
    assert!(answer.changed);
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row = &rows[0].row;
    assert_eq!((row.rid, row.part, row.flags), (rid, Part::Whole, Flags::DISABLED));
    assert_eq!((row.at, row.kind, Some(row.seq)), (Time(9), Kind::User, answer.seq));
}

/// A deleted resource is not read any more, and its row says so.
pub async fn delete_leaves_a_tombstone(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    bench.drain().await;
    bench.commit(2, build::delete(rid)).await.unwrap();
    let uid = Uid("ann".to_owned());
    assert_eq!(bench.ledger.resource(DEFAULT, Kind::User, &uid).await.unwrap(), None);
    assert_eq!(bench.ledger.resolve(DEFAULT, &[uid]).await.unwrap(), [None]);
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].row.flags.has(Flags::DELETED));
    assert!(!rows[0].subject.active);
}

/// A tombstone cannot be changed.
pub async fn delete_twice_is_not_found(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    bench.commit(2, build::delete(rid)).await.unwrap();
    assert_eq!(bench.commit(3, build::delete(rid)).await, Err(CommitError::NotFound));
    let update = build::replace(rid, build::user("ann"), Flags::default());
    assert_eq!(bench.commit(3, update).await, Err(CommitError::NotFound));
    let unknown = build::delete(Rid(987_654));
    assert_eq!(bench.commit(3, unknown).await, Err(CommitError::NotFound));
}

/// Another service provider that sends the same content becomes an origin.
pub async fn new_origin_is_a_change(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    bench.drain().await;
    let estate = bench
        .edit(sutler_model::estate::EstateEdit {
            service_providers: vec![("default".to_owned(), build::provider("crm", &[]))],
            ..Default::default()
        })
        .await;
    let crm = estate.service_providers.iter().find(|s| s.name == "crm").unwrap().id;
    let same = build::replace(rid, build::user("ann"), Flags::default());
    let change = build::change(crm, Time(2), same);
    bench.ledger.commit(change.clone()).await.unwrap();
    let rows = bench.ledger.unspread(10, Reads::ALL).await.unwrap();
    assert_eq!(rows.len(), 1);
    let mut origins = rows[0].subject.origins.clone();
    origins.sort();
    assert_eq!(origins, [bench.hr, crm]);
    let again = bench.ledger.commit(change).await.unwrap();
    assert!(!again.changed);
}

/// A member must be a live resource of the tenant.
pub async fn unknown_member_is_refused(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let nobody = Rid(987_654);
    let group = build::create(Kind::Group, "g", build::group("g"), &[nobody]);
    let refused = bench.commit(2, group).await;
    assert_eq!(refused, Err(CommitError::UnknownReference(nobody)));
    let gone = bench.user("ann").await;
    bench.commit(2, build::delete(gone)).await.unwrap();
    let group = build::create(Kind::Group, "g", build::group("g"), &[gone]);
    let refused = bench.commit(3, group).await;
    assert_eq!(refused, Err(CommitError::UnknownReference(gone)));
}

/// The hash is stored beside the body, replaced and cleared.
pub async fn password_is_kept_apart(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    assert_eq!(bench.ledger.password(rid).await.unwrap(), None);
    let steps = [
        (PasswordChange::Set("$argon2id$1".to_owned()), Some("$argon2id$1")),
        (PasswordChange::Keep, Some("$argon2id$1")),
        (PasswordChange::Set("$argon2id$2".to_owned()), Some("$argon2id$2")),
        (PasswordChange::Clear, None),
    ];
    for (password, expected) in steps {
        let mut content = build::user("ann");
        content.password = password;
        let update = build::replace(rid, content, Flags::PASSWORD);
        bench.commit(2, update).await.unwrap();
        let stored = bench.ledger.password(rid).await.unwrap();
        assert_eq!(stored.as_deref(), expected);
    }
}

/// Ids are resolved in the order asked for, of any type.
pub async fn references_are_resolved_in_order(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let team = bench.group("team", &[ann]).await;
    let uids = ["team", "nobody", "ann"].map(|uid| Uid(uid.to_owned()));
    let found = bench.ledger.resolve(DEFAULT, &uids).await.unwrap();
    assert_eq!(found, [Some((team, Kind::Group)), None, Some((ann, Kind::User))]);
}

/// A search tells the total, and gives the page in order of creation.
pub async fn search_counts_and_pages(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    for name in ["c", "a", "b"] {
        bench.user(name).await;
    }
    bench.group("team", &[]).await;
    let mut search = Search {
        tenant: DEFAULT,
        schemas: Schemas::standard(),
        kinds: vec![Kind::User],
        filter: None,
        sort: None,
        start: Start::Offset(1),
        limit: 1,
    };
    let found = bench.ledger.search(&search).await.unwrap();
    let names: Vec<&str> = found.resources.iter().map(|r| r.uid.0.as_str()).collect();
    assert_eq!((found.total, names), (3, vec!["a"]));
    let path = AttributePath { schema: None, attribute: "userName".to_owned(), sub: None };
    let literal = Literal::Text("B".to_owned());
    search.filter = Some(Filter::Compare(path, Operator::Equal, literal));
    search.start = Start::Offset(0);
    search.limit = 0;
    let found = bench.ledger.search(&search).await.unwrap();
    assert_eq!((found.total, found.resources.len()), (1, 0));
}

/// What was refused left nothing behind.
pub async fn r2_a_refused_change_writes_nothing(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    bench.user("ann").await;
    let bob = bench.user("bob").await;
    bench.drain().await;
    let clash = build::replace(bob, build::user("ann"), Flags::default());
    assert!(bench.commit(2, clash).await.is_err());
    assert!(bench.ledger.unspread(10, Reads::ALL).await.unwrap().is_empty());
    let uid = Uid("bob".to_owned());
    let bob = bench.ledger.resource(DEFAULT, Kind::User, &uid).await.unwrap().unwrap();
    assert_eq!((bob.version.body, bob.body), (1, build::user("bob").body));
    let held = bench.ledger.by_name(DEFAULT, Kind::User, "userName", "bob").await.unwrap();
    assert!(held.is_some());
}

/// A tenant is a wall.
pub async fn other_tenants_see_nothing(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let rid = bench.user("ann").await;
    let estate = bench
        .edit(sutler_model::estate::EstateEdit {
            tenants: vec!["acme".to_owned()],
            ..Default::default()
        })
        .await;
    let acme = estate.tenants.iter().find(|t| t.1 == "acme").unwrap().0;
    let uid = Uid("ann".to_owned());
    assert_eq!(bench.ledger.resource(acme, Kind::User, &uid).await.unwrap(), None);
    assert_eq!(bench.ledger.resolve(acme, &[uid]).await.unwrap(), [None]);
    let mut foreign = build::change(bench.hr, Time(2), build::delete(rid));
    foreign.tenant = acme;
    assert_eq!(bench.ledger.commit(foreign).await, Err(CommitError::NotFound));
    let mut same_name = build::change(
        bench.hr,
        Time(2),
        build::create(Kind::User, "ann2", build::user("ann"), &[]),
    );
    same_name.tenant = acme;
    same_name.service_provider = None;
    assert!(bench.ledger.commit(same_name).await.is_ok());
}
