//! Leavers: who stands before them, and what counts as their end.

use sutler_model::change::{Flags, MemberStep};
use sutler_model::link::{Link, LinkState};
use sutler_model::{Kind, Rid};
use sutler_testkit::build;
use sutler_testkit::sim::{Faults, World};

use super::{deeds, edit_members, for_seeds, members_there, until_done, well, world};

fn link(world: &World, rid: Rid) -> Option<Link> {
    world.ledger.links().into_iter().find(|link| link.rid == rid)
}

fn is_off(world: &World, rid: Rid) -> bool {
    link(world, rid).is_some_and(|link| link.state == LinkState::Off)
}

/// Ann is to be called as somebody is who is there already, and not ours.
fn refused(world: &mut World) -> Rid {
    world.target.plant_account(Kind::User, "bob", "somebody else's");
    let ann = world.user("ann");
    assert!(world.settle(5));
    assert!(world.rename(ann, "bob"));
    assert!(world.settle(5));
    assert_eq!(world.waiting(), (0, 1), "the target refuses the name");
    ann
}

#[test]
fn r10_r13_who_has_an_account_that_refuses_a_change_is_disabled_and_deleted_all_the_same() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let ann = refused(&mut world);
        let off = build::active(build::user("bob"), false);
        world.commit(build::replace(ann, off, Flags::DISABLED)).unwrap();
        assert!(world.executor.run_until(5_000, || is_off(&world, ann)), "within five seconds");
        assert_eq!(world.target.account(Kind::User, "ann").map(|(_, ann)| ann.active), Some(false));
        world.delete(ann);
        let gone = || world.target.account(Kind::User, "ann").is_none();
        assert!(world.executor.run_until(5_000, gone), "within five seconds");
        assert!(world.settle(5));
        assert_eq!(world.waiting(), (0, 0), "nobody need be asked any more");
        assert_eq!(world.target.accounts().len(), 1, "what is not ours stays");
    });
}

#[test]
fn r13_while_one_waits_for_a_person_everybody_else_goes_on() {
    for_seeds(|seed| {
        let mut world = world(seed);
        refused(&mut world);
        let cy = world.user("cy");
        let team = world.group("team", &[cy]);
        assert!(world.settle(5));
        world.entitle(cy, "Dr");
        edit_members(&mut world, team, MemberStep::Remove(vec![cy]));
        world.set_active(cy, false);
        assert!(world.settle(5));
        assert_eq!(world.waiting(), (0, 1));
        assert_eq!(members_there(&world, "team"), 0);
        assert_eq!(world.target.account(Kind::User, "cy").map(|(_, cy)| cy.active), Some(false));
    });
}

#[test]
fn r10_a_removal_from_a_group_overtakes_the_backlog() {
    for seed in 0..2 {
        let mut world = world(seed);
        let ann = world.user("ann");
        let team = world.group("team", &[ann]);
        well(&world);
        assert_eq!(members_there(&world, "team"), 1);
        world.target.set_down(true);
        for number in 0..300 {
            world.user(&format!("user{number}"));
        }
        world.executor.run_for(10_000);
        edit_members(&mut world, team, MemberStep::Remove(vec![ann]));
        let before = world.target.deeds().len();
        world.target.set_down(false);
        until_done(&world, "members");
        let overtaken = world.target.deeds().len() - before;
        assert!(overtaken <= 20, "{overtaken} went before it");
        well(&world);
        assert_eq!(members_there(&world, "team"), 0);
    }
}

/// A target that says that it has done it is not believed.
#[test]
fn r11_a_leaver_counts_as_gone_only_when_the_target_shows_it() {
    for_seeds(|seed| {
        let mut world = world(seed);
        let (ann, bob) = (world.user("ann"), world.user("bob"));
        well(&world);
        world.target.misbehave(Faults { pretended: 100, ..Faults::default() });
        let calls = world.target.calls();
        world.set_active(ann, false);
        world.delete(bob);
        world.executor.run_for(60_000);
        assert!(world.target.calls() >= calls + 4, "both are tried again");
        assert_eq!(deeds(&world, "disable") + deeds(&world, "delete"), 0);
        assert!(!is_off(&world, ann));
        assert_eq!(link(&world, bob).map(|link| link.state), Some(LinkState::On));
        assert_eq!(world.waiting(), (2, 0), "and never for a person");
        world.target.misbehave(Faults::default());
        assert!(world.settle(5));
        assert_eq!((deeds(&world, "disable"), deeds(&world, "delete")), (1, 1));
        assert!(is_off(&world, ann) && link(&world, ann).unwrap().confirmed.is_some());
    });
}
