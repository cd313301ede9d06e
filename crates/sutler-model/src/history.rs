//! What a delivery did, step by step: attributes before and after, requests and answers.
//!
//! Kept for people who ask what happened, for a time and up to a number. What is secret is never
//! part of it: it is taken out by [`without_secrets`] before a step is made.

mod redact;

pub use redact::{MASK, is_secret, without_secrets};

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::delivery::Delivery;
use crate::{Rid, TargetId, Time, Uid};

/// The most that is kept of one body, in bytes.
pub const BODY: usize = 4 * 1024;
/// The most that is kept of all bodies of a delivery, in bytes.
pub const BODIES: usize = 64 * 1024;
/// The most that is kept of one attribute's value, in bytes of JSON.
pub const VALUE: usize = 256;
/// The most exchanges of one call that are kept: a call needs two or three.
const EXCHANGES: usize = 8;

/// One call to a target, as a part of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was done, in words of the connector contract: `create`, `update`, `look`.
    pub action: String,
    /// `done`, `refused`, `retry`, `unknown`.
    pub outcome: String,
    /// How long it took, in milliseconds.
    pub took: i64,
    /// What it was to change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Changed>,
    /// The requests and answers that it was made of, if the connector tells them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchanges: Vec<Exchange>,
}

/// One attribute, before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The attribute: `title`, `name.givenName`, `active`.
    pub path: String,
    /// True if it was seen what was there before.
    pub seen: bool,
    /// What was there before; `None` if nothing was, or if it was not seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What was to be there afterwards; `None` if it was to be cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl Changed {
    /// A change with its values fit to be kept: secrets masked, long ones cut.
    pub fn new(path: &str, before: Option<Option<Value>>, after: Option<Value>) -> Self {
        let fit = |value: Value| fit(path, value);
        Self {
            path: path.to_owned(),
            seen: before.is_some(),
            before: before.flatten().map(fit),
            after: after.map(fit),
        }
    }
}

fn fit(path: &str, mut value: Value) -> Value {
    if is_secret(path) {
        return Value::String(MASK.to_owned());
    }
    without_secrets(&mut value, &mut Vec::new());
    let text = value.to_string();
    if text.len() <= VALUE { value } else { Value::String(cut(text, VALUE)) }
}

/// One request and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The method.
    pub method: String,
    /// Path and query, without what may be secret.
    pub path: String,
    /// The status of the answer; `None` if there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took: i64,
    /// What was sent, without secrets, cut to [`BODY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// What was answered, or why nothing was; without secrets, cut to [`BODY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// Where a connector notes the exchanges of a call.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Vec<Exchange>>);

impl Notes {
    /// Notes one; more than a call needs are passed over.
    pub fn add(&self, exchange: Exchange) {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.len() < EXCHANGES {
            noted.push(exchange);
        }
    }

    /// What was noted, in order; nothing is left.
    pub fn take(&self) -> Vec<Exchange> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The steps with no more bodies than may be kept: the first ones.
pub fn bounded(mut steps: Vec<Step>) -> Vec<Step> {
    let mut room = BODIES;
    for exchange in steps.iter_mut().flat_map(|step| step.exchanges.iter_mut()) {
        for body in [&mut exchange.request, &mut exchange.answer] {
            let length = body.as_ref().map_or(0, String::len);
            if length > room {
                *body = None;
            } else {
                room -= length;
            }
        }
    }
    steps
}

/// At most `most` bytes of a text, at a boundary, with an ellipsis where something is missing.
pub fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        let mut end = most.saturating_sub('…'.len_utf8());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How long the history is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long a delivery is kept, in milliseconds.
    pub keep: i64,
    /// How long its steps are kept, in milliseconds.
    pub bodies: i64,
    /// How many deliveries are kept at most.
    pub most: u64,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: i64 = 86_400_000;
        Self { keep: 30 * DAY, bodies: 7 * DAY, most: 100_000 }
    }
}

/// Which deliveries a person wants to see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryQuery {
    /// At these targets.
    pub targets: Vec<TargetId>,
    /// Only of this resource.
    pub rid: Option<Rid>,
    /// Only with this outcome.
    pub outcome: Option<String>,
    /// Only those that ended at this time or later.
    pub since: Option<Time>,
    /// Only those before this one, for the next page.
    pub before: Option<i64>,
    /// How many at most.
    pub limit: usize,
}

/// A delivery of the history, with the names of what it was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its number: later ones have higher ones.
    pub id: i64,
    /// The target's name.
    pub target: String,
    /// The resource's public id.
    pub uid: Uid,
    /// `userName` or `displayName`; of one who is gone, the name that the account held.
    pub name: String,
    /// What was done.
    pub delivery: Delivery,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_secret_attribute_is_masked_before_and_after() {
        let changed =
            Changed::new("password", Some(Some(json!("old-one"))), Some(json!("new-one")));
        assert_eq!((changed.before, changed.after), (Some(json!("***")), Some(json!("***"))));
        let plain = Changed::new("title", Some(None), Some(json!("Guide")));
        assert!(plain.seen);
        assert_eq!((plain.before, plain.after), (None, Some(json!("Guide"))));
        assert!(!Changed::new("title", None, None).seen);
    }

    #[test]
    fn long_values_and_texts_are_cut_at_a_boundary() {
        let changed = Changed::new("title", None, Some(json!("é".repeat(400))));
        let Some(Value::String(kept)) = changed.after else { panic!("no text") };
        assert!(kept.len() <= VALUE && kept.ends_with('…'), "{}", kept.len());
        assert_eq!(cut("short".to_owned(), 10), "short");
    }

    #[test]
    fn bodies_beyond_the_limit_of_a_delivery_are_left_out() {
        let exchange = Exchange {
            method: "PATCH".to_owned(),
            path: "/Users/1".to_owned(),
            status: Some(200),
            took: 1,
            request: Some("x".repeat(BODIES - 1)),
            answer: Some("yy".to_owned()),
        };
        let step = Step {
            action: "update".to_owned(),
            outcome: "done".to_owned(),
            took: 1,
            changes: Vec::new(),
            exchanges: vec![exchange],
        };
        let kept = bounded(vec![step]);
        assert!(kept[0].exchanges[0].request.is_some());
        assert_eq!(kept[0].exchanges[0].answer, None);
    }

    #[test]
    fn a_call_notes_a_bounded_number_of_exchanges() {
        let notes = Notes::default();
        for n in 0..100 {
            notes.add(Exchange {
                method: "GET".to_owned(),
                path: format!("/{n}"),
                status: None,
                took: 0,
                request: None,
                answer: None,
            });
        }
        assert_eq!(notes.take().len(), EXCHANGES);
        assert!(notes.take().is_empty());
    }
}
