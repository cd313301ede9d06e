//! Intents: desired states that are not stored, or not yet.

use std::sync::Arc;

use sutler_model::change::{Action, CommitError, Content, Expect, Flags, Name, Reference, Via};
use sutler_model::guard::Watch;
use sutler_model::intent::{Aim, IntentDraft, IntentState, Opened, PairState, Reason};
use sutler_model::link::{Doubt, Link};
use sutler_model::port::{Ledger, Next, Reads, Settle};
use sutler_model::query::{Search, Start};
use sutler_model::work::{EdgeMarking, EdgeOp, Fault, Lane};
use sutler_model::{IntentId, Kind, Rid, TenantId, Time, Uid};

use super::Bench;
use crate::build;

const TENANT: TenantId = TenantId::DEFAULT;

fn fault() -> Fault {
    Fault { cause: "rejected".to_owned(), detail: "no".to_owned(), status: Some(400) }
}

async fn draft(bench: &Bench, reason: Reason, aim: Aim, content: &Content) -> IntentDraft {
    let rid = match &aim {
        Aim::Create { .. } => Rid(0),
        Aim::Update { rid, .. } => *rid,
    };
    IntentDraft {
        tenant: TENANT,
        actor: "test".to_owned(),
        via: Via::Scim2,
        service_provider: Some(bench.hr),
        reason,
        aim,
        names: content.names.clone(),
        partial: false,
        refs: content.refs.clone(),
        active: content.active,
        flags: Flags::default(),
        sealed: b"sealed".to_vec(),
        digest: b"digest".to_vec(),
        pairs: vec![bench.app],
        estate: bench.estate().await.version,
        markings: vec![bench.marking(rid, Lane::Live, 5)],
        edges: vec![],
        watch: Watch::default(),
        at: Time(5),
    }
}

fn new(name: &str) -> Aim {
    Aim::Create { kind: Kind::User, uid: Uid(name.to_owned()) }
}

fn change(rid: Rid) -> Aim {
    Aim::Update { rid, expect: Expect::default() }
}

async fn open(bench: &Bench, reason: Reason, aim: Aim, content: &Content) -> Opened {
    let draft = draft(bench, reason, aim, content).await;
    bench.ledger.open_intent(draft).await.unwrap()
}

async fn refused(bench: &Bench, reason: Reason, aim: Aim, content: &Content) -> CommitError {
    let draft = draft(bench, reason, aim, content).await;
    bench.ledger.open_intent(draft).await.unwrap_err()
}

async fn state(bench: &Bench, id: IntentId) -> IntentState {
    bench.ledger.intent(id).await.unwrap().unwrap().state
}

async fn holder(bench: &Bench, name: &str) -> Option<Rid> {
    let found = bench.ledger.by_name(TENANT, Kind::User, "userName", name).await.unwrap();
    found.map(|resource| resource.rid)
}

async fn commit(bench: &Bench, opened: &Opened, action: Action) -> Result<(), CommitError> {
    let change = build::change(bench.hr, Time(9), action);
    bench.ledger.settle_intent(opened.intent, Some(change), Time(9)).await.map(drop)
}

async fn claimed(bench: &Bench, lane: Lane) -> Vec<Rid> {
    bench.claim(lane, 100, 10).await.iter().map(|work| work.rid).collect()
}

/// Claims what an intent has marked, and settles it with this said to the intent.
async fn settle(bench: &Bench, opened: &Opened, said: PairState) {
    let work = bench.claim(Lane::Live, 100, 10).await.remove(0);
    let intent = Some((opened.intent, said));
    bench.ledger.settle(Settle { intent, ..bench.done(&work).await }).await.unwrap();
}

async fn found(bench: &Bench) -> usize {
    let search = Search {
        tenant: TENANT,
        kinds: vec![],
        filter: None,
        sort: None,
        start: Start::Offset(0),
        limit: 10,
        schemas: sutler_model::schema::Schemas::standard(),
    };
    bench.ledger.search(&search).await.unwrap().total
}

/// A create that waits to be confirmed is seen by nobody, and others cannot have its names.
pub async fn what_waits_to_be_confirmed_is_invisible(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = build::user("ann");
    let opened = open(&bench, Reason::Confirm, new("ann"), &ann).await;
    let uid = Uid("ann".to_owned());
    assert_eq!(bench.ledger.resource(TENANT, Kind::User, &uid).await.unwrap(), None);
    assert_eq!(bench.ledger.resolve(TENANT, &[uid]).await.unwrap(), [None]);
    assert_eq!((holder(&bench, "ann").await, found(&bench).await), (None, 0));
    let reserved = CommitError::Reserved { attribute: "userName".into() };
    let action = build::create(Kind::User, "other", ann.clone(), &[]);
    assert_eq!(bench.commit(6, action).await, Err(reserved.clone()));
    assert_eq!(refused(&bench, Reason::Confirm, new("third"), &ann).await, reserved);
    let intent = bench.ledger.intent(opened.intent).await.unwrap().unwrap();
    assert_eq!((intent.rid, intent.creates, intent.is_open()), (opened.rid, true, true));
    assert_eq!(intent.pairs, [(bench.app, PairState::Pending)]);
    let open = bench.ledger.intents(Some(TENANT), None, 10).await.unwrap();
    assert_eq!(open, std::slice::from_ref(&intent));
    assert_eq!(bench.ledger.intent_of(opened.rid).await.unwrap(), Some(intent));
    let standing = bench.ledger.standing(opened.rid, Reads::ALL).await.unwrap().unwrap();
    assert!(standing.subject.gone && standing.linked.is_empty());
    assert_eq!(standing.subject.origins, [bench.hr]);
    assert_eq!(claimed(&bench, Lane::Live).await, [opened.rid]);
}

/// A settled create is the resource that was begun, with its names in force.
pub async fn a_confirmed_create_comes_to_life(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Confirm, new("ann"), &build::user("ann")).await;
    bench.drain().await;
    let action = build::create(Kind::User, "ann", build::user("ann"), &[]);
    commit(&bench, &opened, action.clone()).await.unwrap();
    let ann = bench.ledger.resource(TENANT, Kind::User, &Uid("ann".to_owned())).await.unwrap();
    let ann = ann.unwrap();
    assert_eq!((ann.rid, ann.gone, ann.active, ann.version.body), (opened.rid, false, true, 1));
    assert_eq!((holder(&bench, "ann").await, found(&bench).await), (Some(opened.rid), 1));
    assert_eq!(state(&bench, opened.intent).await, IntentState::Committed);
    assert_eq!(bench.ledger.unspread(10, Reads::ALL).await.unwrap().len(), 1);
    assert_eq!(commit(&bench, &opened, action).await, Err(CommitError::NotFound), "only once");
    let renamed = build::replace(ann.rid, build::user("anna"), Flags::default());
    bench.commit(10, renamed).await.unwrap();
    assert_eq!(holder(&bench, "ann").await, None);
}

/// Nothing comes of a void create: it stays gone, its names are free, its pairs are marked.
pub async fn a_void_create_stays_gone(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Confirm, new("ann"), &build::user("ann")).await;
    settle(&bench, &opened, PairState::Refused(fault(), false)).await;
    assert_eq!(bench.ledger.ripe_intents(10).await.unwrap().len(), 1);
    assert!(bench.ledger.void_intent(opened.intent, fault(), Time(9)).await.unwrap());
    assert!(!bench.ledger.void_intent(opened.intent, fault(), Time(9)).await.unwrap());
    let intent = bench.ledger.intent(opened.intent).await.unwrap().unwrap();
    assert_eq!((&intent.state, intent.ended), (&IntentState::Void(fault()), Some(Time(9))));
    assert!(intent.sealed.is_empty());
    assert_eq!(bench.ledger.ripe_intents(10).await.unwrap(), []);
    assert_eq!(claimed(&bench, Lane::Leave).await, [opened.rid]);
    let frames = bench.ledger.frames(bench.app, &[opened.rid], Reads::ALL).await.unwrap();
    assert!(frames[0].resource.as_ref().unwrap().gone && frames[0].intent.is_none());
    let action = build::create(Kind::User, "another", build::user("ann"), &[]);
    bench.commit(10, action).await.unwrap();
}

/// What is stored stays as it is until it is confirmed; the new name is reserved, the old kept.
pub async fn a_change_waits_beside_what_is_stored(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let opened = open(&bench, Reason::Confirm, change(ann), &build::user("anna")).await;
    assert_eq!((holder(&bench, "ann").await, holder(&bench, "anna").await), (Some(ann), None));
    let again = refused(&bench, Reason::Confirm, change(ann), &build::user("anne")).await;
    assert_eq!(again, CommitError::Intended(opened.intent));
    let action = build::create(Kind::User, "other", build::user("anna"), &[]);
    assert!(matches!(bench.commit(6, action).await, Err(CommitError::Reserved { .. })));
    let action = build::replace(ann, build::user("anna"), Flags::default());
    commit(&bench, &opened, action).await.unwrap();
    assert_eq!((holder(&bench, "ann").await, holder(&bench, "anna").await), (None, Some(ann)));
    let stale = Aim::Update { rid: ann, expect: Expect { body: Some(1), exact: None } };
    let refusal = refused(&bench, Reason::Confirm, stale, &build::user("anna")).await;
    assert!(matches!(refusal, CommitError::Stale { .. }));
}

/// A change that cannot be committed any more leaves the intent open, with its names.
pub async fn a_settle_that_is_refused_changes_nothing(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let ann = bench.user("ann").await;
    let opened = open(&bench, Reason::Confirm, change(ann), &build::user("anna")).await;
    let expect = Expect { body: Some(7), exact: None };
    let content = Some(build::user("anna"));
    let flags = Flags::default();
    let action = Action::Update { rid: ann, expect, content, members: vec![], flags };
    let answer = commit(&bench, &opened, action).await;
    assert!(matches!(answer, Err(CommitError::Stale { .. })));
    assert_eq!(state(&bench, opened.intent).await, IntentState::Open);
    let action = build::create(Kind::User, "other", build::user("anna"), &[]);
    assert!(matches!(bench.commit(6, action).await, Err(CommitError::Reserved { .. })));
}

/// Other changes are refused while one waits; a deactivation or a deletion voids it, and wins.
pub async fn only_a_leaver_overtakes_an_intent(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, ben) = (bench.user("ann").await, bench.user("ben").await);
    let first = open(&bench, Reason::Confirm, change(ann), &build::user("anna")).await;
    let second = open(&bench, Reason::Confirm, change(ben), &build::user("benno")).await;
    let action = build::replace(ann, build::user("annika"), Flags::default());
    assert_eq!(bench.commit(6, action).await, Err(CommitError::Intended(first.intent)));
    let content = build::active(build::user("ann"), false);
    bench.commit(7, build::replace(ann, content, Flags::DISABLED)).await.unwrap();
    bench.commit(7, build::delete(ben)).await.unwrap();
    for id in [first.intent, second.intent] {
        let state = state(&bench, id).await;
        assert!(matches!(state, IntentState::Void(why) if why.cause == "overtaken"));
    }
    bench.user("anna").await;
}

/// A settle says what came of it, if nothing was marked meanwhile.
pub async fn a_settle_tells_the_intent(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Confirm, new("ann"), &build::user("ann")).await;
    let work = bench.claim(Lane::Live, 100, 10).await.remove(0);
    let said = Some((opened.intent, PairState::Confirmed));
    assert!(bench.ledger.is_unsure(opened.intent).await.unwrap(), "it is being worked on");
    bench.mark(opened.rid, Lane::Live, 20).await;
    let late = Settle { intent: said.clone(), ..bench.done(&work).await };
    bench.ledger.settle(late).await.unwrap();
    let intent = bench.ledger.intent(opened.intent).await.unwrap().unwrap();
    assert_eq!(intent.pairs, [(bench.app, PairState::Pending)], "it was marked meanwhile");
    assert_eq!(bench.ledger.ripe_intents(10).await.unwrap(), []);
    settle(&bench, &opened, PairState::Confirmed).await;
    let ripe = bench.ledger.ripe_intents(10).await.unwrap();
    assert_eq!(ripe[0].pairs, [(bench.app, PairState::Confirmed)]);
    assert_eq!(ripe[0].sealed, b"sealed");
    assert!(!bench.ledger.is_unsure(opened.intent).await.unwrap());
}

/// While a pair is in doubt, nobody knows what will come of it.
pub async fn an_intent_in_doubt_is_unsure(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Confirm, new("ann"), &build::user("ann")).await;
    assert!(!bench.ledger.is_unsure(opened.intent).await.unwrap(), "nobody has begun");
    let work = bench.claim(Lane::Live, 100, 10).await.remove(0);
    let doubt = Some(Doubt { stamp: work.fence.unwrap(), at: Time(100) });
    let link = Some(Link { doubt, ..bench.on(1, opened.rid, Kind::User) });
    let next = Next::At(Time(500));
    bench.ledger.settle(Settle { link, next, ..bench.done(&work).await }).await.unwrap();
    assert!(bench.ledger.is_unsure(opened.intent).await.unwrap());
}

/// A frame shows what is desired, and who that refers to.
pub async fn frames_show_the_open_intent(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, boss) = (bench.user("ann").await, bench.user("boss").await);
    bench.linked(1, boss, Kind::User).await;
    let manager = Reference { attribute: "manager".to_owned(), other: boss };
    let content = Content { refs: vec![manager], ..build::user("ann") };
    let opened = open(&bench, Reason::Confirm, change(ann), &content).await;
    let frame = bench.ledger.frames(bench.app, &[ann], Reads::ALL).await.unwrap().remove(0);
    let view = frame.intent.unwrap();
    assert_eq!((view.id, view.reason), (opened.intent, Reason::Confirm));
    assert_eq!((view.sealed.as_slice(), frame.passed), (&b"sealed"[..], false));
    assert_eq!(frame.references.len(), 1);
    assert_eq!((frame.references[0].other, frame.references[0].remote.is_some()), (boss, true));
    bench.ledger.void_intent(opened.intent, fault(), Time(9)).await.unwrap();
    let frame = bench.ledger.frames(bench.app, &[ann], Reads::ALL).await.unwrap().remove(0);
    assert!(frame.intent.is_none() && frame.references.is_empty());
}

/// What is passed through is found only where it is asked for, by its id or a digest.
pub async fn what_is_passed_through_stands_apart(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, uid) = (build::user("ann"), Uid("p1".to_owned()));
    let opened = open(&bench, Reason::Pass, new("p1"), &ann).await;
    assert_eq!(bench.ledger.resource(TENANT, Kind::User, &uid).await.unwrap(), None);
    assert_eq!(bench.ledger.resolve(TENANT, std::slice::from_ref(&uid)).await.unwrap(), [None]);
    assert_eq!((holder(&bench, "ann").await, found(&bench).await), (None, 0));
    let stub = bench.ledger.passed(TENANT, &[uid]).await.unwrap().remove(0).unwrap();
    assert_eq!((stub.rid, stub.active, stub.body.is_empty()), (opened.rid, true, true));
    let named = bench.ledger.passed_by_name(TENANT, Kind::User, "userName", "ann").await.unwrap();
    assert_eq!(named, Some(stub));
    let taken = CommitError::Taken { attribute: "userName".into() };
    assert_eq!(refused(&bench, Reason::Pass, new("p2"), &ann).await, taken);
    bench.user("ann").await;
    let frames = bench.ledger.frames(bench.app, &[opened.rid], Reads::ALL).await.unwrap();
    assert!(frames[0].passed && frames[0].intent.is_some());
    let action = build::replace(opened.rid, ann.clone(), Flags::default());
    assert_eq!(bench.commit(6, action).await, Err(CommitError::NotFound));
    bench.commit(7, build::delete(opened.rid)).await.unwrap();
    assert!(matches!(state(&bench, opened.intent).await, IntentState::Void(_)));
    assert_eq!(found(&bench).await, 1, "only what is stored");
    open(&bench, Reason::Pass, new("p2"), &ann).await;
}

/// A newer desire takes the place of an open one, and everybody is asked again.
pub async fn a_newer_desire_takes_the_place_of_an_older(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Pass, new("p1"), &build::user("ann")).await;
    settle(&bench, &opened, PairState::Confirmed).await;
    let draft = draft(&bench, Reason::Pass, change(opened.rid), &build::user("anna")).await;
    let newer = IntentDraft { sealed: b"newer".to_vec(), ..draft };
    let again = bench.ledger.open_intent(newer).await.unwrap();
    assert_eq!((again.intent, again.version.body), (opened.intent, 2));
    let intent = bench.ledger.intent(opened.intent).await.unwrap().unwrap();
    assert_eq!((intent.sealed.as_slice(), intent.creates), (&b"newer"[..], true));
    assert_eq!(intent.pairs, [(bench.app, PairState::Pending)]);
    open(&bench, Reason::Pass, new("p2"), &build::user("ann")).await;
    settle(&bench, &opened, PairState::Refused(fault(), false)).await;
    assert_eq!(bench.ledger.ripe_intents(10).await.unwrap(), [], "what failed may be retried");
}

/// Where not all is known of what is passed through, it keeps the names that are not said anew.
pub async fn what_is_known_in_part_keeps_its_other_names(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Pass, new("p1"), &build::user("ann")).await;
    let named = |attribute: &'static str, key: &str| Content {
        names: vec![Name { attribute: attribute.into(), key: key.to_owned() }],
        ..Content::default()
    };
    let holds = async |attribute: &str, key: &str| {
        let found = bench.ledger.passed_by_name(TENANT, Kind::User, attribute, key).await.unwrap();
        found.is_some()
    };
    let other = named("externalId", "7");
    let draft = draft(&bench, Reason::Pass, change(opened.rid), &other).await;
    let part = IntentDraft { partial: true, ..draft.clone() };
    bench.ledger.open_intent(part).await.unwrap();
    assert!(holds("userName", "ann").await && holds("externalId", "7").await);
    bench.ledger.open_intent(draft).await.unwrap();
    assert!(!holds("userName", "ann").await && holds("externalId", "7").await);
    open(&bench, Reason::Pass, new("p2"), &build::user("ann")).await;
}

/// When all have it, nothing is kept of what was passed through but its id.
pub async fn what_is_passed_through_is_erased(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Pass, new("p1"), &build::user("ann")).await;
    settle(&bench, &opened, PairState::Confirmed).await;
    assert_eq!(bench.ledger.ripe_intents(10).await.unwrap().len(), 1);
    open(&bench, Reason::Pass, change(opened.rid), &build::user("ann")).await;
    let early = bench.ledger.settle_intent(opened.intent, None, Time(8)).await;
    assert_eq!(early, Err(CommitError::NotFound), "it was desired anew since it was ripe");
    settle(&bench, &opened, PairState::Confirmed).await;
    let settled = bench.ledger.settle_intent(opened.intent, None, Time(9)).await.unwrap();
    assert_eq!(settled, None);
    let intent = bench.ledger.intent(opened.intent).await.unwrap().unwrap();
    assert_eq!((intent.state, intent.sealed.len()), (IntentState::Settled, 0));
    let next = open(&bench, Reason::Pass, change(opened.rid), &build::user("ann")).await;
    assert_ne!(next.intent, opened.intent);
    let void = bench.ledger.void_intent(next.intent, fault(), Time(10)).await.unwrap();
    let uid = Uid("p1".to_owned());
    let stub = bench.ledger.passed(TENANT, &[uid]).await.unwrap().remove(0);
    assert!(void && stub.is_some(), "it was there before");
}

/// An edge with an order is what was ordered, until a stored change marks it.
pub async fn an_edge_is_what_was_ordered(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let (ann, ben) = (bench.user("ann").await, bench.user("ben").await);
    let team = bench.group("team", &[ben]).await;
    bench.linked(9, team, Kind::Group).await;
    let (target, group) = (bench.app, team);
    let edge = |member, op| EdgeMarking { target, group, member, cut: false, op };
    let ordered = vec![edge(ann, Some(EdgeOp::Add)), edge(ben, Some(EdgeOp::Remove))];
    let marking = || vec![bench.marking(team, Lane::Live, 5)];
    bench.spread(marking(), ordered).await;
    let edges = bench.ledger.edges(target, team, 10).await.unwrap();
    let told: Vec<_> = edges.iter().map(|view| (view.edge.op, view.is_member)).collect();
    assert_eq!(told, [(Some(EdgeOp::Add), true), (Some(EdgeOp::Remove), false)]);
    bench.spread(marking(), vec![edge(ann, None), edge(ben, None)]).await;
    let edges = bench.ledger.edges(target, team, 10).await.unwrap();
    let told: Vec<_> = edges.iter().map(|view| (view.edge.op, view.is_member)).collect();
    assert_eq!(told, [(None, false), (None, true)]);
}

/// Ended intents are kept for a while; open ones always.
pub async fn ended_intents_are_dropped_in_time(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let opened = open(&bench, Reason::Confirm, new("ann"), &build::user("ann")).await;
    open(&bench, Reason::Confirm, new("ben"), &build::user("ben")).await;
    bench.ledger.void_intent(opened.intent, fault(), Time(9)).await.unwrap();
    assert_eq!(bench.ledger.prune_intents(Time(9)).await.unwrap(), 0);
    assert_eq!(bench.ledger.prune_intents(Time(10)).await.unwrap(), 1);
    assert_eq!(bench.ledger.intent(opened.intent).await.unwrap(), None);
    assert_eq!(bench.ledger.intents(None, None, 10).await.unwrap().len(), 1);
}

/// An intent that was computed with another estate is not opened.
pub async fn a_moved_estate_opens_no_intent(ledger: Arc<dyn Ledger>) {
    let bench = Bench::new(ledger).await;
    let draft = draft(&bench, Reason::Confirm, new("ann"), &build::user("ann")).await;
    let old = IntentDraft { estate: draft.estate - 1, ..draft };
    assert!(matches!(bench.ledger.open_intent(old).await, Err(CommitError::Store(_))));
    assert_eq!(bench.ledger.intents(None, None, 10).await.unwrap(), []);
    bench.user("ann").await;
}
