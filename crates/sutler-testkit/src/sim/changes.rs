//! What changes in a life: people and teams, and what persons order.

use sutler_model::change::MemberStep;
use sutler_model::estate::{EstateEdit, Target};
use sutler_model::guard::Guard;
use sutler_model::{Kind, Rid};

use super::World;
use super::draw;
use super::scene::Scene;
use crate::build;

const NAMES: [&str; 8] = ["ann", "bob", "cleo", "dan", "eve", "fay", "gus", "hal"];
const TEAMS: [&str; 3] = ["red", "green", "blue"];
/// How many titles there are.
const TITLES: usize = 5;

impl Scene {
    fn person(&mut self) -> Option<Rid> {
        self.dice.pick(&self.people).copied()
    }

    pub(super) fn change(&mut self) {
        let orders = if self.plan.edited { 40 } else { 15 };
        if self.plan.wide && self.dice.percent(orders) {
            self.order();
        }
        if self.plan.guarded && self.dice.percent(20) {
            self.leave();
        }
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
        let title = self.dice.below(if self.plan.sleepy { 2 } else { TITLES }).to_string();
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

    /// What persons order.
    fn order(&mut self) {
        match self.dice.below(8) {
            0 => self.filter(),
            1 => self.route(),
            2 => self.limit(),
            3..=5 => self.verdict(),
            6 => self.hold(),
            _ => {
                let target = self.some_target();
                self.world.compare(&target);
            }
        }
    }

    fn some_target(&mut self) -> Target {
        let estate = self.world.estate();
        self.dice.pick(&estate.targets).unwrap().clone()
    }

    /// The filters of the targets as they were drawn, by what they leave out.
    pub(super) fn name_filters(&mut self) {
        for target in self.world.estate().targets {
            for title in (0..TITLES).map(|title| title.to_string()) {
                if target.users.scope.as_ref() == Some(&draw::without_title(&title)) {
                    self.world.without.insert(target.name.clone(), title);
                }
            }
        }
    }

    /// A filter is put on, narrowed, or taken off.
    fn filter(&mut self) {
        let mut target = self.some_target();
        target.users.scope = None;
        self.world.without.remove(&target.name);
        if self.dice.percent(60) {
            let title = self.dice.below(TITLES).to_string();
            target.users.scope = Some(draw::without_title(&title));
            self.world.without.insert(target.name.clone(), title);
        }
        self.edit(target, true);
    }

    fn edit(&mut self, target: Target, sweeps: bool) {
        let tenant = || "default".to_owned();
        let sweep = sweeps.then(|| (tenant(), target.name.clone()));
        let targets = vec![(tenant(), target)];
        let sweep = sweep.into_iter().collect();
        self.world.edit(EstateEdit { targets, sweep, ..EstateEdit::default() });
    }

    /// One target more, or one less, is provisioned to.
    fn route(&mut self) {
        let name = self.some_target().name;
        let provider = self.world.estate().service_providers[0].clone();
        let mut routed = provider.targets;
        if routed.contains(&name) {
            routed.retain(|other| *other != name);
        } else {
            routed.push(name.clone());
        }
        let routed: Vec<&str> = routed.iter().map(String::as_str).collect();
        let tenant = || "default".to_owned();
        self.world.edit(EstateEdit {
            service_providers: vec![(tenant(), build::provider("hr", &routed))],
            sweep: vec![(tenant(), name)],
            ..EstateEdit::default()
        });
    }

    /// The limits of a target that has some.
    fn limit(&mut self) {
        let target = self.some_target();
        if target.guard != Guard::OFF {
            let guard = draw::guard(&mut self.dice);
            self.edit(Target { guard, ..target }, false);
        }
    }

    fn verdict(&mut self) {
        let waves = self.world.held_waves();
        if let Some(wave) = self.dice.pick(&waves).cloned() {
            let release = self.dice.percent(50);
            self.world.say(&wave, release);
        }
    }

    fn hold(&mut self) {
        if self.dice.percent(60) {
            return self.world.resume();
        }
        let target = self.some_target();
        let leavers_go_on = self.dice.percent(50);
        self.world.pause(&target, leavers_go_on);
    }
}
