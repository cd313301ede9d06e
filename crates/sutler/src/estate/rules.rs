//! `[target.users]` and `[target.groups]` as they were written: scope, mappings, matching.

use std::ops::Range;

use serde_json::{Map, Value};
use sutler_engine::rules::{RulePlace, TargetRules};
use sutler_model::Kind;
use sutler_model::estate::{Drift, Mapping, MappingMode, MatchRule, Target, TypeRules};
use sutler_model::filter::Filter;
use sutler_model::path::AttributePath;
use sutler_model::schema::{ResourceType, Schemas};
use toml::Spanned;
use toml::de::DeValue;

use super::fault::Faults;
use super::fields::{list, quoted, span};
use super::guard;
use super::section::{Placed, Section, decimal};
use super::target::ON_DELETE;

/// The rules of a file for one type of resource, with the places of what can be at fault.
#[derive(Debug, Default)]
pub(crate) struct DeclaredRules {
    pub(crate) rules: TypeRules,
    mappings: Vec<Range<usize>>,
    matching: Vec<Range<usize>>,
}

pub(super) const MODES: [(&str, MappingMode); 3] = [
    ("always", MappingMode::Always),
    ("on_create", MappingMode::OnCreate),
    ("once", MappingMode::Once),
];

pub(super) const DRIFT: [(&str, Drift); 3] =
    [("enforce", Drift::Enforce), ("report", Drift::Report), ("accept", Drift::Accept)];

/// What scope cannot be about: it is not part of what a resource holds.
const OUT_OF_SCOPE: [(&str, &str); 4] = [
    ("groups", "choose people by their groups with `in_groups`"),
    ("members", "a group is chosen by what it is called"),
    ("meta", "times and versions change without the resource changing"),
    ("password", "passwords are not compared"),
];

/// Reads the table of one type of resource, if it is there.
pub(super) fn read(
    section: &mut Section<'_>,
    (key, name): (&'static str, &'static str),
    shape: &ResourceType,
) -> DeclaredRules {
    let Some(mut inside) = section.section(key, name) else {
        return DeclaredRules::default();
    };
    let mut declared = DeclaredRules::default();
    declared.rules.off = inside.flag("off", false);
    declared.rules.scope = scope(&mut inside, shape);
    let groups = inside.one_or_more("in_groups").unwrap_or_default();
    declared.rules.in_groups = groups.into_iter().map(|group| group.value).collect();
    declared.rules.only_mapped = inside.flag("only_mapped", false);
    attributes(&mut inside, &mut declared);
    for rule in inside.sections("match", "`match = [{ … }]`") {
        declared.matching.push(rule.at());
        declared.rules.matching.push(match_rule(&rule));
    }
    declared.rules.drift = inside.word("drift", &DRIFT, &[], Drift::Enforce);
    let texts = |list: Option<Vec<Placed<String>>>| {
        list.unwrap_or_default().into_iter().map(|text| text.value).collect()
    };
    declared.rules.report = texts(inside.list("report"));
    declared.rules.accept = texts(inside.list("accept"));
    inside.finish();
    declared
}

fn scope(section: &mut Section<'_>, shape: &ResourceType) -> Option<Filter> {
    let text = section.text("scope")?;
    let checked = sutler_scim::filter::parse(&text.value).and_then(|f| f.check(&[shape]));
    let refused = match checked {
        Ok(filter) => match filter.paths().iter().find_map(out_of_scope) {
            None => return Some(filter),
            Some(refused) => refused,
        },
        Err(invalid) => invalid.to_string(),
    };
    section.fault(&text.at, format!("`scope` is not a filter that can be used: {refused}"));
    None
}

fn out_of_scope(path: &AttributePath) -> Option<String> {
    let is_it = |(name, _): &&(&str, &str)| path.schema.is_none() && path.attribute == **name;
    let (name, instead) = OUT_OF_SCOPE.iter().find(is_it)?;
    Some(format!("`{name}` cannot be in it: {instead}"))
}

fn attributes(section: &mut Section<'_>, declared: &mut DeclaredRules) {
    let Some(inside) = section.section("attributes", "`attributes`") else {
        return;
    };
    for (attribute, value) in inside.entries() {
        if let Some(mapping) = mapping(&inside, &attribute, value) {
            declared.mappings.push(value.span());
            declared.rules.mappings.push(mapping);
        }
    }
}

/// `title = "user.title"`, `title = false`, or a table.
fn mapping(
    section: &Section<'_>,
    attribute: &Placed<String>,
    value: &Spanned<DeValue<'_>>,
) -> Option<Mapping> {
    let plain = |from: String| Mapping {
        attribute: attribute.value.clone(),
        from,
        mode: MappingMode::Always,
        default: None,
    };
    if let Some(from) = value.get_ref().as_str() {
        if from.trim().is_empty() {
            let message = format!(
                "the expression of `{0}` is empty: write `{0} = false` to send nothing",
                attribute.value
            );
            section.fault(&value.span(), message);
        }
        return Some(plain(from.to_owned()));
    }
    if value.get_ref().as_bool() == Some(false) {
        return Some(plain(String::new()));
    }
    let Some(mut inside) = section.inside(value, "a mapping") else {
        let message = format!(
            "`{0}` must be an expression, `false`, or a table: `{0} = {{ from = \"…\", mode = \"on_create\", default = \"…\" }}`",
            attribute.value
        );
        section.fault(&value.span(), message);
        return None;
    };
    let from = inside.text("from").map(|text| text.value);
    let constant = inside.value("value").map(json);
    let default = inside.value("default").map(json);
    let mode = inside.word("mode", &MODES, &[], MappingMode::Always);
    if from.is_some() == constant.is_some() {
        inside.fault(&value.span(), "a mapping has either `from` or `value`");
    }
    inside.finish();
    let from = from.unwrap_or_default();
    Some(Mapping { mode, default: constant.or(default), ..plain(from) })
}

fn match_rule(section: &Section<'_>) -> MatchRule {
    let mut rule = MatchRule::default();
    for (attribute, value) in section.entries() {
        match value.get_ref().as_str() {
            Some(from) => rule.0.push((attribute.value, from.to_owned())),
            None => section.fault(
                &value.span(),
                format!(
                    "`{}` must be an expression: `{{ userName = \"user.userName\" }}`",
                    attribute.value
                ),
            ),
        }
    }
    rule
}

/// A TOML value as JSON; a date is its text.
fn json(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => decimal(number).map_or(Value::Null, Value::from),
        DeValue::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Value::from),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(json).collect()),
        DeValue::Table(table) => {
            let parts = table.iter().map(|(key, value)| (key.get_ref().to_string(), json(value)));
            Value::Object(parts.collect::<Map<_, _>>())
        }
    }
}

/// Compiles the rules of a target as they would be stored, and names every fault in its place.
pub(super) fn check(
    target: &Target,
    tenant: &str,
    schemas: Schemas,
    (users, groups): (&DeclaredRules, &DeclaredRules),
    faults: &Faults<'_>,
) {
    let Err(found) = TargetRules::compile(target, tenant, &schemas.into()) else {
        return;
    };
    for fault in found {
        let declared = match fault.kind {
            Kind::User => users,
            Kind::Group => groups,
        };
        let at = match fault.place {
            RulePlace::Mapping(n) => declared.mappings.get(n),
            RulePlace::Match(n) => declared.matching.get(n),
        };
        faults.add(&at.cloned().unwrap_or_default(), fault.message);
    }
}

/// True if what the target's accounts should be may be another than before: then every pair is
/// decided anew.
pub(super) fn differ(stored: &Target, wanted: &Target) -> bool {
    stored.on_deactivate != wanted.on_deactivate
        || stored.on_delete != wanted.on_delete
        || stored.on_leave != wanted.on_leave
        || stored.delete_after != wanted.delete_after
        || stored.schemas != wanted.schemas
        || stored.users != wanted.users
        || stored.groups != wanted.groups
}

/// What to say where something else is made of nested groups than before.
pub(super) fn renested(stored: &Target, wanted: &Target) -> Option<String> {
    (stored.nesting != wanted.nesting).then(|| {
        format!(
            "the target `{}` makes something else of nested groups: its groups that hold groups are compared anew. Who comes into them or goes by that is in no plan; who goes is counted by the guard",
            wanted.name
        )
    })
}

/// The rules as keys and values of a target's entry.
pub(super) fn fields(target: &Target) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    if let Some(on_leave) = target.on_leave {
        let word = ON_DELETE.iter().find(|(_, value)| *value == on_leave);
        fields.extend(word.map(|(word, _)| ("on_leave", quoted(word))));
    }
    fields.extend(target.delete_after.map(|after| ("delete_after", span(after))));
    fields.extend(guard::field(&target.guard).map(|guard| ("guard", guard)));
    fields.extend(target.reconcile_every.map(|every| ("reconcile_every", span(every))));
    for (key, rules) in [("users", &target.users), ("groups", &target.groups)] {
        fields.extend((!rules.is_builtin()).then(|| (key, of_rules(rules))));
    }
    fields
}

fn of_rules(rules: &TypeRules) -> String {
    let mut parts = Vec::new();
    parts.extend(rules.off.then(|| "off = true".to_owned()));
    parts.extend(rules.scope.as_ref().map(|f| format!("scope = {}", quoted(&f.to_string()))));
    let groups = || list(rules.in_groups.iter().map(|group| quoted(group)));
    parts.extend((!rules.in_groups.is_empty()).then(|| format!("in_groups = {}", groups())));
    parts.extend(rules.only_mapped.then(|| "only_mapped = true".to_owned()));
    let mappings = rules.mappings.iter().map(of_mapping).collect::<Vec<_>>().join(", ");
    parts.extend((!rules.mappings.is_empty()).then(|| format!("attributes = {{ {mappings} }}")));
    let matching = || list(rules.matching.iter().map(of_match));
    parts.extend((!rules.matching.is_empty()).then(|| format!("match = {}", matching())));
    let drift = DRIFT.iter().find(|(_, drift)| *drift == rules.drift);
    let told = drift.filter(|_| rules.drift != Drift::Enforce);
    parts.extend(told.map(|(word, _)| format!("drift = {}", quoted(word))));
    for (key, paths) in [("report", &rules.report), ("accept", &rules.accept)] {
        let paths = (!paths.is_empty()).then(|| list(paths.iter().map(|path| quoted(path))));
        parts.extend(paths.map(|paths| format!("{key} = {paths}")));
    }
    format!("{{ {} }}", parts.join(", "))
}

fn of_mapping(mapping: &Mapping) -> String {
    let key = quoted(&mapping.attribute);
    let mode = MODES.iter().find(|(_, mode)| *mode == mapping.mode).map_or("always", |(w, _)| w);
    let default = mapping.default.as_ref().map(toml_of);
    match (mapping.from.as_str(), mapping.mode, default) {
        ("", _, None) => format!("{key} = false"),
        ("", MappingMode::Always, Some(value)) => format!("{key} = {{ value = {value} }}"),
        ("", _, Some(value)) => format!("{key} = {{ value = {value}, mode = {} }}", quoted(mode)),
        (from, MappingMode::Always, None) => format!("{key} = {}", quoted(from)),
        (from, _, default) => {
            let default = default.map(|value| format!(", default = {value}")).unwrap_or_default();
            format!("{key} = {{ from = {}, mode = {}{default} }}", quoted(from), quoted(mode))
        }
    }
}

fn of_match(rule: &MatchRule) -> String {
    let pairs = rule.0.iter().map(|(to, from)| format!("{} = {}", quoted(to), quoted(from)));
    format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
}

/// JSON as TOML, which has no `null`: what holds one cannot have been written as TOML.
fn toml_of(value: &Value) -> String {
    toml::Value::try_from(value).map_or_else(|_| "false".to_owned(), |value| value.to_string())
}
