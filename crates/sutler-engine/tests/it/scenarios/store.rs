//! What the store refuses, and a store that fails.

use sutler_model::change::{Action, Expect, Flags, MemberStep};
use sutler_model::{Kind, Rid, Version};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{HOUR, deeds, edit_members, for_seeds, well, world};

/// A title for somebody who must still be in his first version.
fn on_first(rid: Rid, title: &str) -> Action {
    Action::Update {
        rid,
        expect: Expect { body: None, exact: Some(Version { body: 1, members: 0 }) },
        content: Some(build::with(build::user("ann"), "title", title)),
        members: vec![],
        flags: Flags::default(),
    }
}

#[test]
fn scenario_31_of_two_writes_on_one_version_one_is_refused() {
    let mut world = World::new(31);
    let rid = world.user("ann");
    assert_eq!(world.commit(on_first(rid, "a")).unwrap().version.body, 2);
    assert!(world.commit(on_first(rid, "b")).is_err());
    assert_eq!(world.resource(rid).unwrap().body["title"], "a");
}

#[test]
fn r8_scenario_47_a_store_that_fails_delays_and_loses_nothing() {
    for_seeds(|seed| {
        let mut world = World::planted(seed, Plant::None, Sabotage::None, 20);
        world.start(true);
        let ann = world.user("ann");
        let team = world.group("team", &[ann]);
        world.executor.run_for(500);
        world.entitle(ann, "Dr");
        edit_members(&mut world, team, MemberStep::Remove(vec![ann]));
        well(&world);
        assert_eq!(deeds(&world, "create"), 2);
    });
}

#[test]
fn w6_what_is_refused_here_is_seen_at_no_target() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        let team = world.group("team", &[ann]);
        world.entitle(ann, "Dr");
        well(&world);
        let before = (world.target.calls(), world.target.asked());
        assert!(!world.rename(bob, "ann"), "the name is taken");
        assert_eq!(world.create(Kind::User, "bob", &[]), None, "the name is taken");
        assert!(world.commit(on_first(ann, "Prof")).is_err(), "the version is stale");
        let nobody = MemberStep::Add(vec![bob, Rid(9_999)]);
        assert!(world.commit(build::members(team, vec![nobody])).is_err(), "there is no such user");
        world.executor.run_for(HOUR);
        assert_eq!((world.target.calls(), world.target.asked()), before);
        well(&world);
    });
}
