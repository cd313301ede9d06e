//! Passing through, in the simulator: stubs, digests, one target that answers.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use secrecy::SecretString;
use serde_json::json;
use sutler_engine::provision::{
    Caller, HashFailed, Options, PasswordHasher, Provisioner, Refusal, Written,
};
use sutler_model::access::AttributeAccess;
use sutler_model::change::Via;
use sutler_model::document::{self, Draft};
use sutler_model::estate::{EstateEdit, Mode, Permission, ServiceProvider};
use sutler_model::port::{Intents, Registry};
use sutler_model::schema::{Schemas, standard};
use sutler_model::{Dialect, Kind, Leniencies, TenantId, Uid};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::for_seeds;

struct NoHasher;

#[async_trait]
impl PasswordHasher for NoHasher {
    async fn hash(&self, _: &SecretString) -> Result<String, HashFailed> {
        Err(HashFailed)
    }
}

/// A world whose service provider passes through to two targets, and its provisioner.
fn world(seed: u64) -> (World, Provisioner, Caller) {
    let targets = vec![build::target("app"), build::target("crm")];
    let mut world = World::with_targets(seed, Plant::None, Sabotage::None, 0, targets);
    let provider = ServiceProvider {
        mode: Mode::Provision,
        read_from: Some("app".to_owned()),
        ..build::provider("hr", &["app", "crm"])
    };
    world.edit(EstateEdit {
        service_providers: vec![("default".to_owned(), provider)],
        ..EstateEdit::default()
    });
    world.start(true);
    world.executor.run_for(1_000);
    let provisioner =
        Provisioner::new(world.ports().clone(), Arc::new(NoHasher), Options::default());
    let estate = world.ledger.estate().now_or_never().unwrap().unwrap();
    let caller = Caller {
        tenant: TenantId::DEFAULT,
        service_provider: Some(estate.service_providers[0].id),
        myself: None,
        client: "hr".to_owned(),
        permissions: Permission::ALL.to_vec(),
        attributes: AttributeAccess::default(),
        stores: None,
        via: Via::Scim2,
        schemas: Schemas::standard(),
        dialect: Dialect::Strict,
        txn: None,
    };
    (world, provisioner, caller)
}

fn draft(name: &str) -> Draft {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name,
    });
    let body = body.as_object().unwrap();
    document::create(standard(Kind::User), Leniencies::NONE, body).unwrap()
}

fn create(
    world: &World,
    on: &Provisioner,
    caller: &Caller,
    name: &str,
) -> Result<Written, Refusal> {
    let (on, caller, draft) = (on.clone(), caller.clone(), draft(name));
    world.executor.block_on(async move { on.create(&caller, Kind::User, draft).await })
}

#[test]
fn w19_scenario_27_a_stub_its_digests_and_an_intent_that_ends_when_both_have_confirmed() {
    for_seeds(|seed| {
        let (world, on, caller) = world(seed);
        let ann = create(&world, &on, &caller, "ann").unwrap().resource;
        let stored = world.resource(ann.rid).unwrap();
        assert!(stored.body.is_empty(), "nothing of it is stored: {:?}", stored.body);
        let again = create(&world, &on, &caller, "ANN");
        assert!(matches!(again, Err(Refusal::Taken { .. })), "{again:?}");
        assert!(world.settle(60));
        for target in ["app", "crm"] {
            assert!(world.target_named(target).account(Kind::User, "ann").is_some(), "{target}");
        }
        world.executor.run_for(5_000);
        let open = world.ledger.intent_of(ann.rid).now_or_never().unwrap().unwrap();
        assert_eq!(open, None, "what was desired is erased");
    });
}

#[test]
fn w19_scenario_28_a_read_asks_the_target_and_a_target_that_is_down_answers_nothing() {
    for_seeds(|seed| {
        let (world, on, caller) = world(seed);
        let ann = create(&world, &on, &caller, "ann").unwrap().resource;
        assert!(world.settle(60));
        world.executor.run_for(60_000);
        let get = |uid: Uid| {
            let (on, caller) = (on.clone(), caller.clone());
            world.executor.block_on(async move { on.get(&caller, Kind::User, &uid).await })
        };
        assert_eq!(get(ann.uid.clone()).unwrap().body["userName"], "ann");
        world.target.set_down(true);
        let refused = get(ann.uid).unwrap_err();
        assert!(matches!(refused, Refusal::Unread(_)), "{refused:?}");
    });
}

#[test]
fn w19_r18_who_is_no_longer_routed_leaves_although_nothing_is_held_of_him() {
    let (mut world, on, caller) = world(1);
    create(&world, &on, &caller, "ann").unwrap();
    assert!(world.settle(60));
    world.executor.run_for(10_000);
    let provider = ServiceProvider {
        mode: Mode::Provision,
        read_from: Some("app".to_owned()),
        ..build::provider("hr", &["app"])
    };
    world.edit(EstateEdit {
        service_providers: vec![("default".to_owned(), provider)],
        sweep: vec![
            ("default".to_owned(), "app".to_owned()),
            ("default".to_owned(), "crm".to_owned()),
        ],
        ..EstateEdit::default()
    });
    assert!(world.settle(120));
    assert!(
        world.target_named("app").account(Kind::User, "ann").is_some(),
        "who stays is left alone"
    );
    assert!(world.target_named("crm").account(Kind::User, "ann").is_none());
}
