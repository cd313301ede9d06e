//! The body of a PATCH request (RFC 7644 §3.5.2) into operations.

use serde_json::{Map, Value};
use sutler_model::dialect::Tolerance;
use sutler_model::patch::{Operation, Verb};
use sutler_model::{Invalid, Leniencies, Leniency};

use crate::json::{field, only, require_schema};
use crate::path::parse_patch_tolerantly;

/// The URN of the message.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/// How many operations a request may hold, unless an installation says otherwise.
pub const USUAL_MAXIMUM: usize = 5_000;

/// The operations of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// In their order.
    pub operations: Vec<Operation>,
    /// The deviations that were tolerated in their envelope.
    pub tolerated: Leniencies,
}

/// Reads the operations of a request, which holds at most `most` of them.
pub fn parse(
    allowed: Leniencies,
    body: &Map<String, Value>,
    most: usize,
) -> Result<Parsed, Invalid> {
    let mut tolerance = Tolerance::new(allowed);
    require_schema(body, PATCH_OP, &mut tolerance)?;
    only(body, &["schemas", "Operations"])?;
    let operations = match field(body, "Operations")? {
        Some(Value::Array(operations)) if !operations.is_empty() => operations,
        _ => return Err(Invalid::syntax("`Operations` must be a list that is not empty")),
    };
    if operations.len() > most {
        return Err(Invalid::value(format!(
            "a request can hold at most {most} operations: send them in several requests"
        )));
    }
    let numbered = operations.iter().enumerate();
    let operations = numbered
        .map(|(n, one)| {
            operation(one, &mut tolerance).map_err(|refused| Invalid {
                detail: format!("operation {}: {}", n + 1, refused.detail),
                ..refused
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Parsed { operations, tolerated: tolerance.used() })
}

fn operation(one: &Value, tolerance: &mut Tolerance) -> Result<Operation, Invalid> {
    let Value::Object(one) = one else {
        return Err(Invalid::syntax("must be an object"));
    };
    only(one, &["op", "path", "value"])?;
    let word = field(one, "op")?
        .and_then(Value::as_str)
        .ok_or_else(|| Invalid::syntax("`op` must be `add`, `remove` or `replace`"))?;
    let path = match field(one, "path")? {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(parse_patch_tolerantly(text, tolerance)?),
        Some(_) => return Err(Invalid::path("`path` must be a string")),
    };
    Ok(Operation { verb: verb(word, tolerance)?, path, value: field(one, "value")?.cloned() })
}

/// In any spelling, where that is tolerated (T-P1).
fn verb(word: &str, tolerance: &mut Tolerance) -> Result<Verb, Invalid> {
    [Verb::Add, Verb::Remove, Verb::Replace]
        .into_iter()
        .find(|verb| verb.word().eq_ignore_ascii_case(word))
        .filter(|verb| verb.word() == word || tolerance.takes(Leniency::OperationCase))
        .ok_or_else(|| {
            let shown: String = word.chars().filter(|c| !c.is_control()).take(40).collect();
            Invalid::syntax(format!("`op` is `{shown}`, but must be `add`, `remove` or `replace`"))
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::InvalidKind;

    use super::*;

    fn check(body: &Value, expected: Result<usize, InvalidKind>) {
        let result = parse(Leniencies::STRICT, body.as_object().unwrap(), USUAL_MAXIMUM);
        assert_eq!(
            result.map(|parsed| parsed.operations.len()).map_err(|e| e.kind),
            expected,
            "{body}"
        );
    }

    #[test]
    fn the_envelope_is_strict_and_its_words_are_not_t_p1() {
        let with = |operations: Value| json!({"schemas": [PATCH_OP], "Operations": operations});
        check(&with(json!([{"op": "Replace", "path": "active", "value": false}])), Ok(1));
        check(&json!({"SCHEMAS": [PATCH_OP], "operations": [{"OP": "ADD", "value": {}}]}), Ok(1));
        check(&with(json!([])), Err(InvalidKind::Syntax));
        check(&json!({"schemas": [PATCH_OP]}), Err(InvalidKind::Syntax));
        check(&json!({"Operations": [{"op": "add", "value": {}}]}), Err(InvalidKind::Syntax));
        check(&with(json!([{"op": "move", "path": "a"}])), Err(InvalidKind::Syntax));
        check(&with(json!([{"path": "a", "value": 1}])), Err(InvalidKind::Syntax));
        check(&with(json!(["add"])), Err(InvalidKind::Syntax));
        check(&with(json!([{"op": "add", "path": 1, "value": 1}])), Err(InvalidKind::Path));
        check(&with(json!([{"op": "add", "path": "a b", "value": 1}])), Err(InvalidKind::Path));
        check(&with(json!([{"op": "add", "path": "a[b]", "value": 1}])), Err(InvalidKind::Filter));
        check(&with(json!([{"op": "add", "from": "a", "value": 1}])), Err(InvalidKind::Syntax));
    }

    #[test]
    fn a_missing_value_is_not_null_t_p6() {
        let body = json!({"schemas": [PATCH_OP], "Operations": [
            {"op": "remove", "path": "title"},
            {"op": "replace", "path": "title", "value": null},
        ]});
        let parsed = parse(Leniencies::STRICT, body.as_object().unwrap(), USUAL_MAXIMUM);
        let operations = parsed.unwrap().operations;
        assert_eq!(operations[0].value, None);
        assert_eq!(operations[1].value, Some(Value::Null));
    }
}
