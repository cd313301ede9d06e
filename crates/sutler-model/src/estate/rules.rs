//! What a person says about a target's accounts of one type: who has one, what it holds, and
//! by what an account that is there already is recognised. As data; the engine compiles it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::filter::Filter;

/// The rules of one target for one type of resource. The empty rules are the built-in ones:
/// everybody who is routed there, every attribute as it is, nobody looked for before a create.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypeRules {
    /// Nothing of this type is provisioned.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub off: bool,
    /// Who is in scope: a filter over the resource (RFC 7644 §3.4.2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<Filter>,
    /// Who is in scope: the direct members of one of these groups, by `displayName` in any
    /// spelling, or by id. Empty is everybody. Holds together with `scope`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub in_groups: Vec<String>,
    /// Only what is mapped is sent; otherwise every other attribute goes as it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_mapped: bool,
    /// What the target's attributes are made from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mappings: Vec<Mapping>,
    /// How an account that is there already is recognised before one is made: the first rule
    /// that finds any decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matching: Vec<MatchRule>,
    /// What becomes of values that were changed at the target.
    #[serde(skip_serializing_if = "Drift::is_enforced")]
    pub drift: Drift,
    /// Attributes whose drift is told and left.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub report: Vec<String>,
    /// Attributes whose drift is nobody's business.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accept: Vec<String>,
}

impl TypeRules {
    /// True if nothing differs from the built-in rules.
    pub fn is_builtin(&self) -> bool {
        *self == Self::default()
    }

    /// What becomes of a value of this attribute that was changed at the target.
    pub fn drift_of(&self, path: &str) -> Drift {
        let of = |list: &[String]| {
            list.iter().any(|attribute| {
                let rest = path.strip_prefix(attribute.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        match (of(&self.accept), of(&self.report)) {
            (true, _) => Drift::Accept,
            (_, true) => Drift::Report,
            _ => self.drift,
        }
    }
}

/// One attribute of the target, and what it is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The target's attribute: `title`, `name.givenName`, `urn:…:User:department`.
    pub attribute: String,
    /// The expression; empty if the attribute is never sent.
    pub from: String,
    /// When it counts.
    #[serde(default)]
    pub mode: MappingMode,
    /// The value where the expression gives none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
}

/// When a mapping counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingMode {
    /// The target's value follows the expression.
    #[default]
    Always,
    /// It is given when the account is made, and is the target's own from then on.
    OnCreate,
    /// It is computed once, and kept: a generated name.
    Once,
}

/// Attributes of the target that must all equal what their expressions give.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchRule(pub Vec<(String, String)>);

/// What becomes of a value that was changed at the target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// It is put right.
    #[default]
    Enforce,
    /// It is told, and left until the value changes here.
    Report,
    /// It is left until the value changes here.
    Accept,
}

impl Drift {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
    fn is_enforced(&self) -> bool {
        *self == Self::Enforce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drift_is_said_for_an_attribute_with_its_parts() {
        let rules = TypeRules {
            report: vec!["name".to_owned()],
            accept: vec!["title".to_owned()],
            ..TypeRules::default()
        };
        let check = |path: &str, expected| assert_eq!(rules.drift_of(path), expected, "{path}");
        check("name.givenName", Drift::Report);
        check("title", Drift::Accept);
        check("titles", Drift::Enforce);
        check("userName", Drift::Enforce);
    }
}
