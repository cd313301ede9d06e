//! What the store refuses, and a store that fails.

use sutler_model::Version;
use sutler_model::change::{Action, Expect, Flags, MemberStep};
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{deeds, edit_members, for_seeds, well};

#[test]
fn scenario_31_of_two_writes_on_one_version_one_is_refused() {
    let mut world = World::new(31);
    let rid = world.user("ann");
    let on_first = |title: &str| Action::Update {
        rid,
        expect: Expect { body: None, exact: Some(Version { body: 1, members: 0 }) },
        content: Some(build::with(build::user("ann"), "title", title)),
        members: vec![],
        flags: Flags::default(),
    };
    assert_eq!(world.commit(on_first("a")).unwrap().version.body, 2);
    assert!(world.commit(on_first("b")).is_err());
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
