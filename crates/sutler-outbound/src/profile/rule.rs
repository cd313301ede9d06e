//! What a target will not have: checked before a call, so that the refusal names the rule.

use serde::Deserialize;
use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::path::AttributePath;

use super::Profile;
use super::value::{Count, Line};
use crate::scim2::values;

/// What holds for the values at one path; `*` is every text that is sent.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) path: String,
    /// It must be there.
    #[serde(default)]
    pub(super) required: bool,
    /// It must not be there.
    #[serde(default)]
    pub(super) refused: bool,
    /// Values, at most.
    #[serde(default)]
    pub(super) most: Option<Count<10_000>>,
    /// Characters, at most.
    #[serde(default)]
    pub(super) longest: Option<Count<10_000>>,
    /// Characters that no value may hold.
    #[serde(default)]
    pub(super) forbids: Option<String>,
    /// Why, for people.
    #[serde(default)]
    pub(super) because: Option<Line>,
}

impl Profile {
    /// Why a whole account would be refused, if it would.
    pub(crate) fn refuses(&self, kind: Kind, body: &Map<String, Value>) -> Option<String> {
        let rules = self.rules(kind).iter();
        let mut broken = rules.filter_map(|rule| {
            rule.lacks(body)
                .then(|| "must be there".to_owned())
                .or_else(|| rule.breaks(body))
                .map(|what| self.words(rule, &what))
        });
        broken.next()
    }

    /// Why a change would be refused, if it would: `set` is what is set, as an account.
    pub(crate) fn refuses_change(
        &self,
        kind: Kind,
        set: &Map<String, Value>,
        cleared: &[String],
    ) -> Option<String> {
        let mut broken = self.rules(kind).iter().filter_map(|rule| {
            let clears = rule.required && cleared.iter().any(|path| covers(path, &rule.path));
            let what = clears.then(|| "must be there, and cannot be cleared".to_owned());
            what.or_else(|| rule.breaks(set)).map(|what| self.words(rule, &what))
        });
        broken.next()
    }

    fn words(&self, rule: &Rule, what: &str) -> String {
        let because = rule.because.as_ref();
        let because = because.map(|line| format!(" ({})", line.text())).unwrap_or_default();
        let path = if rule.path == "*" { "every text" } else { rule.path.as_str() };
        format!("the profile `{}` says that `{path}` {what}{because}", self.name())
    }
}

impl Rule {
    fn lacks(&self, body: &Map<String, Value>) -> bool {
        self.required && self.found(body).iter().all(|value| is_nothing(value))
    }

    fn breaks(&self, body: &Map<String, Value>) -> Option<String> {
        let found = self.found(body);
        if self.refused && found.iter().any(|value| !is_nothing(value)) {
            return Some("must not be sent".to_owned());
        }
        if let Some(most) = self.most.filter(|most| found.len() > most.number()) {
            return Some(format!("has at most {} values", most.number()));
        }
        let mut texts = Vec::new();
        for value in &found {
            leaves(value, &mut texts);
        }
        if let Some(longest) = self.longest
            && texts.iter().any(|text| text.chars().count() > longest.number())
        {
            return Some(format!("has at most {} characters", longest.number()));
        }
        let forbids = self.forbids.as_deref().unwrap_or_default();
        let forbidden = texts.iter().find_map(|text| text.chars().find(|c| forbids.contains(*c)));
        forbidden.map(|c| format!("must not hold {c:?}"))
    }

    /// The values at the path; of an attribute with many, each.
    fn found<'a>(&self, body: &'a Map<String, Value>) -> Vec<&'a Value> {
        if self.path == "*" {
            return body.iter().filter(|(key, _)| *key != "schemas").map(|(_, v)| v).collect();
        }
        self.path.parse::<AttributePath>().map_or_else(|_| Vec::new(), |path| values(body, &path))
    }
}

/// True if clearing one path clears the other.
fn covers(cleared: &str, path: &str) -> bool {
    let rest = path.get(..cleared.len()).filter(|start| start.eq_ignore_ascii_case(cleared));
    rest.is_some()
        && path.get(cleared.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn leaves<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(elements) => elements.iter().for_each(|one| leaves(one, found)),
        Value::Object(map) => map.values().for_each(|one| leaves(one, found)),
        _ => {}
    }
}
