//! The numbered scenarios of the design, each walked through in the simulator.

mod accounts;
mod answers;
mod blocking;
mod compared;
mod counted;
mod estate;
mod groups;
mod guard;
mod holds;
mod lasting;
mod leaving;
mod nested;
mod nodes;
mod passing;
mod remembered;
mod rules;
mod store;
mod targets;

use sutler_model::change::MemberStep;
use sutler_model::estate::EstateEdit;
use sutler_model::{Kind, Rid};
use sutler_testkit::build;
use sutler_testkit::sim::World;

const HOUR: i64 = 3_600_000;

/// A world with one running node.
fn world(seed: u64) -> World {
    let mut world = World::new(seed);
    world.start(true);
    world
}

/// Waits until nothing is left to do, and finds everything in order.
fn well(world: &World) {
    assert!(world.settle(120), "not at rest: {:?}", world.complaints());
    world.assert_well();
}

/// Whatever the order in which things fall, for a few seeds.
fn for_seeds(walk: impl Fn(u64)) {
    (0..8).for_each(walk);
}

fn deeds(world: &World, what: &str) -> usize {
    world.target.count(what)
}

fn title(world: &World, name: &str) -> Option<String> {
    let (_, account) = world.target.account(Kind::User, name).expect(name);
    account.attributes.get("title").and_then(|t| t.as_str()).map(str::to_owned)
}

fn members_there(world: &World, group: &str) -> usize {
    world.target.account(Kind::Group, group).map_or(0, |(_, account)| account.members.len())
}

fn edit_members(world: &mut World, group: Rid, step: MemberStep) {
    world.commit(build::members(group, vec![step])).unwrap();
}

/// Runs until the next operation is on its way to the target.
fn until_called(world: &World) {
    let before = world.target.calls();
    let target = world.target.clone();
    assert!(world.executor.run_until(HOUR, || target.calls() > before), "nothing is sent");
}

/// Runs until one more deed of this kind was done.
fn until_done(world: &World, what: &str) {
    let before = deeds(world, what);
    let done = world.executor.run_until(HOUR, || deeds(world, what) > before);
    assert!(done, "no {what}");
}

/// Routes what the service provider brings to these targets, and sweeps some.
fn routes(world: &mut World, targets: &[&str], sweep: &[&str]) {
    let tenant = || "default".to_owned();
    world.edit(EstateEdit {
        service_providers: vec![(tenant(), build::provider("hr", targets))],
        sweep: sweep.iter().map(|name| (tenant(), (*name).to_owned())).collect(),
        ..EstateEdit::default()
    });
}
