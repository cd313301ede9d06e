//! Scenarios 33 and 34: what a link remembers, and whose `externalId` a target holds.

use sutler_engine::desired::flatten;
use sutler_model::change::Flags;
use sutler_model::estate::{Correlate, Mapping, MappingMode, Target, TypeRules};
use sutler_model::link::{Link, Sent};
use sutler_testkit::sim::{Faults, Plant, Sabotage};

use super::*;

fn link(world: &World, rid: Rid) -> Link {
    world.ledger.links().into_iter().find(|link| link.rid == rid).unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn scenario_33_what_was_delivered_is_remembered_in_12_bytes_an_attribute_without_personal_data() {
    let mut world = world(33);
    let people: Vec<Rid> = (0..20).map(|n| world.user(&format!("Annabel{n}"))).collect();
    for rid in &people {
        world.entitle(*rid, "Professor of Rhetoric");
    }
    let team = world.group("Rhetoricians", &people);
    well(&world);
    for rid in people.iter().chain([&team]) {
        let resource = world.resource(*rid).unwrap();
        let bytes = link(&world, *rid).sent.to_bytes();
        let delivered = flatten(&resource.body);
        assert_eq!(bytes.len(), 12 * delivered.len(), "and nothing for a member");
        for text in delivered.values().filter_map(|value| value.as_str()) {
            assert!(!holds(&bytes, text) && !holds(&bytes, &text.to_lowercase()), "{text}");
        }
    }
    // Nobody can see from it who has the same title.
    let title = |rid: Rid| {
        let (other, mine) = (people.iter().find(|one| **one != rid).unwrap(), link(&world, rid));
        let other: Vec<u64> = link(&world, *other).sent.0.iter().map(|(_, value)| *value).collect();
        mine.sent.0.iter().all(|(_, value)| !other.contains(value))
    };
    assert!(people.iter().all(|rid| title(*rid)));
    let sent = link(&world, team).sent;
    assert_eq!(Sent::from_bytes(&sent.to_bytes()), sent);
}

fn employee(world: &mut World, correlate: Correlate, mappings: Vec<Mapping>) -> Rid {
    let users = TypeRules { mappings, ..TypeRules::default() };
    let settings = Target { correlate, users, lag: 5_000, timeout: 10_000, ..build::target("app") };
    *world = World::with_target(34, Plant::None, Sabotage::None, 0, settings);
    world.start(true);
    let content = build::with(build::user("ann"), "externalId", "hr-1");
    let ann = world.commit(build::create(Kind::User, "u-ann", content, &[])).unwrap().rid;
    assert!(world.settle(120), "not at rest: {:?}", world.complaints());
    ann
}

fn attribute(world: &World, path: &str) -> Option<String> {
    let (_, account) = world.target.account(Kind::User, "ann").unwrap();
    account.attributes.get(path).and_then(|value| value.as_str()).map(str::to_owned)
}

#[test]
fn scenario_34_where_our_own_id_is_the_correlation_that_of_the_client_goes_where_it_is_mapped() {
    let mut world = World::new(0);
    let ann = employee(&mut world, Correlate::ExternalId, vec![]);
    let carried = |world: &World| world.target.account(Kind::User, "ann").unwrap().1.correlation;
    assert_eq!(carried(&world), link(&world, ann).id.correlation());
    assert!(flatten(&world.resource(ann).unwrap().body).values().any(|value| value == "hr-1"));
    assert_eq!(attribute(&world, "title"), None);

    let mapping = Mapping {
        attribute: "title".to_owned(),
        from: "user.externalId".to_owned(),
        mode: MappingMode::Always,
        default: None,
    };
    let ann = employee(&mut world, Correlate::ExternalId, vec![mapping]);
    assert_eq!(attribute(&world, "title").as_deref(), Some("hr-1"));
    assert_eq!(carried(&world), link(&world, ann).id.correlation());
    let body = world.resource(ann).unwrap().body;
    assert_eq!(body["externalId"], "hr-1", "what the client set is kept here as it was");
}

#[test]
fn scenario_34_where_the_name_is_the_correlation_the_clients_id_is_an_attribute_like_others() {
    let mut world = World::new(0);
    let ann = employee(&mut world, Correlate::UserName, vec![]);
    assert_eq!(attribute(&world, "externalId").as_deref(), Some("hr-1"));
    let content = build::with(build::user("ann"), "externalId", "hr-2");
    let content = build::with(content, "title", "Head");
    world.commit(build::replace(ann, content, Flags::default())).unwrap();
    well(&world);
    let (_, account) = world.target.account(Kind::User, "ann").unwrap();
    assert_eq!(
        (account.correlation.as_str(), title(&world, "ann").as_deref()),
        ("hr-2", Some("Head"))
    );
}

#[test]
fn scenario_34_a_target_that_drops_external_ids_is_correlated_by_name() {
    for_seeds(|seed| {
        let correlate = Correlate::UserName;
        let settings = Target { correlate, lag: 5_000, timeout: 10_000, ..build::target("app") };
        let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, settings);
        world.target.drop_external_ids();
        world.target.misbehave(Faults { lost_answer: 40, late: 10, ..Faults::default() });
        let node = world.start(true);
        for n in 0..12 {
            let content = build::with(build::user(&format!("user{n}")), "externalId", "hr-7");
            world.commit(build::create(Kind::User, &format!("u-{n}"), content, &[])).unwrap();
        }
        world.executor.run_for(2_000);
        world.crash(node);
        world.start(true);
        world.executor.run_for(60_000);
        world.target.misbehave(Faults::default());
        well(&world);
        assert_eq!(deeds(&world, "create"), 12, "each is made once");
        let accounts = world.target.accounts();
        assert!(
            accounts
                .values()
                .all(|a| a.correlation.is_empty() && !a.attributes.contains_key("externalId"))
        );
    });
}
