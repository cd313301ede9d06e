//! The rules of one target, compiled: checked once, when the estate is read, and then only
//! asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use sutler_model::Kind;
use sutler_model::estate::{Correlate, Mapping, MappingMode, MatchRule, Target, TypeRules};
use sutler_model::fold::fold;
use sutler_model::port::Reads;
use sutler_model::schema::{ENTERPRISE_USER, Schemas};

use crate::desired::name_attribute;
use crate::mapping::Expression;

/// Attributes that no mapping gives: they are the connector's, or the link's.
const RESERVED: [&str; 7] = ["id", "schemas", "meta", "active", "password", "members", "groups"];

/// A target with its rules.
#[derive(Clone, Debug)]
pub struct TargetRules {
    /// The target.
    pub target: Target,
    /// Its tenant's name.
    pub tenant: String,
    /// What its rules read of a resource, besides its origins.
    pub reads: Reads,
    pub(super) users: KindRules,
    pub(super) groups: KindRules,
    /// Why the rules could not be compiled, if so: then nobody is made, changed or taken away
    /// by scope.
    pub(super) broken: Option<String>,
}

/// The rules for one type of resource.
#[derive(Clone, Debug)]
pub(super) struct KindRules {
    pub(super) schemas: Arc<Schemas>,
    /// Folded names and ids of the groups whose members are in scope.
    pub(super) in_groups: BTreeSet<String>,
    pub(super) mappings: Vec<Mapped>,
    pub(super) matching: Vec<Vec<(String, Expression)>>,
    /// Every path that a link may remember.
    pub(super) known: BTreeSet<String>,
}

/// One mapping, compiled.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    pub(super) plain: Mapping,
    /// `None` if the attribute is never sent.
    pub(super) from: Option<Expression>,
}

/// What is wrong with a rule, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Of which type of resource.
    pub kind: Kind,
    /// Which rule.
    pub place: RulePlace,
    /// What is wrong, and what to do.
    pub message: String,
}

/// Which rule of a type of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulePlace {
    /// The mapping with this number.
    Mapping(usize),
    /// The matching rule with this number.
    Match(usize),
}

impl TargetRules {
    /// Compiles the rules of a target, or tells everything that is wrong with them.
    pub fn compile(
        target: &Target,
        tenant: &str,
        schemas: &Arc<Schemas>,
    ) -> Result<Self, Vec<RuleFault>> {
        let mut faults = Vec::new();
        let users = kind_rules(target, Kind::User, schemas, &mut faults);
        let groups = kind_rules(target, Kind::Group, schemas, &mut faults);
        if !faults.is_empty() {
            return Err(faults);
        }
        let reads = reads(target, &users).with(reads(target, &groups));
        let (target, tenant) = (target.clone(), tenant.to_owned());
        Ok(Self { target, tenant, reads, users, groups, broken: None })
    }

    /// As good as [`TargetRules::compile`] can make it: rules that cannot be compiled, which an
    /// older or newer version may have stored, stop the target's accounts where they are.
    pub fn compiled(target: &Target, tenant: &str, schemas: &Arc<Schemas>) -> Self {
        Self::compile(target, tenant, schemas).unwrap_or_else(|faults| {
            let plain = Target {
                users: TypeRules::default(),
                groups: TypeRules::default(),
                ..target.clone()
            };
            let mut none = Vec::new();
            Self {
                users: kind_rules(&plain, Kind::User, schemas, &mut none),
                groups: kind_rules(&plain, Kind::Group, schemas, &mut none),
                target: target.clone(),
                tenant: tenant.to_owned(),
                reads: Reads::default(),
                broken: faults.into_iter().next().map(|fault| fault.message),
            }
        })
    }

    /// Every path that a link of this type may remember.
    pub fn known(&self, kind: Kind) -> &BTreeSet<String> {
        &self.of(kind).known
    }

    pub(super) fn of(&self, kind: Kind) -> &KindRules {
        match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        }
    }
}

fn kind_rules(
    target: &Target,
    kind: Kind,
    schemas: &Arc<Schemas>,
    faults: &mut Vec<RuleFault>,
) -> KindRules {
    let rules = target.rules(kind);
    let mut known = schemas.of(kind).paths().clone();
    known.extend(rules.mappings.iter().map(|mapping| mapping.attribute.clone()));
    let mut mappings = Vec::new();
    for (n, mapping) in rules.mappings.iter().enumerate() {
        match mapped(target, kind, mapping, rules, schemas) {
            Ok(mapped) => mappings.push(mapped),
            Err(message) => {
                faults.push(RuleFault { kind, place: RulePlace::Mapping(n), message });
            }
        }
    }
    let mut matching = Vec::new();
    for (n, rule) in rules.matching.iter().enumerate() {
        match match_rule(kind, rule, schemas) {
            Ok(rule) => matching.push(rule),
            Err(message) => faults.push(RuleFault { kind, place: RulePlace::Match(n), message }),
        }
    }
    KindRules {
        schemas: Arc::clone(schemas),
        in_groups: rules.in_groups.iter().map(|group| fold(group)).collect(),
        mappings,
        matching,
        known,
    }
}

fn mapped(
    target: &Target,
    kind: Kind,
    mapping: &Mapping,
    rules: &TypeRules,
    schemas: &Schemas,
) -> Result<Mapped, String> {
    let attribute = mapping.attribute.as_str();
    refuse_reserved(target, attribute)?;
    if rules.mappings.iter().filter(|other| other.attribute == attribute).count() > 1 {
        return Err(format!("`{attribute}` is mapped twice: keep one of the two"));
    }
    if mapping.from.is_empty() {
        return match &mapping.default {
            None if attribute == name_attribute(kind) => {
                Err(format!("an account needs a name: `{attribute}` cannot be left out"))
            }
            _ => Ok(Mapped { plain: mapping.clone(), from: None }),
        };
    }
    let from = Expression::compile(&mapping.from, kind, schemas).map_err(|f| f.to_string())?;
    if from.reads().attempt && mapping.mode != MappingMode::Once {
        return Err(format!(
            "`{attribute}` is generated with `unique`, which gives another value when one is taken: add `mode = \"once\"`, so that it is kept"
        ));
    }
    Ok(Mapped { plain: mapping.clone(), from: Some(from) })
}

fn refuse_reserved(target: &Target, attribute: &str) -> Result<(), String> {
    let first = attribute.split('.').next().unwrap_or_default();
    if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(first)) {
        return Err(format!("`{attribute}` cannot be mapped: Sutler gives it itself"));
    }
    if attribute.eq_ignore_ascii_case("externalId") && target.correlate == Correlate::ExternalId {
        return Err(
            "`externalId` is how accounts are recognised there: choose `correlate = \"userName\"` to map it"
                .to_owned(),
        );
    }
    if attribute == format!("{ENTERPRISE_USER}:manager") {
        return Err(format!(
            "`{attribute}` cannot be mapped: it is the manager's account at the target"
        ));
    }
    Ok(())
}

fn match_rule(
    kind: Kind,
    rule: &MatchRule,
    schemas: &Schemas,
) -> Result<Vec<(String, Expression)>, String> {
    if rule.0.is_empty() {
        return Err("a matching rule needs an attribute of the target".to_owned());
    }
    rule.0
        .iter()
        .map(|(attribute, from)| {
            let from = Expression::compile(from, kind, schemas).map_err(|f| f.to_string())?;
            if from.reads().attempt {
                return Err("`unique` generates names, and finds nobody by them".to_owned());
            }
            Ok((attribute.clone(), from))
        })
        .collect()
}

fn reads(target: &Target, rules: &KindRules) -> Reads {
    let mut reads = Reads {
        body: target.users.scope.is_some() || target.groups.scope.is_some(),
        groups: !rules.in_groups.is_empty(),
        references: false,
    };
    let mapped = rules.mappings.iter().filter_map(|mapped| mapped.from.as_ref());
    let matched = rules.matching.iter().flatten().map(|(_, from)| from);
    for from in mapped.chain(matched) {
        reads.groups |= from.reads().groups;
        reads.references |= from.reads().references;
    }
    reads
}
