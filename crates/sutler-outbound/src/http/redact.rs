//! What a target said, made fit for a log: one line, short, without personal data or secrets.

use serde_json::Value;

const LONGEST: usize = 200;
const MASK: &str = "***";

/// One line of at most 200 characters; addresses, tokens and every value that was sent masked.
pub(crate) fn redact(text: &str, sent: Option<&Value>) -> String {
    let mut values = Vec::new();
    if let Some(sent) = sent {
        leaves(sent, &mut values);
    }
    // The longest first, so that a part of a value does not spoil the whole.
    values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
    let mut line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    for value in values {
        line = line.replace(value, MASK);
    }
    let words: Vec<&str> =
        line.split_whitespace().map(|word| if is_secretive(word) { MASK } else { word }).collect();
    shorten(&words.join(" "))
}

fn leaves<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if text.chars().count() >= 3 && !text.starts_with("urn:") => {
            found.push(text);
        }
        Value::Array(elements) => elements.iter().for_each(|v| leaves(v, found)),
        Value::Object(map) => map.values().for_each(|v| leaves(v, found)),
        _ => {}
    }
}

/// True for what looks like an e-mail address, or like a token: long and mixed.
fn is_secretive(word: &str) -> bool {
    if word.contains('@') {
        return true;
    }
    word.split(|c: char| !c.is_ascii_alphanumeric() && !"-_.~+/=".contains(c)).any(|run| {
        run.len() >= 20
            && run.chars().any(|c| c.is_ascii_digit())
            && run.chars().any(|c| c.is_ascii_alphabetic())
    })
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_tokens_and_sent_values_are_masked() {
        let sent =
            json!({"userName": "bjensen", "name": {"givenName": "Bo"}, "title": "Tour Guide"});
        let check = |text: &str, expected: &str| assert_eq!(redact(text, Some(&sent)), expected);
        check("userName bjensen is taken", "userName *** is taken");
        check("no Tour Guide here", "no *** here");
        check("ann@x.test is taken\nline two", "*** is taken line two");
        check("token eyJhbGciOiJIUzI1NiJ9.abc123 expired", "token *** expired");
        check("attribute `title` is required", "attribute `title` is required");
    }

    #[test]
    fn long_text_is_cut_at_200_characters() {
        let cut = redact(&"é ".repeat(300), None);
        assert_eq!(cut.chars().count(), 200);
        assert!(cut.ends_with('…'));
    }
}
