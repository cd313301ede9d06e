//! Operators on values: joining, arithmetic, comparison, elements and slices.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::evaluate::Met;
use super::fault::Problem;
use super::limits::{Meter, size};
use super::node::Operator;

/// What a value of that type is called in a sentence.
pub(super) fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "no value",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// True for all but no value, `false`, 0, and what is empty.
pub(super) fn truth(met: &Met<'_>) -> bool {
    match met.as_deref() {
        None | Some(Value::Null) => false,
        Some(Value::Bool(answer)) => *answer,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(elements)) => !elements.is_empty(),
        Some(Value::Object(members)) => !members.is_empty(),
    }
}

/// A whole number.
pub(super) fn as_index(value: &Value) -> Option<i64> {
    value.as_i64()
}

/// True for the operators that answer true or false.
pub(super) fn compares(operator: Operator) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Equal
            | O::Different
            | O::Less
            | O::LessOrEqual
            | O::Greater
            | O::GreaterOrEqual
            | O::In
            | O::NotIn
    )
}

/// Compares. No value equals only no value, and is neither less nor more than anything.
pub(super) fn compare(
    operator: Operator,
    left: &Met<'_>,
    right: &Met<'_>,
    meter: &Meter,
) -> Result<bool, Problem> {
    let (left, right) = (left.as_deref(), right.as_deref());
    for side in [left, right].into_iter().flatten() {
        meter.copy(side)?;
    }
    match operator {
        Operator::Equal => Ok(equal(left, right)),
        Operator::Different => Ok(!equal(left, right)),
        Operator::In => holds(right, left),
        Operator::NotIn => holds(right, left).map(|holds| !holds),
        _ => match (left, right) {
            (Some(left), Some(right)) => ordered(operator, left, right),
            _ => Ok(false),
        },
    }
}

fn equal(left: Option<&Value>, right: Option<&Value>) -> bool {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => {
            order(left, right) == Some(Ordering::Equal)
        }
        (left, right) => left == right,
    }
}

fn holds(whole: Option<&Value>, part: Option<&Value>) -> Result<bool, Problem> {
    let (Some(whole), Some(part)) = (whole, part) else {
        return Ok(false);
    };
    match (whole, part) {
        (Value::Array(elements), part) => {
            Ok(elements.iter().any(|one| equal(Some(one), Some(part))))
        }
        (Value::String(text), Value::String(part)) => Ok(text.contains(part.as_str())),
        (Value::Object(members), Value::String(key)) => Ok(members.contains_key(key)),
        (whole, part) => Err(Problem::r#type(format!(
            "`in` looks for a value in a list, or for a text in a text, but met {} in {}",
            noun(part),
            noun(whole)
        ))),
    }
}

fn ordered(operator: Operator, left: &Value, right: &Value) -> Result<bool, Problem> {
    let order = match (left, right) {
        (Value::Number(left), Value::Number(right)) => order(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => return Err(both(operator, "two numbers or two texts", left, right)),
    };
    Ok(order.is_some_and(|order| match operator {
        Operator::Less => order.is_lt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Greater => order.is_gt(),
        _ => order.is_ge(),
    }))
}

fn order(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn both(operator: Operator, wanted: &str, left: &Value, right: &Value) -> Problem {
    let (sign, left, right) = (operator.sign(), noun(left), noun(right));
    Problem::r#type(format!("`{sign}` takes {wanted}, but met {left} and {right}"))
}

/// Joins and computes.
pub(super) fn compute<'e>(
    operator: Operator,
    left: &Value,
    right: &Value,
    meter: &Meter,
) -> Result<Met<'e>, Problem> {
    let value = match (operator, left, right) {
        (Operator::Join, left, right) => join(left, right, meter)?,
        (Operator::Add, Value::String(_), Value::String(_)) => join(left, right, meter)?,
        (Operator::Add, Value::Array(left), Value::Array(right)) => {
            meter.list(left.len() + right.len())?;
            for element in left.iter().chain(right) {
                meter.copy(element)?;
            }
            left.iter().chain(right).cloned().collect()
        }
        (_, Value::Number(left), Value::Number(right)) => {
            Value::Number(arithmetic(operator, left, right)?)
        }
        (Operator::Add, ..) => {
            return Err(both(operator, "two numbers, two texts or two lists", left, right));
        }
        _ => return Err(both(operator, "two numbers", left, right)),
    };
    Ok(Some(Cow::Owned(value)))
}

/// A text, a number, or true and false, as text.
pub(super) fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(answer) => Some(Cow::Owned(answer.to_string())),
        _ => None,
    }
}

fn join(left: &Value, right: &Value, meter: &Meter) -> Result<Value, Problem> {
    let text = |value| {
        as_text(value).ok_or_else(|| {
            Problem::r#type(format!(
                "`~` joins texts and numbers, but met {}; take one value of it, or use `join`",
                noun(value)
            ))
        })
    };
    let (left, right) = (text(left)?, text(right)?);
    meter.text(left.len() + right.len())?;
    Ok(Value::from([left, right].concat()))
}

fn arithmetic(operator: Operator, left: &Number, right: &Number) -> Result<Number, Problem> {
    let sign = operator.sign();
    let whole = left.as_i128().zip(right.as_i128());
    let zero = right.as_f64() == Some(0.0);
    if zero && matches!(operator, Operator::Divide | Operator::DivideWhole | Operator::Remainder) {
        return Err(Problem::r#type(format!("`{sign}` divides by zero")));
    }
    let result = match (operator, whole) {
        (Operator::Divide, _) | (_, None) | (Operator::Power, Some((_, ..0))) => left
            .as_f64()
            .zip(right.as_f64())
            .and_then(|(left, right)| fractions(operator, left, right)),
        (_, Some((left, right))) => integers(operator, left, right),
    };
    result.ok_or_else(|| {
        Problem::limit(format!("the result of `{sign}` is too large, or is no number"))
    })
}

fn integers(operator: Operator, left: i128, right: i128) -> Option<Number> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::DivideWhole => left.checked_div_euclid(right),
        Operator::Remainder => left.checked_rem_euclid(right),
        Operator::Power => u32::try_from(right).ok().and_then(|right| left.checked_pow(right)),
        _ => None,
    }?;
    Number::from_i128(result)
}

fn fractions(operator: Operator, left: f64, right: f64) -> Option<Number> {
    Number::from_f64(match operator {
        Operator::Add => left + right,
        Operator::Subtract => left - right,
        Operator::Multiply => left * right,
        Operator::Divide => left / right,
        Operator::DivideWhole => left.div_euclid(right),
        Operator::Remainder => left.rem_euclid(right),
        Operator::Power => left.powf(right),
        _ => return None,
    })
}

/// The opposite of a number.
pub(super) fn negate<'e>(value: &Value) -> Result<Met<'e>, Problem> {
    match value {
        Value::Number(number) => {
            let number = arithmetic(Operator::Subtract, &Number::from(0), number)?;
            Ok(Some(Cow::Owned(Value::Number(number))))
        }
        other => Err(Problem::r#type(format!("`-` takes a number, but met {}", noun(other)))),
    }
}

/// One element of a list, or one character; from the end if the index is negative.
pub(super) fn element<'e>(
    base: Cow<'e, Value>,
    index: i64,
    meter: &Meter,
) -> Result<Met<'e>, Problem> {
    if matches!(&*base, Value::String(_)) {
        let end = index.checked_add(1).filter(|end| *end != 0);
        let met = slice(&base, Some(index), end, meter)?;
        return Ok(met.filter(|text| text.as_str() != Some("")));
    }
    let place = |length: usize| {
        let place = if index < 0 { i64::try_from(length).ok()?.checked_add(index)? } else { index };
        usize::try_from(place).ok()
    };
    match base {
        Cow::Borrowed(Value::Array(elements)) => {
            Ok(place(elements.len()).and_then(|place| elements.get(place)).map(Cow::Borrowed))
        }
        Cow::Owned(Value::Array(mut elements)) => {
            let place = place(elements.len()).filter(|place| *place < elements.len());
            Ok(place.map(|place| Cow::Owned(elements.swap_remove(place))))
        }
        other => {
            Err(Problem::r#type(format!("`[…]` needs a list or a text, but met {}", noun(&other))))
        }
    }
}

/// From the one place up to the other; negative ones count from the end.
pub(super) fn slice<'e>(
    value: &Value,
    from: Option<i64>,
    to: Option<i64>,
    meter: &Meter,
) -> Result<Met<'e>, Problem> {
    meter.spend(size(value))?;
    let range = |length: usize| {
        let place = |index: i64| {
            let places = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
            if index < 0 { length.saturating_sub(places) } else { places.min(length) }
        };
        let from = from.map_or(0, place);
        (from, to.map_or(length, place).saturating_sub(from))
    };
    let value = match value {
        Value::String(text) => {
            let (from, count) = range(text.chars().count());
            Value::from(text.chars().skip(from).take(count).collect::<String>())
        }
        Value::Array(elements) => {
            let (from, count) = range(elements.len());
            elements.iter().skip(from).take(count).cloned().collect()
        }
        other => {
            return Err(Problem::r#type(format!(
                "`[…:…]` needs a list or a text, but met {}",
                noun(other)
            )));
        }
    };
    Ok(Some(Cow::Owned(value)))
}
