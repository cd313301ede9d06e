//! Events: written with their change, kept until their end, lost only with a count.

use std::sync::Arc;

use sutler_model::change::{Action, Flags};
use sutler_model::estate::EstateEdit;
use sutler_model::event::{Completion, Event, EventEnd, EventKind, Payload, SigningKey};
use sutler_model::port::{Ledger, MOST_BYTES};
use sutler_model::{EventStreamId, Kind, Rid, ServiceProviderId, TenantId, Time, Version};

use super::Bench;
use crate::build;

/// A bench with the stream `crm`, which takes so many.
async fn with_stream(ledger: Arc<dyn Ledger>, limit: u32) -> (Bench, EventStreamId) {
    let bench = Bench::new(ledger).await;
    let mut stream = build::event_stream("crm", "hr", &EventKind::ALL);
    stream.limit = limit;
    let edit =
        EstateEdit { event_streams: vec![("default".to_owned(), stream)], ..EstateEdit::default() };
    let id = bench.edit(edit).await.event_streams[0].id;
    (bench, id)
}

/// Commits with an event of this name.
async fn commit(bench: &Bench, stream: EventStreamId, jti: &str, action: Action) -> Rid {
    let kind = match action {
        Action::Create { .. } => EventKind::CreateNotice,
        Action::Update { .. } => EventKind::PatchNotice,
        Action::Delete { .. } => EventKind::Delete,
    };
    let mut change = build::change(bench.hr, Time(7), action);
    change.events = vec![(stream, build::event(jti, kind))];
    bench.ledger.commit(change).await.unwrap().rid
}

async fn waiting(bench: &Bench, stream: EventStreamId) -> Vec<Event> {
    bench.ledger.waiting_events(stream, 1_000).await.unwrap()
}

async fn names(bench: &Bench, stream: EventStreamId) -> Vec<String> {
    waiting(bench, stream).await.into_iter().map(|event| event.jti).collect()
}

fn ann() -> Action {
    build::create(Kind::User, "ann", build::user("ann"), &[])
}

fn taken(jti: &str) -> EventEnd {
    EventEnd { jti: jti.to_owned(), refused: None }
}

/// Each change has its events, in order, with the version that it made.
pub async fn a_change_writes_its_events(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    let rid = commit(&bench, stream, "a", ann()).await;
    let titled = build::with(build::user("ann"), "title", "Dr");
    commit(&bench, stream, "b", build::replace(rid, titled, Flags::default())).await;
    commit(&bench, stream, "c", build::delete(rid)).await;
    let version = |body| Some(Version { body, members: 0 });
    let found: Vec<(String, Option<Version>)> =
        waiting(&bench, stream).await.into_iter().map(|e| (e.jti, e.version)).collect();
    let expected = [("a", version(1)), ("b", version(2)), ("c", None)];
    assert_eq!(found, expected.map(|(jti, version)| (jti.to_owned(), version)));
    assert_eq!(bench.ledger.waiting_events(stream, 2).await.unwrap().len(), 2);
    assert_eq!(bench.ledger.event_streams().await.unwrap()[0].waiting, 3);
}

/// What differs in nothing, or in its origins only, tells nothing; neither does what is refused.
pub async fn no_difference_writes_no_event(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    let rid = commit(&bench, stream, "a", ann()).await;
    commit(&bench, stream, "b", build::replace(rid, build::user("ann"), Flags::default())).await;
    let edit = EstateEdit {
        service_providers: vec![("default".to_owned(), build::provider("crm", &[]))],
        ..EstateEdit::default()
    };
    let estate = bench.edit(edit).await;
    let other = estate.service_providers.iter().find(|p| p.name == "crm").unwrap().id;
    let action = build::replace(rid, build::user("ann"), Flags::default());
    let mut change = build::change(other, Time(8), action);
    change.events = vec![(stream, build::event("c", EventKind::PutNotice))];
    assert!(bench.ledger.commit(change).await.unwrap().changed);
    let mut taken = build::change(bench.hr, Time(9), ann());
    taken.events = vec![(stream, build::event("d", EventKind::CreateNotice))];
    assert!(bench.ledger.commit(taken).await.is_err());
    assert_eq!(names(&bench, stream).await, ["a"]);
}

/// An event comes again until it has ended; its end is its own.
pub async fn events_wait_until_they_end(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    for jti in ["a", "b", "c"] {
        let content = build::user(jti);
        commit(&bench, stream, jti, build::create(Kind::User, jti, content, &[])).await;
    }
    assert_eq!(names(&bench, stream).await, ["a", "b", "c"]);
    assert_eq!(names(&bench, stream).await, ["a", "b", "c"]);
    let ends = vec![taken("b"), taken("nobody")];
    assert_eq!(bench.ledger.end_events(stream, ends, Time(9)).await, Ok(1));
    assert_eq!(names(&bench, stream).await, ["a", "c"]);
    let refused = EventEnd { jti: "a".to_owned(), refused: Some("jwtAud: no".to_owned()) };
    assert_eq!(bench.ledger.end_events(stream, vec![refused], Time(9)).await, Ok(1));
    assert_eq!(bench.ledger.end_events(stream, vec![taken("b")], Time(9)).await, Ok(0));
    assert_eq!(names(&bench, stream).await, ["c"]);
    let state = bench.ledger.event_streams().await.unwrap().remove(0);
    assert_eq!((state.waiting, state.lost), (1, 0));
    assert_eq!(state.fault, Some(("jwtAud: no".to_owned(), Time(9))));
}

/// A full stream takes nothing more and says so; what waits stays, and room is room again.
pub async fn a_full_stream_counts_what_it_loses(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 2).await;
    for jti in ["a", "b", "c", "d"] {
        let content = build::user(jti);
        commit(&bench, stream, jti, build::create(Kind::User, jti, content, &[])).await;
    }
    assert_eq!(names(&bench, stream).await, ["a", "b"]);
    let state = bench.ledger.event_streams().await.unwrap().remove(0);
    assert_eq!((state.waiting, state.lost, state.lost_at), (2, 2, Some(Time(1_000))));
    bench.ledger.end_events(stream, vec![taken("a")], Time(9)).await.unwrap();
    let content = build::user("e");
    commit(&bench, stream, "e", build::create(Kind::User, "e", content, &[])).await;
    assert_eq!(names(&bench, stream).await, ["b", "e"]);
    assert_eq!(bench.ledger.event_streams().await.unwrap()[0].lost, 2);
}

/// Large events are read a few at a time, but at least one.
pub async fn large_events_are_read_few_at_a_time(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    let large = |jti: &str| Event {
        payload: Payload::Attributes(vec!["x".repeat(MOST_BYTES / 2 + 1)]),
        ..build::event(jti, EventKind::PutNotice)
    };
    let told = ["a", "b", "c"].map(|jti| (stream, large(jti)));
    bench.ledger.complete(vec![], told.to_vec()).await.unwrap();
    assert_eq!(names(&bench, stream).await, ["a", "b"]);
}

/// Settings change without a loss; a stream that goes takes with it what waits, and what comes
/// for it later finds nobody, not even a new one of the same name.
pub async fn streams_are_edited_and_removed(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    commit(&bench, stream, "a", ann()).await;
    let mut edited = build::event_stream("crm", "hr", &[EventKind::Delete]);
    edited.limit = 1;
    let edit = EstateEdit {
        event_streams: vec![("default".to_owned(), edited.clone())],
        ..EstateEdit::default()
    };
    let stored = bench.edit(edit.clone()).await.event_streams.remove(0);
    assert_eq!((stored.id, stored.events, stored.limit), (stream, vec![EventKind::Delete], 1));
    let late = vec![(stream, build::event("b", EventKind::Delete))];
    bench.ledger.complete(vec![], late.clone()).await.unwrap();
    assert_eq!(names(&bench, stream).await, ["a"]);
    let remove = EstateEdit {
        remove_event_streams: vec![("default".to_owned(), "crm".to_owned())],
        ..EstateEdit::default()
    };
    assert!(bench.edit(remove).await.event_streams.is_empty());
    assert!(bench.ledger.event_streams().await.unwrap().is_empty());
    bench.edit(edit).await;
    bench.ledger.complete(vec![], late).await.unwrap();
    let state = bench.ledger.event_streams().await.unwrap().remove(0);
    assert_eq!((state.waiting, state.lost), (0, 0));
}

/// A fault is noted and forgotten.
pub async fn faults_are_noted_and_forgotten(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    let fault = Some("unreachable".to_owned());
    bench.ledger.event_fault(stream, fault, Time(5)).await.unwrap();
    let state = bench.ledger.event_streams().await.unwrap().remove(0);
    assert_eq!(state.fault, Some(("unreachable".to_owned(), Time(5))));
    bench.ledger.event_fault(stream, None, Time(6)).await.unwrap();
    assert_eq!(bench.ledger.event_streams().await.unwrap()[0].fault, None);
}

/// Results are found by who asked, in order, until they expire.
pub async fn results_are_kept_for_who_asked(ledger: Arc<dyn Ledger>) {
    let (bench, stream) = with_stream(ledger, 10).await;
    let result = |index, jti: &str| Completion {
        tenant: TenantId::DEFAULT,
        service_provider: bench.hr,
        request: "r".to_owned(),
        index,
        expires: Time(100),
        event: build::event(jti, EventKind::AsyncResponse),
    };
    let told = vec![(stream, build::event("c", EventKind::AsyncResponse))];
    let results = vec![result(1, "b"), result(0, "a")];
    bench.ledger.complete(results, told).await.unwrap();
    let of = async |tenant, provider, request: &str, now| {
        let found = bench.ledger.completions(tenant, provider, request, Time(now)).await.unwrap();
        found.into_iter().map(|(index, event)| (index, event.jti)).collect::<Vec<_>>()
    };
    let ours = of(TenantId::DEFAULT, bench.hr, "r", 99).await;
    assert_eq!(ours, [(0, "a".to_owned()), (1, "b".to_owned())]);
    assert!(of(TenantId(99), bench.hr, "r", 99).await.is_empty());
    assert!(of(TenantId::DEFAULT, ServiceProviderId(99), "r", 99).await.is_empty());
    assert!(of(TenantId::DEFAULT, bench.hr, "other", 99).await.is_empty());
    assert!(of(TenantId::DEFAULT, bench.hr, "r", 100).await.is_empty());
    assert_eq!(names(&bench, stream).await, ["c"]);
    assert_eq!(bench.ledger.expire_completions(Time(99)).await, Ok(0));
    assert_eq!(bench.ledger.expire_completions(Time(100)).await, Ok(2));
}

/// Of two keys that are made for a tenant at once, one stays; tenants have their own.
pub async fn the_first_key_of_a_tenant_stays(ledger: Arc<dyn Ledger>) {
    let key = |kid: &str| SigningKey {
        kid: kid.to_owned(),
        sealed: format!("sealed {kid}"),
        public: vec![1, 2],
    };
    let (one, two) = (TenantId::DEFAULT, TenantId(2));
    assert_eq!(ledger.signing_key(one).await, Ok(None));
    assert_eq!(ledger.keep_signing_key(one, key("a"), None).await, Ok(key("a")));
    assert_eq!(ledger.keep_signing_key(one, key("b"), None).await, Ok(key("a")));
    assert_eq!(ledger.keep_signing_key(two, key("c"), None).await, Ok(key("c")));
    let other = Some("x".to_owned());
    assert_eq!(ledger.keep_signing_key(one, key("d"), other).await, Ok(key("a")));
    let replaced = Some("a".to_owned());
    assert_eq!(ledger.keep_signing_key(one, key("d"), replaced).await, Ok(key("d")));
    assert_eq!(ledger.signing_key(one).await, Ok(Some(key("d"))));
    assert_eq!(ledger.signing_key(two).await, Ok(Some(key("c"))));
}
