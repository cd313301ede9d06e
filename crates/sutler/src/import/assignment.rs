//! One cell as the attribute value that it stands for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sutler_model::path::AttributePath;

/// What a cell sets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Assignment {
    /// The URN of an extension; `None` for a core attribute.
    pub(crate) schema: Option<String>,
    /// In canonical spelling.
    pub(crate) attribute: String,
    /// In canonical spelling.
    pub(crate) sub: Option<String>,
    /// For a list: which element, by its `type`; the primary one, else the first, if none.
    pub(crate) of_type: Option<String>,
    /// True for a list.
    pub(crate) many: bool,
    /// The value.
    pub(crate) value: Value,
}

impl Assignment {
    /// Sets the value in a body, beside what is there.
    pub(crate) fn set(&self, body: &mut Map<String, Value>) {
        match &self.schema {
            None => self.set_in(body),
            Some(urn) => {
                if let Some(extension) =
                    object(body.entry(urn.clone()).or_insert_with(|| json!({})))
                {
                    self.set_in(extension);
                }
            }
        }
    }

    fn set_in(&self, body: &mut Map<String, Value>) {
        let Some(sub) = &self.sub else {
            body.insert(self.attribute.clone(), self.value.clone());
            return;
        };
        let whole = body
            .entry(self.attribute.clone())
            .or_insert_with(|| if self.many { json!([]) } else { json!({}) });
        let part = if self.many { self.element(whole) } else { object(whole) };
        if let Some(part) = part {
            part.insert(sub.clone(), self.value.clone());
        }
    }

    /// The element of a list that is meant, made if there is none.
    fn element<'a>(&self, list: &'a mut Value) -> Option<&'a mut Map<String, Value>> {
        let list = list.as_array_mut()?;
        let found = match &self.of_type {
            Some(wanted) => list.iter().position(|element| {
                let given = element.get("type").and_then(Value::as_str);
                given.is_some_and(|given| given.eq_ignore_ascii_case(wanted))
            }),
            None => list
                .iter()
                .position(|element| element.get("primary") == Some(&Value::Bool(true)))
                .or_else(|| (!list.is_empty()).then_some(0)),
        };
        let at = found.unwrap_or_else(|| {
            list.push(match &self.of_type {
                Some(wanted) => json!({ "type": wanted }),
                None => json!({}),
            });
            list.len() - 1
        });
        list.get_mut(at).and_then(object)
    }

    /// The whole attribute that the value lies in.
    pub(crate) fn path(&self) -> AttributePath {
        AttributePath { schema: self.schema.clone(), attribute: self.attribute.clone(), sub: None }
    }

    /// The whole attribute as it stands in a body.
    pub(crate) fn whole(&self, body: &Map<String, Value>) -> Option<Value> {
        let home = match &self.schema {
            None => body,
            Some(urn) => body.get(urn)?.as_object()?,
        };
        home.get(&self.attribute).cloned()
    }
}

fn object(value: &mut Value) -> Option<&mut Map<String, Value>> {
    value.as_object_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assignment(
        attribute: &str,
        sub: Option<&str>,
        of_type: Option<&str>,
        many: bool,
    ) -> Assignment {
        Assignment {
            schema: None,
            attribute: attribute.to_owned(),
            sub: sub.map(str::to_owned),
            of_type: of_type.map(str::to_owned),
            many,
            value: json!("new"),
        }
    }

    #[test]
    fn a_cell_changes_its_own_part_only() {
        let check = |assignment: Assignment, before: Value, expected: Value| {
            let mut body = before.as_object().unwrap().clone();
            assignment.set(&mut body);
            assert_eq!(Value::Object(body), expected);
        };
        check(
            assignment("title", None, None, false),
            json!({"a": 1}),
            json!({"a": 1, "title": "new"}),
        );
        check(
            assignment("name", Some("givenName"), None, false),
            json!({"name": {"familyName": "Old"}}),
            json!({"name": {"familyName": "Old", "givenName": "new"}}),
        );
        check(
            assignment("emails", Some("value"), Some("work"), true),
            json!({"emails": [{"type": "home", "value": "h"}, {"type": "Work", "value": "w"}]}),
            json!({"emails": [{"type": "home", "value": "h"}, {"type": "Work", "value": "new"}]}),
        );
        check(
            assignment("emails", Some("value"), Some("work"), true),
            json!({"emails": [{"type": "home", "value": "h"}]}),
            json!({"emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "new"}]}),
        );
        check(
            assignment("emails", Some("value"), None, true),
            json!({"emails": [{"value": "a"}, {"value": "b", "primary": true}]}),
            json!({"emails": [{"value": "a"}, {"value": "new", "primary": true}]}),
        );
        check(
            assignment("emails", Some("value"), None, true),
            json!({}),
            json!({"emails": [{"value": "new"}]}),
        );
    }
}
