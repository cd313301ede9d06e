//! What a target may not ask of somebody who is passed through: nothing of him is held here but
//! what is being delivered, so that nobody can look up his groups or his manager.

use sutler_engine::mapping::{Expression, Reads};
use sutler_model::Kind;
use sutler_model::estate::Mode;
use sutler_model::schema::Schemas;

use super::document::Declared;
use super::fault::Faults;
use super::rules::DeclaredRules;
use super::target::DeclaredTarget;

/// Refuses service providers in mode `provision` whose targets read what is not held.
pub(super) fn refuse_reading_others(
    declared: &Declared,
    types: &dyn Fn(&str) -> Schemas,
    faults: &Faults<'_>,
) {
    for provider in declared.service_providers.iter().filter(|p| p.mode == Mode::Provision) {
        let tenant = &provider.tenant.value;
        let shapes = types(tenant);
        for routed in &provider.targets {
            let mut targets = declared.targets.iter();
            let target =
                targets.find(|t| t.tenant.value == *tenant && t.name.value == routed.value);
            if let Some(what) = target.and_then(|target| read_of_others(target, &shapes)) {
                let message = format!(
                    "the target `{}` reads {what} (by `in_groups`, `attributes` or `match`), which is not held for the service provider `{}`: `mode = \"provision\"` keeps nothing. Take that rule out, or name a target without it",
                    routed.value, provider.name.value
                );
                faults.add(&routed.at, message);
            }
        }
    }
}

fn read_of_others(target: &DeclaredTarget, shapes: &Schemas) -> Option<&'static str> {
    let of = |rules: &DeclaredRules, kind| reads(rules, kind, shapes);
    let both = of(&target.users, Kind::User).union(of(&target.groups, Kind::Group));
    match both {
        Reads { groups: true, .. } => Some("the groups of a user"),
        Reads { references: true, .. } => Some("the manager of a user"),
        _ => None,
    }
}

fn reads(declared: &DeclaredRules, kind: Kind, shapes: &Schemas) -> Reads {
    let rules = &declared.rules;
    let groups = Reads { groups: !rules.in_groups.is_empty(), ..Reads::default() };
    let mapped = rules.mappings.iter().map(|mapping| mapping.from.as_str());
    let matched = rules.matching.iter().flat_map(|rule| &rule.0).map(|(_, from)| from.as_str());
    // What cannot be compiled has a fault of its own.
    let read =
        mapped.chain(matched).filter_map(|from| Expression::compile(from, kind, shapes).ok());
    read.fold(groups, |all, one| all.union(one.reads()))
}
