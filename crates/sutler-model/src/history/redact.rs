//! Takes secrets out of what is kept: by the name of the attribute, never by guessing values.

use serde_json::Value;

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Parts of names under which secrets go, folded.
const SECRET: [&str; 7] =
    ["password", "passwd", "passphrase", "secret", "token", "credential", "privatekey"];

/// True if the value of this attribute is a secret: by the last part of its path.
pub fn is_secret(path: &str) -> bool {
    let name = path.rsplit(['.', ':']).next().unwrap_or(path);
    let folded: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    SECRET.iter().any(|part| folded.contains(part))
}

/// Masks every secret in a body, and collects the texts that were masked. An operation of a
/// PATCH names its attribute beside the value (RFC 7644 §3.5.2).
pub fn without_secrets(value: &mut Value, found: &mut Vec<String>) {
    match value {
        Value::Array(elements) => {
            for element in elements {
                without_secrets(element, found);
            }
        }
        Value::Object(map) => {
            let names_a_secret = map.iter().any(|(key, value)| {
                key.eq_ignore_ascii_case("path") && value.as_str().is_some_and(is_secret)
            });
            for (key, value) in map {
                if is_secret(key) || (names_a_secret && key.eq_ignore_ascii_case("value")) {
                    texts(value, found);
                    *value = Value::String(MASK.to_owned());
                } else {
                    without_secrets(value, found);
                }
            }
        }
        _ => {}
    }
}

/// All texts in a value.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, found)),
        Value::Object(map) => map.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_tell_what_is_secret() {
        for secret in ["password", "urn:x:User:apiToken", "login.PassWord", "client_secret"] {
            assert!(is_secret(secret), "{secret}");
        }
        for open in ["title", "userName", "name.givenName", "passport", "externalId"] {
            assert!(!is_secret(open), "{open}");
        }
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_and_are_told() {
        let mut body = json!({
            "userName": "ann", "password": "s3cret",
            "nested": [{"apiToken": ["t1", "t2"]}],
            "Operations": [
                {"op": "replace", "path": "password", "value": "n3w"},
                {"op": "replace", "path": "title", "value": "Guide"},
                {"op": "replace", "value": {"password": "d33p"}},
            ],
        });
        let mut found = Vec::new();
        without_secrets(&mut body, &mut found);
        found.sort();
        assert_eq!(found, ["d33p", "n3w", "s3cret", "t1", "t2"]);
        let text = body.to_string();
        assert!(found.iter().all(|secret| !text.contains(secret.as_str())), "{text}");
        assert!(text.contains("Guide") && text.contains("ann"), "{text}");
    }
}
