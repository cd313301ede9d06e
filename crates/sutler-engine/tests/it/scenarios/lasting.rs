//! What outlasts everything: an obligation, and the comparison that comes round.

use sutler_model::Kind;
use sutler_model::change::MemberStep;
use sutler_model::estate::Target;
use sutler_model::outcome::{Operation, Outcome};
use sutler_model::port::Connector;
use sutler_testkit::build;
use sutler_testkit::sim::{Plant, Sabotage, World};

use super::{HOUR, deeds, edit_members, members_there, title, well};

const YEAR: i64 = 365 * 24 * HOUR;

/// Tried for hours, then a year in which nobody tries, then hours again: neither the number of
/// attempts nor the age ends an obligation.
#[test]
fn r8_after_a_year_a_target_that_is_back_gets_all_that_it_missed() {
    let mut world = World::new(8);
    let node = world.start(true);
    let (ann, bob, cy) = (world.user("ann"), world.user("bob"), world.user("cy"));
    let team = world.group("team", &[ann, bob]);
    well(&world);
    world.target.set_down(true);
    world.entitle(ann, "Dr");
    world.set_active(bob, false);
    world.delete(cy);
    world.user("dee");
    edit_members(&mut world, team, MemberStep::Remove(vec![ann]));
    world.executor.run_for(6 * HOUR);
    world.crash(node);
    world.executor.run_for(YEAR);
    world.start(true);
    world.executor.run_for(2 * HOUR);
    assert_eq!(world.waiting(), (5, 0), "nothing has expired, and nobody need be asked");
    world.target.set_down(false);
    assert!(world.settle(60), "within an hour of its return");
    well(&world);
    assert_eq!(title(&world, "ann").as_deref(), Some("Dr"));
    assert_eq!(world.target.account(Kind::User, "bob").map(|(_, bob)| bob.active), Some(false));
    assert!(world.target.account(Kind::User, "cy").is_none());
    assert!(world.target.account(Kind::User, "dee").is_some());
    assert!(members_there(&world, "team") <= 1, "bob at most, who is disabled");
    assert_eq!(deeds(&world, "create"), 5);
}

/// Somebody changes the target behind our back.
fn meddle(world: &World, operation: Operation) {
    let target = world.target.clone();
    let done = world.executor.block_on(async move { target.apply(&operation).await });
    assert!(matches!(done, Outcome::Done(_)), "{done:?}");
}

fn update(remote: String, title: &str, active: Option<bool>) -> Operation {
    let set = vec![("title".to_owned(), title.into())];
    Operation::Update { kind: Kind::User, remote, etag: None, set, clear: vec![], active }
}

#[test]
fn r17_a_comparison_that_nobody_asked_for_finds_what_was_done_at_the_target() {
    for seed in 0..2 {
        let target = Target {
            reconcile_every: Some(HOUR),
            lag: 5_000,
            timeout: 10_000,
            ..build::target("app")
        };
        let mut world = World::with_target(seed, Plant::None, Sabotage::None, 0, target);
        world.start(true);
        let people = ["ann", "bob", "cy"].map(|name| world.user(name));
        world.entitle(people[0], "Dr");
        world.set_active(people[2], false);
        well(&world);
        world.user("dee");
        world.set_active(people[1], false);
        well(&world);
        world.executor.run_for(HOUR);
        let remote = |name: &str| world.target.account(Kind::User, name).unwrap().0;
        meddle(&world, update(remote("ann"), "Count", None));
        meddle(&world, update(remote("bob"), "Count", Some(true)));
        meddle(&world, Operation::Delete { kind: Kind::User, remote: remote("dee") });
        world.executor.run_for(HOUR + 60_000);
        assert!(world.settle(5));
        assert_eq!(title(&world, "ann").as_deref(), Some("Dr"), "drift is put right");
        let bob = world.target.account(Kind::User, "bob").unwrap().1;
        assert!(!bob.active, "who was enabled again is out again");
        assert!(world.target.account(Kind::User, "dee").is_some(), "who is missing comes back");
    }
}
