//! Filters, as far as this target understands them: comparisons joined by `and` and `or`,
//! without parentheses.

use serde_json::{Map, Value};
use sutler_model::fold::fold;

use crate::answer::Fail;
use crate::attribute::Attribute;

/// Comparisons: one of the lines must hold, and all of its clauses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter(pub(crate) Vec<Vec<Clause>>);

/// One comparison.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Clause {
    pub(crate) attribute: Attribute,
    pub(crate) operator: String,
    pub(crate) literal: Value,
}

impl Filter {
    /// Reads a filter.
    pub(crate) fn parse(text: &str) -> Result<Self, Fail> {
        let mut rest = text.trim();
        let mut lines = vec![Vec::new()];
        loop {
            let (clause, after) = Clause::parse(rest)?;
            if let Some(line) = lines.last_mut() {
                line.push(clause);
            }
            if after.is_empty() {
                return Ok(Self(lines));
            }
            let (joint, next) = word(after);
            match joint.to_ascii_lowercase().as_str() {
                "and" => {}
                "or" => lines.push(Vec::new()),
                _ => return Err(invalid()),
            }
            rest = next;
        }
    }

    /// True if the filter holds for the document.
    pub(crate) fn holds(&self, body: &Map<String, Value>) -> bool {
        self.0.iter().any(|line| line.iter().all(|clause| clause.holds(body)))
    }

    /// What the filter demands to be equal, where it is a plain list of demands.
    pub(crate) fn demands(&self) -> Option<&[Clause]> {
        match self.0.as_slice() {
            [line] if line.iter().all(|clause| clause.operator == "eq") => Some(line),
            _ => None,
        }
    }
}

impl Clause {
    fn parse(text: &str) -> Result<(Self, &str), Fail> {
        let (path, rest) = word(text);
        let (operator, rest) = word(rest);
        let operator = operator.to_ascii_lowercase();
        let attribute = Attribute::parse(path).map_err(|_| invalid())?;
        if operator == "pr" {
            let clause = Self { attribute, operator, literal: Value::Null };
            return Ok((clause, rest));
        }
        if !["eq", "ne", "co", "sw", "ew"].contains(&operator.as_str()) {
            return Err(invalid());
        }
        let mut literals = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(literal)) = literals.next() else {
            return Err(invalid());
        };
        if literal.is_array() || literal.is_object() {
            return Err(invalid());
        }
        let rest = rest.get(literals.byte_offset()..).unwrap_or("").trim_start();
        let clause = Self { attribute, operator, literal };
        Ok((clause, rest))
    }

    fn holds(&self, body: &Map<String, Value>) -> bool {
        let values = self.attribute.values(body);
        match self.operator.as_str() {
            "pr" => values.iter().any(|v| !v.is_null()),
            "ne" => !values.iter().any(|v| self.compares(v, "eq")),
            operator => values.iter().any(|v| self.compares(v, operator)),
        }
    }

    fn compares(&self, value: &Value, operator: &str) -> bool {
        let (Value::String(have), Value::String(want)) = (value, &self.literal) else {
            return operator == "eq" && *value == self.literal;
        };
        let exact = ["id", "externalId"].iter().any(|n| self.attribute.is(n));
        let (have, want) =
            if exact { (have.clone(), want.clone()) } else { (fold(have), fold(want)) };
        match operator {
            "co" => have.contains(&want),
            "sw" => have.starts_with(&want),
            "ew" => have.ends_with(&want),
            _ => have == want,
        }
    }
}

fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (word, rest.trim_start())
}

fn invalid() -> Fail {
    Fail::bad("invalidFilter", "the filter cannot be read")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(filter: &str) -> bool {
        let body = json!({
            "userName": "O'Malley \"x\"\\", "externalId": "Ab", "active": true,
            "emails": [{"value": "a@x.test", "type": "work"}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Sales"},
        });
        Filter::parse(filter).unwrap().holds(body.as_object().unwrap())
    }

    #[test]
    fn comparisons_hold_as_the_standard_has_it() {
        assert!(holds(r#"userName eq "o'malley \"X\"\\""#));
        assert!(holds(r#"externalId eq "Ab""#));
        assert!(!holds(r#"externalId eq "ab""#), "externalId is case-exact");
        assert!(holds(r#"emails.type eq "work" and emails co "@X""#));
        assert!(holds(r"active eq true"));
        assert!(!holds(r#"active eq "true""#));
        assert!(holds(
            r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department sw "sal""#
        ));
        assert!(holds(r"title pr or userName pr"));
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "userName", "userName eq", "userName eq ann", "userName is \"x\""] {
            assert!(Filter::parse(bad).is_err(), "{bad}");
        }
    }
}
