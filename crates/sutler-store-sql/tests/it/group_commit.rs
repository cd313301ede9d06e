//! Many requests in one transaction: each has its own end.

use futures::future::join_all;
use sutler_model::change::{Action, Change, CommitError, Expect, Flags, MemberStep};
use sutler_model::port::{Directory, Dispatch, LedgerError, Reads};
use sutler_model::work::Part;
use sutler_model::{Kind, Rid, TenantId, Uid, Version};
use sutler_store_sql::Options;

use crate::support::{
    block_on, change, commits, group, in_one_batch, ledger, membership, put, user, with,
};

/// A user with a public id of its own, whatever the name.
fn named(name: &str, id: &str) -> Change {
    let mut create = user(name);
    if let Action::Create { uid, .. } = &mut create.action {
        *uid = Uid(id.to_owned());
    }
    create
}

/// R3: the constraint decides, not a look before.
#[test]
fn r3_of_64_creates_of_one_name_one_succeeds() {
    let (ledger, _folder) = ledger();
    let creates = (0..64).map(|n| {
        let name = if n % 2 == 0 { "Ann" } else { "aNN" };
        ledger.commit(named(name, &format!("uid-{n}")))
    });
    let ends = block_on(join_all(creates));
    let taken = CommitError::Taken { attribute: "userName".into() };
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(ends.iter().filter(|end| end.as_ref() == Err(&taken)).count(), 63);
}

/// R2: nothing of a refused request stays, and the others of its batch do not notice.
#[test]
fn a_refused_request_does_not_spoil_its_batch() {
    let (ledger, _folder) = ledger();
    let ann = put(&ledger, user("ann"));
    let ends = block_on(join_all((0..100).map(|n| {
        let commit = match n % 4 {
            0 => user(&format!("user{n}")),
            1 => group(&format!("group{n}"), vec![ann, Rid(999_999)]),
            2 => named("ANN", &format!("uid-other{n}")),
            _ => change(Action::Delete { rid: Rid(424_242), expect: Expect::default() }),
        };
        ledger.commit(commit)
    })));
    for (n, end) in ends.iter().enumerate() {
        match n % 4 {
            0 => assert!(end.is_ok(), "{end:?}"),
            1 => assert_eq!(*end, Err(CommitError::UnknownReference(Rid(999_999)))),
            2 => assert!(matches!(end, Err(CommitError::Taken { .. }))),
            _ => assert_eq!(*end, Err(CommitError::NotFound)),
        }
    }
    let outbox = block_on(ledger.unspread(1_000, Reads::ALL)).unwrap();
    assert_eq!(outbox.len(), 26);
    let found = block_on(ledger.by_name(TenantId::DEFAULT, Kind::Group, "displayName", "group1"));
    assert!(found.unwrap().is_none());
}

#[test]
fn r5_a_full_queue_is_answered_with_busy() {
    let (ledger, _folder) = with(&Options { queue: 1, ..Options::default() });
    let ends = block_on(join_all((0..2_000).map(|n| ledger.commit(user(&format!("u{n}"))))));
    let busy = Err(CommitError::Store(LedgerError::Busy));
    assert!(ends.contains(&busy));
    assert!(ends.iter().all(|end| end.is_ok() || *end == busy));
}

#[test]
fn members_that_come_and_go_in_one_change_are_no_difference() {
    let (ledger, _folder) = ledger();
    let ann = put(&ledger, user("ann"));
    let team = put(&ledger, group("team", Vec::new()));
    let steps = vec![
        MemberStep::Add(vec![ann]),
        MemberStep::Replace(Vec::new()),
        MemberStep::Add(vec![ann]),
        MemberStep::Remove(vec![ann]),
    ];
    let end = block_on(ledger.commit(membership(team, steps))).unwrap();
    assert!(!end.changed);
}

/// Scenario 9: what was emptied and filled again in one change is in the new set.
#[test]
fn an_emptied_group_has_a_new_set_and_its_old_one_is_to_be_swept() {
    let (ledger, _folder) = ledger();
    let ann = put(&ledger, user("ann"));
    let bob = put(&ledger, user("bob"));
    let team = put(&ledger, group("team", vec![ann, bob]));
    let before = block_on(ledger.resource(TenantId::DEFAULT, Kind::Group, &Uid("uid-team".into())));
    let before = before.unwrap().unwrap();
    let steps = vec![MemberStep::Replace(Vec::new()), MemberStep::Add(vec![bob])];
    let end = block_on(ledger.commit(membership(team, steps))).unwrap();
    let after = block_on(ledger.resource(TenantId::DEFAULT, Kind::Group, &Uid("uid-team".into())));
    let after = after.unwrap().unwrap();
    assert_ne!(before.set, after.set);
    assert_eq!(end.version, after.version);
    assert!(after.version.members > before.version.members);
    let members = block_on(ledger.members(after.set.unwrap(), None, 10, true)).unwrap();
    assert_eq!(members.iter().map(|m| m.rid).collect::<Vec<_>>(), [bob]);
    assert!(block_on(ledger.memberships(ann)).unwrap().is_empty());
    let parts: Vec<Part> = block_on(ledger.unspread(100, Reads::ALL))
        .unwrap()
        .into_iter()
        .filter(|view| view.row.rid == team && view.row.part != Part::Whole)
        .map(|view| view.row.part)
        .collect();
    let cut = false;
    let expected = [Part::Member { member: bob, cut }, Part::OldSet(before.set.unwrap())];
    assert_eq!(parts, expected);
}

/// Scenario 31: the condition is checked in the writer's transaction, each job in a savepoint.
#[test]
fn scenario_31_of_two_writes_on_version_5_in_one_batch_one_is_refused() {
    let (ledger, folder) = ledger();
    let ann = put(&ledger, user("ann"));
    let entitle = |title: &str, on: Option<i64>| {
        let Action::Create { mut content, .. } = user("ann").action else { unreachable!() };
        content.body.insert("title".to_owned(), title.into());
        let exact = on.map(|body| Version { body, members: 0 });
        change(Action::Update {
            rid: ann,
            expect: Expect { body: None, exact },
            content: Some(content),
            members: Vec::new(),
            flags: Flags::default(),
        })
    };
    for title in ["2", "3", "4", "5"] {
        put(&ledger, entitle(title, None));
    }
    let before = commits(&folder);
    let writes = [user("bob"), entitle("first", Some(5)), entitle("second", Some(5)), user("cleo")];
    let ends = in_one_batch(&folder, writes.map(|change| ledger.commit(change)).into());
    assert_eq!(commits(&folder) - before, 1, "one transaction");
    let versions: Vec<_> =
        ends.iter().map(|end| end.as_ref().map(|done| done.version.body)).collect();
    let refused = Err(&CommitError::Stale { current: Version { body: 6, members: 0 } });
    assert_eq!(versions, [Ok(1), Ok(6), refused, Ok(1)]);
    let stored = block_on(ledger.resource(TenantId::DEFAULT, Kind::User, &Uid("uid-ann".into())));
    assert_eq!(stored.unwrap().unwrap().body["title"], "first");
}
