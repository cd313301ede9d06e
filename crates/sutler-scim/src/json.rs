//! JSON text from a client, with limits: a depth of 32, and no key twice in one object.
//!
//! `serde_json` alone keeps the last of two equal keys in silence, so that two readers of one
//! body could understand different things.

use serde_json::{Map, Value};
use sutler_model::dialect::Tolerance;
use sutler_model::{Invalid, Leniency, json};

/// How deep objects and lists may lie in each other.
pub const MAXIMUM_DEPTH: usize = 32;

/// Reads a JSON text.
pub fn parse(text: &[u8]) -> Result<Value, Invalid> {
    let broken =
        |error: serde_json::Error| Invalid::syntax(format!("the body is not proper JSON: {error}"));
    json::read(text, MAXIMUM_DEPTH).map_err(broken)
}

/// Reads a JSON text that must be an object.
pub fn object(text: &[u8]) -> Result<Map<String, Value>, Invalid> {
    match parse(text)? {
        Value::Object(map) => Ok(map),
        _ => Err(Invalid::syntax("the body must be a JSON object")),
    }
}

/// The member of that name in any spelling; twice in different spellings is refused (T-C5).
pub(crate) fn field<'a>(
    map: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<&'a Value>, Invalid> {
    let mut found = map.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v);
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Invalid::syntax(format!("`{name}` is given twice"))),
        (value, None) => Ok(value),
    }
}

/// Refuses members that nobody would read.
pub(crate) fn only(map: &Map<String, Value>, names: &[&str]) -> Result<(), Invalid> {
    let unknown = map.keys().find(|key| !names.iter().any(|n| n.eq_ignore_ascii_case(key)));
    match unknown {
        None => Ok(()),
        Some(key) => {
            let shown: String = key.chars().filter(|c| !c.is_control()).take(60).collect();
            Err(Invalid::syntax(format!("`{shown}` is not understood here")))
        }
    }
}

/// A message body names its own schema (RFC 7644 §3.1), by its URN or by what early drafts had
/// for it; in some dialects it may leave that out.
pub(crate) fn require_schema(
    map: &Map<String, Value>,
    urn: &str,
    tolerance: &mut Tolerance,
) -> Result<(), Invalid> {
    let listed = match field(map, "schemas")? {
        None | Some(Value::Null) => &[],
        Some(Value::Array(listed)) => listed.as_slice(),
        Some(_) => return Err(Invalid::syntax(format!("`schemas` must be a list with `{urn}`"))),
    };
    let old = urn.replacen("urn:ietf:params:scim:", "urn:scim:", 1);
    let lists = |urn: &str| {
        listed.iter().any(|value| value.as_str().is_some_and(|v| v.eq_ignore_ascii_case(urn)))
    };
    if lists(urn)
        || lists(&old) && tolerance.takes(Leniency::OldCoreUrns)
        || listed.is_empty() && tolerance.takes(Leniency::MissingSchemas)
    {
        return Ok(());
    }
    Err(Invalid::syntax(format!("`schemas` must list `{urn}`")))
}

#[cfg(test)]
mod tests {
    use sutler_model::InvalidKind;

    use super::*;

    fn check(text: &str, ok: bool) {
        let result = parse(text.as_bytes());
        match &result {
            Ok(_) => assert!(ok, "{text}"),
            Err(refused) => {
                assert!(!ok, "{text}: {refused}");
                assert_eq!(refused.kind, InvalidKind::Syntax);
            }
        }
    }

    #[test]
    fn a_key_twice_is_refused_at_any_depth_t_c5() {
        check(r#"{"a": 1, "b": 1}"#, true);
        check(r#"{"a": 1, "a": 1}"#, false);
        check(r#"{"x": [{"a": 1, "\u0061": 2}]}"#, false);
    }

    #[test]
    fn broken_json_is_invalid_syntax_t_c2() {
        for text in ["", "{", r#"{"a":}"#, "{} {}", "\u{feff}{}", "[1,]", "nul", "'a'"] {
            check(text, false);
        }
        assert!(parse(b"\"\xff\"").is_err());
        assert!(object(b"[]").is_err());
    }

    #[test]
    fn depth_ends_at_32_and_a_bomb_is_refused_t_f14() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        check(&nested(32), true);
        check(&nested(33), false);
        check(&"[".repeat(1_000_000), false);
        check(&r#"{"a":"#.repeat(100_000), false);
    }
}
