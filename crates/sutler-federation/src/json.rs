//! JSON objects of a token, with limits: a depth of 8, and no key twice in one object.
//!
//! Two readers of one token must not understand different things (RFC 7515 §4, RFC 7519 §4).

use serde_json::{Map, Value};
use sutler_model::json;

/// How deep objects and lists may lie in each other.
const MAXIMUM_DEPTH: usize = 8;

/// Reads a text that must be an object.
pub(crate) fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match json::read(text, MAXIMUM_DEPTH) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_objects_are_read() {
        let check = |text: &str, read: bool| {
            assert_eq!(object(text.as_bytes()).is_some(), read, "{text}");
        };
        check(r#"{"a": 1, "b": [true, null, 1.5, -1, "x"], "c": {"a": 1}}"#, true);
        check(r#"{"a": 1, "a": 1}"#, false);
        check(r#"{"a": 1, "\u0061": 2}"#, false);
        check(r#"{"c": {"a": 1, "a": 1}}"#, false);
        check(r#"{"a": 1} {"a": 2}"#, false);
        check(r#"["a"]"#, false);
        check("", false);
        check(&format!("{{\"a\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000)), false);
    }
}
