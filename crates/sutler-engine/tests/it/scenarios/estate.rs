//! Edits of the estate while people are on their way.

use super::{HOUR, deeds, for_seeds, routes, until_called, well, world};

#[test]
fn r18_scenario_06_leaving_and_entering_scope_at_once_deletes_nothing() {
    let mut world = world(6);
    world.user("ann");
    well(&world);
    for targets in [&[][..], &["app"][..]] {
        routes(&mut world, targets, &["app"]);
    }
    well(&world);
    assert_eq!(deeds(&world, "delete") + deeds(&world, "disable"), 0);
}

#[test]
fn r18_w16_scenario_18_an_edit_meets_everybody_although_the_node_knows_only_the_rules_before_it() {
    for_seeds(|seed| {
        let mut world = world(seed);
        routes(&mut world, &[], &[]);
        for number in 0..20 {
            world.user(&format!("user{number}"));
        }
        assert!(world.settle(1));
        routes(&mut world, &["app"], &["app"]);
        well(&world);
        assert_eq!(deeds(&world, "create"), 20);
        routes(&mut world, &[], &["app"]);
        world.executor.run_until(HOUR, || world.waiting().0 > 0);
        assert!(world.settle(60));
        assert!(world.target.accounts().is_empty(), "all have left");
    });
}

#[test]
fn r18_scenario_19_what_was_decided_under_old_rules_is_decided_again() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.user("ann");
        until_called(&world);
        routes(&mut world, &[], &["app"]);
        assert!(world.settle(60));
        assert!(world.target.accounts().is_empty(), "out of scope, and gone");
    });
}
