//! Blocking delivery: the answer waits for the targets, and is theirs.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use sutler_engine::provision::{
    Caller, HashFailed, Options, PasswordHasher, Provisioner, Refusal, Written,
};
use sutler_model::access::AttributeAccess;
use sutler_model::change::{CommitError, Via};
use sutler_model::document::{Draft, NewPassword};
use sutler_model::estate::{Delivery, EstateEdit, Permission, ServiceProvider, Target};
use sutler_model::intent::IntentState;
use sutler_model::port::{Directory as _, Intents as _};
use sutler_model::schema::Schemas;
use sutler_model::{Dialect, Document, IntentId, Kind, Leniencies, TenantId, Uid};
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, NodeNumber, Plant, Sabotage, World};

use super::{HOUR, for_seeds, well};

const MINUTE: i64 = 60_000;

/// A fake: no test here sets a password.
struct NoHasher;

#[async_trait]
impl PasswordHasher for NoHasher {
    async fn hash(&self, _: &SecretString) -> Result<String, HashFailed> {
        Err(HashFailed)
    }
}

/// Two targets, and a service provider that waits for both.
fn world(seed: u64) -> World {
    let target = |name| Target { timeout: 10_000, lag: 5_000, ..build::target(name) };
    let targets = vec![target("app"), target("crm")];
    let mut world = World::with_targets(seed, Plant::None, Sabotage::None, 0, targets);
    let provider = build::provider("hr", &["app", "crm"]);
    let provider = ServiceProvider { delivery: Delivery::Blocking, ..provider };
    world.edit(EstateEdit {
        service_providers: vec![("default".to_owned(), provider)],
        ..EstateEdit::default()
    });
    begin(&mut world);
    world
}

/// Starts a node, and lets it read the estate.
fn begin(world: &mut World) -> NodeNumber {
    let node = world.start(true);
    world.executor.run_until(1_000, || false);
    node
}

fn caller(world: &World) -> Caller {
    Caller {
        tenant: TenantId::DEFAULT,
        service_provider: Some(world.provider()),
        myself: None,
        client: "hr".to_owned(),
        permissions: Permission::ALL.to_vec(),
        attributes: AttributeAccess::default(),
        stores: None,
        via: Via::Scim2,
        schemas: Schemas::standard(),
        dialect: Dialect::Strict,
        txn: None,
    }
}

fn provisioner(world: &World) -> Provisioner {
    Provisioner::new(world.ports().clone(), Arc::new(NoHasher), Options::default())
}

fn body(name: &str) -> Document {
    build::user(name).body
}

fn draft(name: &str) -> Draft {
    Draft {
        document: body(name),
        members: None,
        password: NewPassword::Keep,
        tolerated: Leniencies::NONE,
    }
}

fn create(world: &World, name: &str) -> Result<Written, Refusal> {
    create_as(world, caller(world), name)
}

fn create_as(world: &World, caller: Caller, name: &str) -> Result<Written, Refusal> {
    let (provisioner, draft) = (provisioner(world), draft(name));
    let task = async move { provisioner.create(&caller, Kind::User, draft).await };
    world.executor.block_on(task)
}

fn replace(world: &World, uid: &Uid, name: &str) -> Result<Written, Refusal> {
    replace_as(world, caller(world), uid, name)
}

fn replace_as(world: &World, caller: Caller, uid: &Uid, name: &str) -> Result<Written, Refusal> {
    let (provisioner, uid) = (provisioner(world), uid.clone());
    let mut body = body(name);
    body.insert("schemas".to_owned(), serde_json::json!([sutler_model::schema::USER]));
    let task = async move { provisioner.replace(&caller, Kind::User, &uid, &body, None).await };
    world.executor.block_on(task)
}

fn delete(world: &World, uid: &Uid) -> Result<(), Refusal> {
    let (provisioner, caller, uid) = (provisioner(world), caller(world), uid.clone());
    let task = async move { provisioner.delete(&caller, Kind::User, &uid, None).await };
    world.executor.block_on(task)
}

fn has_account(world: &World, target: &str, name: &str) -> bool {
    world.target_named(target).account(Kind::User, name).is_some()
}

fn stored(world: &World, name: &str) -> bool {
    let ledger = Arc::clone(world.ledger());
    let name = name.to_owned();
    world.executor.block_on(async move {
        let found = ledger.by_name(TenantId::DEFAULT, Kind::User, "userName", &name).await;
        found.unwrap().is_some()
    })
}

fn open_intents(world: &World) -> Vec<IntentId> {
    let ledger = Arc::clone(world.ledger());
    let open = world.executor.block_on(async move { ledger.intents(None, None, 10).await });
    open.unwrap().into_iter().map(|intent| intent.id).collect()
}

fn state(world: &World, id: IntentId) -> IntentState {
    let ledger = Arc::clone(world.ledger());
    world.executor.block_on(async move { ledger.intent(id).await }).unwrap().unwrap().state
}

/// Every request to this target is lost.
fn deaf(world: &World, target: &str) {
    world.target_named(target).misbehave(Faults { lost_request: 100, ..Faults::default() });
}

fn hears(world: &World, target: &str) {
    world.target_named(target).misbehave(Faults::default());
}

#[test]
fn scenario_29_what_all_confirm_is_stored_and_answered() {
    for_seeds(|seed| {
        let world = world(seed);
        let ann = create(&world, "ann").unwrap();
        assert!(ann.resource.active && ann.changed);
        for target in ["app", "crm"] {
            assert!(has_account(&world, target, "ann"), "{target}");
        }
        let anna = replace(&world, &ann.resource.uid, "anna").unwrap();
        assert!(anna.resource.version.body > ann.resource.version.body);
        assert!(has_account(&world, "crm", "anna") && !has_account(&world, "crm", "ann"));
        assert_eq!(open_intents(&world), []);
        delete(&world, &ann.resource.uid).unwrap();
        assert!(!has_account(&world, "app", "anna"), "the answer waits for who leaves too");
        well(&world);
    });
}

#[test]
fn scenario_29_a_refusal_changes_nothing_here_and_what_was_made_goes() {
    for_seeds(|seed| {
        let world = world(seed);
        world.target_named("crm").plant_account(Kind::User, "ann", "another system's");
        let refused = create(&world, "ann").unwrap_err();
        let Refusal::Declined { target, fault, retryable } = &refused else {
            panic!("{refused:?}")
        };
        assert_eq!((target.as_deref(), retryable), (Some("crm"), &false), "{fault:?}");
        assert!(refused.to_string().contains("`crm`"), "{refused}");
        assert!(!stored(&world, "ann"));
        world.executor.run_until(HOUR, || !has_account(&world, "app", "ann"));
        assert!(!has_account(&world, "app", "ann"), "an account without anybody");
        assert_eq!(open_intents(&world), []);
    });
}

#[test]
fn scenario_29_an_update_that_is_refused_is_taken_back_by_those_who_had_it() {
    for_seeds(|seed| {
        let world = world(seed);
        let ann = create(&world, "ann").unwrap().resource;
        world.target_named("crm").plant_account(Kind::User, "anna", "another system's");
        assert!(matches!(replace(&world, &ann.uid, "anna"), Err(Refusal::Declined { .. })));
        assert!(world.settle(120), "not at rest: {:?}", world.complaints());
        assert!(has_account(&world, "app", "ann") && has_account(&world, "crm", "ann"));
        assert!(stored(&world, "ann") && !has_account(&world, "app", "anna"));
    });
}

#[test]
fn scenario_29_a_target_that_is_down_refuses_for_now() {
    for_seeds(|seed| {
        let world = world(seed);
        world.target_named("crm").set_down(true);
        let refused = create(&world, "ann").unwrap_err();
        assert!(matches!(refused, Refusal::Declined { retryable: true, .. }), "{refused:?}");
        assert!(!stored(&world, "ann"));
        world.target_named("crm").set_down(false);
        well(&world);
        assert!(!has_account(&world, "app", "ann") && !has_account(&world, "crm", "ann"));
    });
}

#[test]
fn scenario_29_what_is_unknown_stays_open_and_is_looked_up() {
    for_seeds(|seed| {
        let world = world(seed);
        deaf(&world, "crm");
        let refused = create(&world, "ann").unwrap_err();
        let Refusal::Undecided(id) = refused else { panic!("{refused:?}") };
        assert_eq!(open_intents(&world), [id]);
        assert!(!stored(&world, "ann"));
        hears(&world, "crm");
        world.executor.run_until(20 * MINUTE, || false);
        match state(&world, id) {
            IntentState::Committed => assert!(stored(&world, "ann")),
            IntentState::Void(_) => assert!(!stored(&world, "ann")),
            other => panic!("{other:?}"),
        }
        let there = stored(&world, "ann");
        for target in ["app", "crm"] {
            assert_eq!(has_account(&world, target, "ann"), there, "{target}");
        }
        well(&world);
    });
}

#[test]
fn scenario_29_a_disable_in_between_wins() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = create(&world, "ann").unwrap().resource;
        deaf(&world, "crm");
        let refused = replace(&world, &ann.uid, "anna").unwrap_err();
        let Refusal::Undecided(id) = refused else { panic!("{refused:?}") };
        world.set_active(ann.rid, false);
        assert!(matches!(state(&world, id), IntentState::Void(why) if why.cause == "overtaken"));
        hears(&world, "crm");
        well(&world);
        let (_, account) = world.target_named("app").account(Kind::User, "ann").unwrap();
        assert!(!account.active);
    });
}

#[test]
fn scenario_30_a_second_writer_waits_a_little_and_is_told_to_come_back() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = create(&world, "ann").unwrap().resource;
        deaf(&world, "crm");
        assert!(matches!(replace(&world, &ann.uid, "anna"), Err(Refusal::Undecided(_))));
        // Another door, whose answers wait for no target.
        let other = Caller { via: Via::Import, ..caller(&world) };
        let before = world.executor.now();
        let refused = replace_as(&world, other.clone(), &ann.uid, "annika").unwrap_err();
        assert_eq!(refused, Refusal::Intended);
        let waited = world.executor.now().since(before);
        assert!((2_000..10_000).contains(&waited), "{waited}");
        let reserved = world.commit(build::create(Kind::User, "b", build::user("anna"), &[]));
        assert_eq!(reserved, Err(CommitError::Reserved { attribute: "userName".into() }));
        let refused = create_as(&world, other, "anna").unwrap_err();
        assert!(matches!(refused, Refusal::Reserved { .. }), "no false 409: {refused:?}");
    });
}

/// Wherever a node is killed: nothing is made twice, and what is there is what is stored.
#[test]
fn r8_a_kill_while_targets_are_asked_leaves_all_or_nothing() {
    (0..24).for_each(|seed| {
        let mut world = world(seed);
        if seed % 3 == 0 {
            world.target_named("crm").plant_account(Kind::User, "ann", "another system's");
        }
        let node = begin(&mut world);
        let (provisioner, caller) = (provisioner(&world), caller(&world));
        let task = async move { drop(provisioner.create(&caller, Kind::User, draft("ann")).await) };
        world.executor.spawn(node, Box::pin(task));
        let mut steps = 20 * (seed + 1);
        world.executor.run_until(HOUR, || {
            steps = steps.saturating_sub(1);
            steps == 0
        });
        world.crash(node);
        world.start(true);
        world.executor.run_until(10 * MINUTE, || false);
        let there = stored(&world, "ann");
        assert_eq!(has_account(&world, "app", "ann"), there, "seed {seed}");
        assert_eq!(open_intents(&world), [], "seed {seed}");
        for target in ["app", "crm"] {
            assert_eq!(world.target_named(target).doubles(), Vec::<String>::new(), "seed {seed}");
        }
        if seed % 3 == 0 {
            assert!(!there, "seed {seed}: a target had refused");
        }
    });
}
