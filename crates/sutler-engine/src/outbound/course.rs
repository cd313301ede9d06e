//! The steps of a delivery, noted while it is under way.

use std::sync::Arc;

use serde_json::{Value, json};
use sutler_model::history::{Changed, Notes, Step};
use sutler_model::outcome::{Account, Operation, Outcome};
use sutler_model::port::Connector;

use super::dispatcher::Lines;
use crate::desired::flatten;

/// The most attributes of a step that are told.
const ATTRIBUTES: usize = 100;

/// A call that has begun.
pub(super) struct Call {
    pub(super) connector: Arc<dyn Connector>,
    notes: Arc<Notes>,
    began: i64,
}

impl Lines {
    /// Begins a call: the connector notes what it exchanges, if it can.
    pub(super) fn call(&self) -> Call {
        let notes = Arc::new(Notes::default());
        let connector = self.connector();
        Call {
            connector: connector.noting(Arc::clone(&notes)).unwrap_or(connector),
            notes,
            began: self.context.ports.clock.boottime(),
        }
    }

    /// The step that a call was.
    pub(super) fn step<T>(
        &self,
        call: &Call,
        action: &str,
        outcome: &Outcome<T>,
        changes: Vec<Changed>,
    ) -> Step {
        Step {
            action: action.to_owned(),
            outcome: word(outcome).to_owned(),
            took: self.context.ports.clock.boottime() - call.began,
            changes,
            exchanges: call.notes.take(),
        }
    }
}

fn word<T>(outcome: &Outcome<T>) -> &'static str {
    match outcome {
        Outcome::Done(_) => "done",
        Outcome::Refused(_) => "refused",
        Outcome::Retry { .. } => "retry",
        Outcome::Unknown { .. } => "unknown",
    }
}

/// What an operation is called.
pub(super) fn action(operation: &Operation) -> &'static str {
    match operation {
        Operation::Create { .. } => "create",
        Operation::Update { active: Some(true), .. } => "enable",
        Operation::Update { active: Some(false), .. } => "disable",
        Operation::Update { .. } => "update",
        Operation::Delete { .. } => "delete",
        Operation::Members { .. } => "members",
    }
}

/// The attributes that an operation changes, each with what was seen there before. Of members
/// the numbers are told: who they are stands in the request. Pure.
pub(super) fn changes(operation: &Operation, seen: Option<&Account>) -> Vec<Changed> {
    match operation {
        Operation::Create { body, .. } => flatten(body)
            .into_iter()
            .take(ATTRIBUTES)
            .map(|(path, value)| Changed::new(&path, Some(None), Some(value)))
            .collect(),
        Operation::Update { set, clear, active, .. } => updated(set, clear, *active, seen),
        Operation::Delete { .. } => seen.map(deleted).unwrap_or_default(),
        Operation::Members { remove, add, .. } => {
            let told = json!({ "removed": remove.len(), "added": add.len() });
            vec![Changed::new("members", None, Some(told))]
        }
    }
}

fn updated(
    set: &[(String, Value)],
    clear: &[String],
    active: Option<bool>,
    seen: Option<&Account>,
) -> Vec<Changed> {
    let known = seen.map(|account| flatten(&account.attributes));
    let before = |path: &str| known.as_ref().map(|known| known.get(path).cloned());
    let was_active = seen.and_then(|account| account.active).map(|active| Some(json!(active)));
    let set = set.iter().map(|(path, value)| Changed::new(path, before(path), Some(value.clone())));
    let cleared = clear.iter().map(|path| Changed::new(path, before(path), None));
    let active = active.map(|active| Changed::new("active", was_active, Some(json!(active))));
    set.chain(cleared).take(ATTRIBUTES).chain(active).collect()
}

fn deleted(account: &Account) -> Vec<Changed> {
    flatten(&account.attributes)
        .into_iter()
        .take(ATTRIBUTES)
        .map(|(path, value)| Changed::new(&path, Some(Some(value)), None))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::Kind;

    fn account() -> Account {
        let attributes = json!({"title": "Clerk", "name": {"givenName": "Ann"}});
        Account {
            remote: "r1".to_owned(),
            etag: None,
            correlation: None,
            active: Some(true),
            attributes: attributes.as_object().cloned().unwrap_or_default(),
        }
    }

    fn update(set: &[(&str, &str)], clear: &[&str], active: Option<bool>) -> Operation {
        Operation::Update {
            kind: Kind::User,
            remote: "r1".to_owned(),
            etag: None,
            set: set.iter().map(|(path, value)| ((*path).to_owned(), json!(value))).collect(),
            clear: clear.iter().map(|path| (*path).to_owned()).collect(),
            active,
        }
    }

    #[test]
    fn an_update_after_a_look_knows_what_was_there() {
        let operation = update(&[("title", "Guide")], &["name.givenName", "nickName"], Some(false));
        let seen = account();
        assert_eq!(
            changes(&operation, Some(&seen)),
            [
                Changed::new("title", Some(Some(json!("Clerk"))), Some(json!("Guide"))),
                Changed::new("name.givenName", Some(Some(json!("Ann"))), None),
                Changed::new("nickName", Some(None), None),
                Changed::new("active", Some(Some(json!(true))), Some(json!(false))),
            ]
        );
    }

    #[test]
    fn without_a_look_the_old_value_is_not_claimed() {
        let told = changes(&update(&[("title", "Guide")], &[], None), None);
        assert_eq!(told, [Changed::new("title", None, Some(json!("Guide")))]);
        assert!(!told[0].seen);
    }

    #[test]
    fn w23_passwords_are_in_no_step() {
        let told = changes(&update(&[("password", "s3cret")], &[], None), None);
        assert!(!serde_json::to_string(&told).unwrap().contains("s3cret"));
    }
}
