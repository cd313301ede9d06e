//! A life drawn from a seed: people come, change and go while nodes crash and the target fails.

use sutler_model::change::MemberStep;
use sutler_model::estate::{Correlate, Target};
use sutler_model::{Kind, Rid};

use super::world::target;
use super::{Faults, NodeNumber, Plant, Sabotage, World};
use crate::{Dice, build};

const NAMES: [&str; 8] = ["ann", "bob", "cleo", "dan", "eve", "fay", "gus", "hal"];
const TEAMS: [&str; 3] = ["red", "green", "blue"];

/// What a life consists of.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many changes are committed.
    pub changes: usize,
    /// A bug in the ledger.
    pub plant: Plant,
    /// A bug in the connector.
    pub sabotage: Sabotage,
    /// Two nodes, of which one is stopped for a while now and then.
    pub two_nodes: bool,
    /// Accounts are recognised by their names.
    pub by_name: bool,
    /// Few people change, mostly one thing after a rest, and nodes sleep past their death: they
    /// wake among the claims of others.
    pub sleepy: bool,
    /// Of a hundred pauses between changes, in how many a node is killed.
    pub crashes: usize,
}

impl Plan {
    /// One node that is killed now and then, and a target that fails now and then.
    pub const DEFAULT: Self = Self {
        changes: 40,
        plant: Plant::None,
        sabotage: Sabotage::None,
        two_nodes: false,
        by_name: false,
        sleepy: false,
        crashes: 6,
    };
}

impl Default for Plan {
    fn default() -> Self {
        Self::DEFAULT
    }
}

fn settings(plan: Plan) -> Target {
    let correlate = if plan.by_name { Correlate::UserName } else { Correlate::ExternalId };
    Target { correlate, ..target() }
}

struct Scene {
    world: World,
    dice: Dice,
    plan: Plan,
    nodes: Vec<NodeNumber>,
    people: Vec<Rid>,
    teams: Vec<Rid>,
}

/// Lives a life and gives what is wrong at its end; empty if nothing is.
pub fn live_through(seed: u64, plan: Plan) -> Vec<String> {
    let mut scene = Scene {
        world: World::with_target(seed, plan.plant, plan.sabotage, 1, settings(plan)),
        dice: Dice::new(seed.wrapping_mul(31).wrapping_add(7)),
        plan,
        nodes: vec![],
        people: vec![],
        teams: vec![],
    };
    scene.start();
    for _ in 0..plan.changes {
        scene.change();
        scene.trouble();
        let pause = scene.pause();
        scene.world.executor.run_for(pause);
        if plan.sleepy && scene.world.ledger.is_idle() {
            let complaints = scene.world.complaints();
            if !complaints.is_empty() {
                return complaints;
            }
        }
    }
    scene.calm();
    if !scene.world.settle(240) {
        let (pending, failed) = scene.world.waiting();
        let rest = scene.world.complaints().join("; ");
        let left = scene.world.ledger.unfinished();
        return vec![format!("not at rest: {pending} pending, {failed} failed: {rest}; {left}")];
    }
    scene.world.complaints()
}

impl Scene {
    fn start(&mut self) {
        let first = self.world.start(!self.plan.two_nodes);
        self.nodes.push(first);
        if self.plan.two_nodes {
            let second = self.world.start(false);
            self.nodes.push(second);
        }
        if !self.plan.sleepy {
            self.misbehave();
        }
    }

    fn misbehave(&mut self) {
        let faults = Faults {
            lost_answer: self.dice.below(12),
            lost_request: self.dice.below(8),
            late: self.dice.below(8),
            throttled: self.dice.below(6),
            auth: self.dice.below(2),
            ..Faults::default()
        };
        self.world.target.misbehave(faults);
    }

    fn person(&mut self) -> Option<Rid> {
        self.dice.pick(&self.people).copied()
    }

    fn pause(&mut self) -> i64 {
        let pauses = if self.plan.sleepy {
            [10, 100, 20_000, 20_000, 20_000, 20_000]
        } else {
            [0, 1, 10, 100, 1_000, 8_000]
        };
        *self.dice.pick(&pauses).unwrap()
    }

    fn change(&mut self) {
        if self.plan.sleepy && !self.people.is_empty() && self.dice.percent(97) {
            return self.title();
        }
        match self.dice.below(20) {
            0..=3 => self.arrive(),
            4..=5 => self.title(),
            6..=7 => self.rename(),
            8 => self.swap(),
            9..=11 => self.toggle(),
            12 => self.leave(),
            13 => self.new_team(),
            14 => self.close_team(),
            _ => self.regroup(),
        }
    }

    fn arrive(&mut self) {
        let name = *self.dice.pick(&NAMES).unwrap();
        let made = self.world.create(Kind::User, name, &[]);
        self.people.extend(made);
    }

    fn title(&mut self) {
        let title = self.dice.below(if self.plan.sleepy { 2 } else { 5 }).to_string();
        if let Some(rid) = self.person() {
            self.world.entitle(rid, &title);
        }
    }

    fn rename(&mut self) {
        let name = *self.dice.pick(&NAMES).unwrap();
        if let Some(rid) = self.person() {
            self.world.rename(rid, name);
        }
    }

    /// Two people exchange their names, by way of a third one.
    fn swap(&mut self) {
        let (Some(one), Some(other)) = (self.person(), self.person()) else { return };
        if one == other {
            return;
        }
        let name = |world: &World, rid| {
            let resource = world.resource(rid).unwrap();
            resource.body["userName"].as_str().unwrap().to_owned()
        };
        let (first, second) = (name(&self.world, one), name(&self.world, other));
        self.world.rename(one, "between");
        self.world.rename(other, &first);
        self.world.rename(one, &second);
    }

    fn toggle(&mut self) {
        let Some(rid) = self.person() else { return };
        let active = self.world.resource(rid).is_some_and(|r| r.active);
        self.world.set_active(rid, !active);
        if self.dice.percent(40) {
            self.world.set_active(rid, active);
        }
    }

    fn leave(&mut self) {
        let Some(rid) = self.person() else { return };
        let name = self.world.resource(rid).unwrap().body["userName"].clone();
        self.people.retain(|other| *other != rid);
        self.world.delete(rid);
        if self.dice.percent(50) {
            let again = self.world.create(Kind::User, name.as_str().unwrap(), &[]);
            self.people.extend(again);
        }
    }

    fn some(&mut self) -> Vec<Rid> {
        let people = self.people.clone();
        people.into_iter().filter(|_| self.dice.percent(40)).collect()
    }

    fn new_team(&mut self) {
        let name = *self.dice.pick(&TEAMS).unwrap();
        let members = self.some();
        let made = self.world.create(Kind::Group, name, &members);
        self.teams.extend(made);
    }

    fn close_team(&mut self) {
        let Some(team) = self.dice.pick(&self.teams).copied() else { return };
        self.teams.retain(|other| *other != team);
        self.world.delete(team);
    }

    fn regroup(&mut self) {
        let Some(team) = self.dice.pick(&self.teams).copied() else {
            return self.new_team();
        };
        let some = self.some();
        let step = match self.dice.below(8) {
            0..=2 => MemberStep::Add(some),
            3..=5 => MemberStep::Remove(some),
            6 => MemberStep::Replace(some),
            _ => MemberStep::Replace(vec![]),
        };
        self.world.commit(build::members(team, vec![step])).unwrap();
    }

    fn trouble(&mut self) {
        if self.dice.percent(self.plan.crashes) {
            let at = self.dice.below(self.nodes.len());
            let dead = self.nodes.remove(at);
            self.world.crash(dead);
            let single = !self.plan.two_nodes;
            let fresh = self.world.start(single);
            self.nodes.push(fresh);
        }
        if self.plan.sleepy {
            if self.dice.percent(20) {
                self.nap();
            }
            return;
        }
        if self.plan.two_nodes && self.dice.percent(10) {
            let node = *self.dice.pick(&self.nodes).unwrap();
            self.world.executor.pause(node);
            let asleep = 20_000 + i64::try_from(self.dice.below(90_000)).unwrap();
            let executor = self.world.executor.clone();
            let task = async move {
                executor.sleep(asleep).await;
                executor.resume(node);
            };
            self.world.executor.spawn(usize::MAX, Box::pin(task));
        }
        match self.dice.below(30) {
            0 => self.world.target.set_down(true),
            1..=5 => self.world.target.set_down(false),
            6 => self.misbehave(),
            _ => {}
        }
    }

    /// A node is stopped with what it has just taken, and wakes when others have taken more.
    fn nap(&mut self) {
        let node = *self.dice.pick(&self.nodes).unwrap();
        self.moment();
        self.world.executor.pause(node);
        let asleep = 70_000 + self.dice.below(20_000);
        self.world.executor.run_for(i64::try_from(asleep).unwrap());
        self.change();
        self.moment();
        self.world.executor.resume(node);
    }

    fn moment(&mut self) {
        let millis = self.dice.below(80);
        self.world.executor.run_for(i64::try_from(millis).unwrap());
    }

    /// The target is well again, and everybody awake.
    fn calm(&mut self) {
        self.world.target.set_down(false);
        self.world.target.misbehave(Faults::default());
        self.world.executor.run_for(120_000);
    }
}
