//! Targets drawn from a seed: each with its own policies and rules.

use sutler_model::estate::{
    Correlate, Mapping, MappingMode, OnDeactivate, OnDelete, Target, TypeRules,
};
use sutler_model::filter::Filter;
use sutler_model::guard::{Guard, Limit};

use super::Plan;
use super::world::target;
use crate::Dice;

/// The group whose members alone are in scope, where a target asks for one.
pub(super) const CLUB: &str = "red";

/// The targets of a wide life.
pub(super) fn targets(dice: &mut Dice, plan: Plan) -> Vec<Target> {
    let number = 3 + dice.below(6);
    (0..number).map(|n| one(dice, plan, &format!("app{n}"))).collect()
}

fn one(dice: &mut Dice, plan: Plan, name: &str) -> Target {
    let mut users = TypeRules::default();
    if dice.percent(25) {
        users.scope = Some(without_title(&dice.below(5).to_string()));
    } else if dice.percent(20) {
        users.in_groups = vec![CLUB.to_owned()];
    }
    if dice.percent(25) {
        users.mappings.push(Mapping {
            attribute: "nickName".to_owned(),
            from: "user.userName".to_owned(),
            mode: MappingMode::Always,
            default: None,
        });
    }
    let guarded = plan.guarded || dice.percent(25);
    Target {
        name: name.to_owned(),
        on_deactivate: on_deactivate(dice),
        on_delete: on_delete(dice),
        on_leave: dice.percent(40).then(|| on_delete(dice)),
        correlate: if dice.percent(25) { Correlate::UserName } else { Correlate::ExternalId },
        guard: if guarded { guard(dice) } else { Guard::OFF },
        groups: TypeRules { off: dice.percent(15), ..TypeRules::default() },
        users,
        ..target()
    }
}

/// Everybody but those with this title.
pub(super) fn without_title(title: &str) -> Filter {
    sutler_scim::filter::parse(&format!("not (title eq \"{title}\")")).unwrap()
}

/// Limits on accounts. Memberships are not limited: they are not what is counted here.
pub(super) fn guard(dice: &mut Dice) -> Guard {
    let mut limit = || Limit::Count(u32::try_from(dice.below(4)).unwrap());
    Guard { disabled: limit(), deleted: limit(), removed: Limit::Off, scope: limit() }
}

fn on_deactivate(dice: &mut Dice) -> OnDeactivate {
    match dice.below(5) {
        0 => OnDeactivate::Delete,
        1 => OnDeactivate::Keep,
        _ => OnDeactivate::Disable,
    }
}

fn on_delete(dice: &mut Dice) -> OnDelete {
    match dice.below(5) {
        0 => OnDelete::Disable,
        1 => OnDelete::Keep,
        _ => OnDelete::Delete,
    }
}
