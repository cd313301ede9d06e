//! A life drawn from a seed: people come, change and go while nodes crash and targets fail.

use sutler_model::Rid;
use sutler_model::estate::{Correlate, Target};

use super::world::target;
use super::{Faults, NodeNumber, Plan, SimTarget, World, draw};
use crate::Dice;

pub(super) struct Scene {
    pub(super) world: World,
    pub(super) dice: Dice,
    pub(super) plan: Plan,
    nodes: Vec<NodeNumber>,
    pub(super) people: Vec<Rid>,
    pub(super) teams: Vec<Rid>,
    /// The names of the targets.
    pub(super) targets: Vec<String>,
}

fn settings(dice: &mut Dice, plan: Plan) -> Vec<Target> {
    if plan.wide {
        return draw::targets(dice, plan);
    }
    let correlate = if plan.by_name { Correlate::UserName } else { Correlate::ExternalId };
    vec![Target { correlate, ..target() }]
}

/// Lives a life and gives what is wrong at its end; empty if nothing is.
pub fn live_through(seed: u64, plan: Plan) -> Vec<String> {
    let mut dice = Dice::new(seed.wrapping_mul(31).wrapping_add(7));
    let settings = settings(&mut dice, plan);
    let nodes = if plan.nodes == 0 { 1 + dice.below(4) } else { plan.nodes };
    let plan = Plan { nodes, ..plan };
    let targets = settings.iter().map(|target| target.name.clone()).collect();
    let world = World::with_targets(seed, plan.plant, plan.sabotage(), 1, settings);
    let (people, teams, nodes) = (vec![], vec![], vec![]);
    let mut scene = Scene { world, dice, plan, nodes, people, teams, targets };
    scene.start();
    for _ in 0..plan.changes {
        scene.change();
        scene.trouble();
        let pause = scene.pause();
        scene.world.executor.run_for(pause);
        scene.world.note_kept();
        let idle = scene.world.ledger.is_idle();
        let complaints = if idle && (plan.sleepy || plan.wide) {
            scene.world.complaints()
        } else {
            scene.world.watched()
        };
        if !complaints.is_empty() {
            return complaints;
        }
    }
    scene.end()
}

impl Scene {
    fn start(&mut self) {
        for _ in 0..self.plan.nodes {
            let node = self.world.start(self.plan.nodes == 1);
            self.nodes.push(node);
        }
        if self.plan.wide {
            self.name_filters();
        }
        if !self.plan.sleepy {
            for target in self.fakes() {
                self.misbehave(&target);
            }
        }
    }

    fn fakes(&self) -> Vec<SimTarget> {
        self.targets.iter().map(|name| self.world.target_named(name)).collect()
    }

    fn misbehave(&mut self, target: &SimTarget) {
        let mut faults = Faults {
            lost_answer: self.dice.below(12),
            lost_request: self.dice.below(8),
            late: self.dice.below(8),
            throttled: self.dice.below(6),
            auth: self.dice.below(2),
            ..Faults::default()
        };
        if self.plan.wide {
            faults.slow = self.dice.below(8);
            faults.twice = self.dice.below(6);
            faults.partial = self.dice.below(8);
        }
        target.misbehave(faults);
    }

    fn pause(&mut self) -> i64 {
        let pauses = if self.plan.sleepy {
            [10, 100, 20_000, 20_000, 20_000, 20_000]
        } else {
            [0, 1, 10, 100, 1_000, 8_000]
        };
        *self.dice.pick(&pauses).unwrap()
    }

    fn trouble(&mut self) {
        if self.dice.percent(self.plan.crashes) {
            self.crash();
        }
        if self.plan.sleepy {
            if self.dice.percent(20) {
                self.nap();
            }
            return;
        }
        if self.plan.nodes > 1 && self.dice.percent(10) {
            self.doze();
        }
        if self.plan.wide && self.dice.percent(4) {
            self.move_clock();
        }
        let at = self.dice.below(self.targets.len());
        let target = self.world.target_named(&self.targets[at]);
        match self.dice.below(30) {
            0 => target.set_down(true),
            1..=5 => target.set_down(false),
            6 => self.misbehave(&target),
            _ => {}
        }
    }

    fn crash(&mut self) {
        let at = self.dice.below(self.nodes.len());
        let dead = self.nodes.remove(at);
        self.world.crash(dead);
        let fresh = self.world.start(self.plan.nodes == 1);
        self.nodes.push(fresh);
    }

    /// A node is stopped in its tracks and goes on later, perhaps after it was declared dead.
    fn doze(&mut self) {
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

    /// The wall clock is put back; or forward, while nothing is in doubt: how long a doubt lasts
    /// is measured by the clock that all nodes share.
    fn move_clock(&mut self) {
        let by = i64::try_from(self.dice.below(3_600_000)).unwrap();
        if self.dice.percent(50) {
            self.world.executor.shift_wall_clock(-by);
        } else if self.world.is_certain() {
            self.world.executor.shift_wall_clock(by);
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

    /// The targets are well again, everybody awake, and persons have seen to what was theirs.
    fn end(mut self) -> Vec<String> {
        for target in self.fakes() {
            target.set_down(false);
            target.misbehave(Faults::default());
        }
        self.world.resume();
        self.world.executor.run_for(120_000);
        for _ in 0..12 {
            for wave in self.world.held_waves() {
                self.world.say(&wave, true);
            }
            self.world.note_kept();
            self.world.retry();
            if self.world.settle(2) && self.world.held_waves().is_empty() {
                return self.world.complaints();
            }
        }
        if self.world.settle(if self.plan.wide { 20 } else { 240 }) {
            return self.world.complaints();
        }
        let (pending, failed) = self.world.waiting();
        let rest = self.world.complaints().join("; ");
        let left = self.world.ledger.unfinished();
        vec![format!("not at rest: {pending} pending, {failed} failed: {rest}; {left}")]
    }
}
