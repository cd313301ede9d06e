//! The probe finds out what each product takes, and leaves nothing behind.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sutler_emulator::{EmulatedTarget, Emulator, Faults, Options, PRODUCTS, TargetOptions};
use sutler_model::Kind;
use sutler_model::port::{Clock, Random, Runtime};
use sutler_outbound::{
    PREFIX, ProbeOptions, Probed, Prober, Profile, ResolvedAuth, Settings, Watcher,
};

use crate::support::{StillClock, document, target};

/// Chance without chance.
struct Fixed;

impl Random for Fixed {
    fn bytes16(&self) -> [u8; 16] {
        [7; 16]
    }

    fn bytes32(&self) -> [u8; 32] {
        [7; 32]
    }

    fn number(&self) -> u64 {
        0x0123_4567_89ab_cdef
    }
}

/// Waits by moving the clock.
struct Hurried(Arc<StillClock>);

impl Runtime for Hurried {
    fn spawn(&self, _: Pin<Box<dyn Future<Output = ()> + Send>>) {
        panic!("a probe runs in nobody's back");
    }

    fn sleep(&self, millis: i64) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.0.advance(millis);
        Box::pin(std::future::ready(()))
    }
}

/// Listens, and stops the probe after so many lines.
struct Listener {
    lines: Mutex<Vec<String>>,
    patience: AtomicUsize,
}

impl Listener {
    fn new(patience: usize) -> Self {
        Self { lines: Mutex::default(), patience: AtomicUsize::new(patience) }
    }
}

impl Watcher for Listener {
    fn tell(&self, line: &str) {
        self.lines.lock().unwrap().push(line.to_owned());
        let _ =
            self.patience.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
    }

    fn stops(&self) -> bool {
        self.patience.load(Ordering::SeqCst) == 0
    }
}

struct Bench {
    target: Arc<EmulatedTarget>,
    prober: Prober,
    emulator: Emulator,
}

async fn bench(options: TargetOptions) -> Bench {
    let clock = StillClock::new();
    let emulator = Emulator::start(Options {
        listen: "127.0.0.1:0".parse().unwrap(),
        targets: vec![options],
        clock: clock.clone(),
    })
    .await
    .unwrap();
    let prober = Prober::new(
        &target(&emulator.url("app")),
        ResolvedAuth::Bearer("t".into()),
        &Settings::default(),
        clock.clone() as Arc<dyn Clock>,
        Arc::new(Fixed),
        Arc::new(Hurried(clock)),
    )
    .unwrap();
    Bench { target: emulator.target("app").unwrap(), prober, emulator }
}

fn options(product: &str) -> ProbeOptions {
    let user_attributes = match product {
        "salesforce" => document(json!({"entitlements": [{"value": "00e1"}]})),
        _ => document(json!({})),
    };
    ProbeOptions { user_attributes, domain: None }
}

/// A profile as plain values.
fn plain(text: &str) -> Value {
    toml::from_str(text).unwrap()
}

fn of<'a>(profile: &'a Value, pointer: &str, usual: &'a Value) -> &'a Value {
    profile.pointer(pointer).unwrap_or(usual)
}

async fn check(product: &str) {
    let bench = bench(TargetOptions::like(product, "app", "t").unwrap()).await;
    let listener = Listener::new(usize::MAX);
    let Probed { profile, failure, left } = bench.prober.run(&options(product), &listener).await;
    assert_eq!(failure, None, "{product}: {:?}", listener.lines.lock().unwrap());
    let text = profile.unwrap();
    let read = Profile::read(&text).unwrap_or_else(|error| panic!("{product}: {error}\n{text}"));
    let shipped = sutler_outbound::shipped(product).unwrap();
    compare(product, &plain(&text), &plain(shipped));
    let known = Profile::read(shipped).unwrap().defaults();
    assert_eq!(read.defaults().correlate, known.correlate, "{product}\n{text}");
    assert_eq!(read.defaults().deletes_users, known.deletes_users, "{product}\n{text}");
    let limit = match product {
        "aws" => 100,
        "entra" => 20,
        _ => 1_000,
    };
    assert_eq!(read.members_a_call(), limit, "{product}\n{text}");

    let counters = bench.target.counters();
    assert_eq!(counters.groups, 0, "{product}");
    if known.deletes_users {
        assert_eq!(left, [], "{product}");
        assert_eq!(counters.users, 0, "{product}");
    } else {
        assert_eq!(left.len(), 2, "{product}: {left:?}");
        assert!(left.iter().all(|one| one.why.contains("does not delete")), "{left:?}");
    }
    assert!(!text.contains("probe.invalid"), "what was sent is not repeated\n{text}");
}

/// What the probe found is what the shipped profile says, as far as it can be found out.
fn compare(product: &str, found: &Value, shipped: &Value) {
    let same = [
        ("/users/endpoint", json!("Users")),
        ("/groups/endpoint", json!("Groups")),
        ("/users/delete", json!("delete")),
        ("/users/active", json!(true)),
        ("/users/case", json!("folded")),
        ("/groups/members_in_create", json!(true)),
        ("/groups/members_in_put", json!(true)),
        ("/patch/value_paths", json!(true)),
        ("/patch/booleans", json!("boolean")),
    ];
    for (pointer, usual) in &same {
        assert_eq!(of(found, pointer, usual), of(shipped, pointer, usual), "{product} {pointer}");
    }
    let operations = if ["aws", "keycloak"].contains(&product) { 100 } else { 1_000 };
    assert_eq!(found.pointer("/patch/operations"), Some(&json!(operations)), "{product}");
    if product != "generic" {
        // What the target says itself is the generic one's to ask.
        for pointer in ["/users/change", "/groups/change", "/list/paging"] {
            assert_eq!(found.pointer(pointer), shipped.pointer(pointer), "{product} {pointer}");
        }
        for pointer in ["/list/total", "/etag"] {
            let usual = json!(pointer == "/etag");
            assert_eq!(
                of(found, pointer, &usual),
                of(shipped, pointer, &usual),
                "{product} {pointer}"
            );
        }
        assert_eq!(
            of(found, "/lookup/combine", &json!(true)),
            of(shipped, "/lookup/combine", &json!(product != "miro")),
            "{product}"
        );
    }
    let known = |profile: &Value, pointer: &str, path: &str| {
        profile
            .pointer(pointer)
            .and_then(Value::as_array)
            .is_none_or(|list| list.iter().any(|one| one == "*" || one == path))
    };
    for path in ["userName", "externalId", "displayName", "emails.value", "active"] {
        let pointer = "/lookup/users";
        assert_eq!(known(found, pointer, path), known(shipped, pointer, path), "{product} {path}");
    }
    for path in ["displayName", "externalId"] {
        let pointer = "/lookup/groups";
        assert_eq!(known(found, pointer, path), known(shipped, pointer, path), "{product} {path}");
    }
}

#[tokio::test]
async fn the_probe_finds_what_the_shipped_profiles_say() {
    for play in PRODUCTS {
        check(play.name).await;
    }
}

#[tokio::test]
async fn a_probe_that_is_stopped_takes_everything_away() {
    for patience in [1, 2, 5, 9, 14] {
        let bench = bench(TargetOptions::like("generic", "app", "t").unwrap()).await;
        let listener = Listener::new(patience);
        let probed = bench.prober.run(&ProbeOptions::default(), &listener).await;
        assert_eq!(probed.profile, None);
        assert!(probed.failure.unwrap().contains("stopped"));
        assert_eq!(probed.left, []);
        let counters = bench.target.counters();
        assert_eq!((counters.users, counters.groups), (0, 0), "after {patience} lines");
    }
}

#[tokio::test]
async fn a_user_whose_answer_was_lost_is_found_and_taken_away() {
    let bench = bench(TargetOptions::like("generic", "app", "t").unwrap()).await;
    let faults = Faults { half_body: 1.0, writes_only: true, ..Faults::default() };
    bench.target.set_faults(faults);
    let lines = Listener::new(usize::MAX);
    let probed = bench.prober.run(&ProbeOptions::default(), &lines).await;
    assert!(probed.failure.unwrap().contains("could not be made"));
    // Its removal was applied, too, though its answer was lost.
    assert_eq!(bench.target.counters().users, 0);
    assert_eq!(bench.target.counters().creates, 1);
}

#[tokio::test]
async fn what_cannot_be_taken_away_is_named_with_its_id() {
    let bench = bench(TargetOptions::like("slack", "app", "t").unwrap()).await;
    let listener = Listener::new(usize::MAX);
    let probed = bench.prober.run(&ProbeOptions::default(), &listener).await;
    let there = bench.target.state();
    for one in &probed.left {
        assert_eq!(one.kind, Kind::User);
        let users = there["Users"].as_array().unwrap();
        let user = users.iter().find(|user| user["id"] == one.id.as_str()).unwrap();
        assert_eq!(user["active"], false);
        let name = user["userName"].as_str().unwrap().to_lowercase();
        assert!(name.starts_with(PREFIX) && name.len() <= 20, "{name}");
    }
}

#[tokio::test]
async fn a_target_that_wants_more_of_a_user_says_so_and_nothing_is_left() {
    let bench = bench(TargetOptions::like("salesforce", "app", "t").unwrap()).await;
    let listener = Listener::new(usize::MAX);
    let probed = bench.prober.run(&ProbeOptions::default(), &listener).await;
    let failure = probed.failure.unwrap();
    assert!(failure.contains("--user-attributes"), "{failure}");
    assert!(failure.contains("entitlements"), "{failure}");
    assert_eq!((probed.left.len(), bench.target.counters().users), (0, 0));
}

#[tokio::test]
async fn what_may_have_been_made_and_is_not_found_is_named() {
    let bench = bench(TargetOptions::like("generic", "app", "t").unwrap()).await;
    let faults = Faults { reset_before: 1.0, writes_only: true, ..Faults::default() };
    bench.target.set_faults(faults);
    let probed = bench.prober.run(&ProbeOptions::default(), &Listener::new(usize::MAX)).await;
    let [left] = probed.left.as_slice() else {
        panic!("{:?}", probed.left);
    };
    assert!(left.id.to_lowercase().starts_with(PREFIX), "{left:?}");
    assert!(left.why.contains("may have been made"), "{left:?}");
}

#[tokio::test]
async fn a_target_that_is_away_is_said_to_be_and_nothing_is_in_doubt() {
    let bench = bench(TargetOptions::like("generic", "app", "t").unwrap()).await;
    bench.emulator.refuse_connections().await;
    let probed = bench.prober.run(&ProbeOptions::default(), &Listener::new(usize::MAX)).await;
    assert!(probed.failure.unwrap().contains("cannot be reached"));
    assert_eq!(probed.left, []);
}
