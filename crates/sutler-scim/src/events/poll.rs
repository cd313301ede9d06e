//! How a receiver fetches events (RFC 8936 §2).

use serde_json::{Map, Value, json};
use sutler_model::Invalid;
use sutler_model::event::EventEnd;

use crate::json::field;

/// How many events one answer holds at most, whatever is asked for.
pub const MOST_EVENTS: usize = 100;
/// How many events one request may end.
const MOST_ENDS: usize = 10_000;
/// How much is kept of what a receiver says is wrong.
const LONGEST_REASON: usize = 200;

/// What a receiver asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    /// How many events it wants.
    pub most: usize,
    /// True if it does not wait for some to come.
    pub immediately: bool,
    /// Which ones it has, or cannot take.
    pub ends: Vec<EventEnd>,
}

/// Reads a request. What it does not name is passed over, as RFC 8936 §2.2 has it.
pub fn parse(body: &Map<String, Value>) -> Result<Poll, Invalid> {
    let mut ends = acknowledged(body)?;
    ends.extend(refused(body)?);
    if ends.len() > MOST_ENDS {
        return Err(Invalid::value(format!("one request can end at most {MOST_ENDS} events")));
    }
    Ok(Poll { most: most(body)?, immediately: immediately(body)?, ends })
}

fn most(body: &Map<String, Value>) -> Result<usize, Invalid> {
    match field(body, "maxEvents")? {
        None | Some(Value::Null) => Ok(MOST_EVENTS),
        Some(value) => {
            let number = value.as_u64().ok_or_else(|| {
                Invalid::value("`maxEvents` must be a whole number of at least 0")
            })?;
            Ok(usize::try_from(number).unwrap_or(MOST_EVENTS).min(MOST_EVENTS))
        }
    }
}

fn immediately(body: &Map<String, Value>) -> Result<bool, Invalid> {
    match field(body, "returnImmediately")? {
        None | Some(Value::Null) => Ok(false),
        Some(value) => {
            value.as_bool().ok_or_else(|| Invalid::value("`returnImmediately` must be a boolean"))
        }
    }
}

fn acknowledged(body: &Map<String, Value>) -> Result<Vec<EventEnd>, Invalid> {
    let wrong = || Invalid::value("`ack` must be a list of `jti`");
    let listed = match field(body, "ack")? {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(listed)) => listed,
        Some(_) => return Err(wrong()),
    };
    let end = |jti: &Value| Some(EventEnd { jti: jti.as_str()?.to_owned(), refused: None });
    listed.iter().map(|jti| end(jti).ok_or_else(wrong)).collect()
}

/// RFC 8936 §2.6: what cannot be taken is named with the reason.
fn refused(body: &Map<String, Value>) -> Result<Vec<EventEnd>, Invalid> {
    let wrong = || Invalid::value("`setErrs` must be an object of `jti` with `err`");
    let listed = match field(body, "setErrs")? {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(listed)) => listed,
        Some(_) => return Err(wrong()),
    };
    let end = |(jti, error): (&String, &Value)| {
        let error = error.as_object().ok_or_else(wrong)?;
        Ok(EventEnd { jti: jti.clone(), refused: Some(reason(error)) })
    };
    listed.iter().map(end).collect()
}

/// One line, short: what somebody else wrote goes into a log.
pub(crate) fn reason(error: &Map<String, Value>) -> String {
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let whole = format!("{}: {}", text("err"), text("description"));
    whole.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect()
}

/// An answer: tokens by their `jti`.
pub fn answer(tokens: Vec<(String, String)>, more: bool) -> Value {
    let sets: Map<String, Value> =
        tokens.into_iter().map(|(jti, token)| (jti, Value::from(token))).collect();
    json!({"sets": sets, "moreAvailable": more})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many, at once or not, and each end with whether it is a refusal.
    type Expected<'a> = (usize, bool, &'a [(&'a str, bool)]);

    fn check(body: &Value, expected: Option<Expected<'_>>) {
        let parsed = parse(body.as_object().unwrap());
        let Some((most, immediately, ends)) = expected else {
            assert!(parsed.is_err(), "{body}");
            return;
        };
        let parsed = parsed.unwrap();
        assert_eq!((parsed.most, parsed.immediately), (most, immediately), "{body}");
        let found: Vec<(&str, bool)> =
            parsed.ends.iter().map(|end| (end.jti.as_str(), end.refused.is_some())).collect();
        assert_eq!(found, ends, "{body}");
    }

    #[test]
    fn a_receiver_says_what_it_wants_and_has_t_v6() {
        check(&json!({}), Some((100, false, &[])));
        check(&json!({"maxEvents": 0, "returnImmediately": true}), Some((0, true, &[])));
        check(&json!({"maxEvents": 5_000}), Some((100, false, &[])));
        check(&json!({"ack": ["a", "b"]}), Some((100, false, &[("a", false), ("b", false)])));
        let errors = json!({"a": {"err": "jwtHdr", "description": "no"}});
        check(
            &json!({"ack": ["b"], "setErrs": errors}),
            Some((100, false, &[("b", false), ("a", true)])),
        );
        for wrong in [
            json!({"maxEvents": -1}),
            json!({"maxEvents": "5"}),
            json!({"returnImmediately": 1}),
            json!({"ack": "a"}),
            json!({"ack": [1]}),
            json!({"setErrs": ["a"]}),
            json!({"setErrs": {"a": "b"}}),
        ] {
            check(&wrong, None);
        }
    }

    #[test]
    fn an_answer_has_tokens_by_name_and_says_if_there_are_more_t_v6() {
        let tokens = vec![("a".to_owned(), "x.y.z".to_owned())];
        assert_eq!(answer(tokens, true), json!({"sets": {"a": "x.y.z"}, "moreAvailable": true}));
        assert_eq!(answer(Vec::new(), false), json!({"sets": {}, "moreAvailable": false}));
    }

    #[test]
    fn a_reason_is_one_short_line_t_v6() {
        let error = json!({"err": "jwtAud", "description": format!("a\nb{}", "x".repeat(999))});
        let reason = reason(error.as_object().unwrap());
        assert!(reason.starts_with("jwtAud: abx") && reason.chars().count() == LONGEST_REASON);
    }
}
