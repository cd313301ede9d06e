//! Text that came from outside, before it is written down.

use serde_json::{Map, Value};

/// The longest name of an actor or an act, in characters.
pub(super) const NAME: usize = 200;
/// The longest object.
pub(super) const OBJECT: usize = 500;
/// The longest text inside the details.
const INSIDE: usize = 1_000;
/// The longest details, in bytes.
const DETAILS: usize = 16 * 1024;

/// Without characters that act on a terminal or turn the reading direction, and not too long.
pub(super) fn plain(text: &str, most: usize) -> String {
    let mut plain: String =
        text.chars().take(most).map(|c| if is_plain(c) { c } else { '\u{fffd}' }).collect();
    if text.chars().nth(most).is_some() {
        plain.push('…');
    }
    plain
}

fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The details as they are stored; what is too long is left out and said to be.
pub(super) fn details(given: &Map<String, Value>) -> String {
    let plain = Value::Object(given.clone().into_iter().map(|(k, v)| (k, value(v))).collect());
    let written = plain.to_string();
    if written.len() <= DETAILS {
        return written;
    }
    let mut rest = Map::new();
    let mut room = DETAILS;
    for (key, value) in given {
        let long = value.to_string().len() + key.len();
        if long < room / 2 {
            room -= long;
            rest.insert(key.clone(), self::value(value.clone()));
        }
    }
    rest.insert("left_out".to_owned(), Value::Bool(true));
    Value::Object(rest).to_string()
}

fn value(given: Value) -> Value {
    match given {
        Value::String(text) => Value::String(plain(&text, INSIDE)),
        Value::Array(list) => Value::Array(list.into_iter().map(value).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, value(v))).collect()),
        other => other,
    }
}

/// Two digits a byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lo_2_what_acts_on_a_terminal_is_replaced() {
        assert_eq!(
            plain("a\r\nb\u{1b}[2J\u{9b}x\u{202e}", 99),
            "a\u{fffd}\u{fffd}b\u{fffd}[2J\u{fffd}x\u{fffd}"
        );
        assert_eq!(plain("abcdef", 3), "abc…");
        let written = details(json!({"k": ["\u{1b}"], "o": {"p": "\u{85}"}}).as_object().unwrap());
        assert_eq!(written, "{\"k\":[\"\u{fffd}\"],\"o\":{\"p\":\"\u{fffd}\"}}");
    }

    #[test]
    fn details_that_are_too_long_say_what_has_room() {
        let long: Vec<String> = (0..5_000).map(|n| format!("target {n}")).collect();
        let written = details(json!({"added": long, "file": "estate.toml"}).as_object().unwrap());
        assert_eq!(written, r#"{"file":"estate.toml","left_out":true}"#);
    }
}
