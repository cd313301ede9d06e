//! Edits of the estate while people are on their way.

use sutler_model::estate::EstateEdit;
use sutler_testkit::build;

use super::{deeds, for_seeds, until_called, well, world};

#[test]
fn scenario_06_leaving_and_entering_scope_at_once_deletes_nothing() {
    let mut world = world(6);
    world.user("ann");
    well(&world);
    for targets in [&[][..], &["app"][..]] {
        world.edit(EstateEdit {
            service_providers: vec![("default".to_owned(), build::provider("hr", targets))],
            sweep: vec![("default".to_owned(), "app".to_owned())],
            ..EstateEdit::default()
        });
    }
    well(&world);
    assert_eq!(deeds(&world, "delete") + deeds(&world, "disable"), 0);
}

#[test]
fn scenario_19_what_was_decided_under_old_rules_is_decided_again() {
    for_seeds(|seed| {
        let mut world = world(seed);
        world.user("ann");
        until_called(&world);
        world.edit(EstateEdit {
            service_providers: vec![("default".to_owned(), build::provider("hr", &[]))],
            sweep: vec![("default".to_owned(), "app".to_owned())],
            ..EstateEdit::default()
        });
        assert!(world.settle(60));
        assert!(world.target.accounts().is_empty(), "out of scope, and gone");
    });
}
