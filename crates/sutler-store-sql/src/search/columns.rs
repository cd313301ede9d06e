//! Comparisons that rows can answer: which column or index holds what an attribute compares.
//!
//! Every answer is 0 or 1, never NULL, so that it may be negated.

use rusqlite::types::Value;
use sutler_model::Time;
use sutler_model::filter::{Literal, Operator};
use sutler_model::fold::fold;
use sutler_model::path::AttributePath;
use sutler_model::schema::{Indexed, Type};

use super::sql::{Clause, Reach, Scope};

/// The clause for a comparison; `None` if rows cannot answer it.
pub(super) fn compare(
    path: &AttributePath,
    operator: Operator,
    literal: &Literal,
    scope: Scope<'_>,
) -> Option<Clause> {
    if path.schema.is_some() {
        return indexed(path, operator, literal, scope);
    }
    let tenant = scope.tenant;
    let name = (&*path.attribute, path.sub.as_deref());
    match (name, literal) {
        (("active", None), Literal::Boolean(wanted)) => active(operator, *wanted),
        (("meta", Some(sub)), Literal::Text(text)) => moment(sub, operator, text, scope),
        (("id", None), Literal::Text(text)) if operator == Operator::Equal => {
            Some(Clause::exact("r.uid = ?", vec![Value::Text(text.clone())]).few())
        }
        (("userName", None), Literal::Text(text)) => name_key(operator, &fold(text), tenant)
            .or_else(|| column("r.user_name", operator, &fold(text))),
        (("displayName", None), Literal::Text(text)) => {
            keyed("display_name", operator, &fold(text), tenant)
        }
        (("externalId", None), Literal::Text(text)) => {
            let found = keyed("external_id", operator, text, tenant)?;
            Some(if operator == Operator::Equal { found.few() } else { found })
        }
        (("emails", None | Some("value")), Literal::Text(text)) if operator == Operator::Equal => {
            Some(email(&fold(text), tenant).few())
        }
        (("members", None | Some("value")), Literal::Text(uid)) if operator == Operator::Equal => {
            Some(has_member(uid, tenant))
        }
        (("groups", None | Some("value")), Literal::Text(uid)) if operator == Operator::Equal => {
            Some(is_member(uid, tenant))
        }
        _ => indexed(path, operator, literal, scope),
    }
}

/// Equality with an attribute that has index rows, whole: every value has one.
fn indexed(
    path: &AttributePath,
    operator: Operator,
    literal: &Literal,
    scope: Scope<'_>,
) -> Option<Clause> {
    if operator != Operator::Equal {
        return None;
    }
    let mut found: Option<&Indexed> = None;
    let mut kinds = Vec::new();
    for shape in scope.schemas.types() {
        if let Some(indexed) = shape.indexed().iter().find(|indexed| indexed.path == *path) {
            found = Some(indexed);
            kinds.push(shape.kind.code().to_string());
        }
    }
    let key = key(found?, literal)?;
    let kinds = kinds.join(", ");
    let rows = format!("FROM attr WHERE tenant = ? AND kind IN ({kinds}) AND path = ? AND key = ?");
    let name = path.to_string();
    let values = vec![Value::Integer(scope.tenant), Value::Text(name), Value::Text(key)];
    Some(Clause {
        reach: Reach::Any(format!("EXISTS (SELECT 1 {rows} AND rid = r.rid)")),
        ..Clause::exact(&format!("r.rid IN (SELECT rid {rows})"), values)
    })
}

/// What the rows of an attribute are looked up by; `None` if they cannot answer.
fn key(indexed: &Indexed, literal: &Literal) -> Option<String> {
    match (indexed.r#type, literal) {
        (Type::Integer, Literal::Number(number)) if !number.is_f64() => Some(number.to_string()),
        (Type::String | Type::Reference, Literal::Text(text)) if indexed.heeds_case => {
            Some(text.clone())
        }
        (Type::String | Type::Reference, Literal::Text(text)) => Some(fold(text)),
        _ => None,
    }
}

/// The clause for `pr`.
pub(super) fn present(path: &AttributePath, scope: Scope<'_>) -> Option<Clause> {
    if let Some(urn) = path.schema.as_deref().filter(|_| path.attribute.is_empty()) {
        return in_use(urn, scope);
    }
    if path.schema.is_some() || path.sub.is_some() {
        return None;
    }
    let sql = match &*path.attribute {
        "id" | "meta" | "schemas" => "1",
        "userName" => "ifnull(r.user_name <> '', 0)",
        "displayName" => "ifnull(r.display_name <> '', 0)",
        "externalId" => "ifnull(r.external_id <> '', 0)",
        "active" => "r.kind = 1",
        _ => return None,
    };
    Some(Clause::exact(sql, Vec::new()))
}

/// Data of an extension whose use has a row of its own.
fn in_use(urn: &str, scope: Scope<'_>) -> Option<Clause> {
    let carrying = scope.schemas.types().into_iter().filter(|shape| {
        shape.marked_extensions().any(|marked| marked.schema.id.eq_ignore_ascii_case(urn))
    });
    let mut name = None;
    let mut kinds = Vec::new();
    for shape in carrying {
        name = shape.extension(urn).map(|schema| schema.id.clone());
        kinds.push(shape.kind.code().to_string());
    }
    let sql = format!(
        "r.rid IN (SELECT rid FROM attr WHERE tenant = ? AND kind IN ({}) AND path = ? AND key = '')",
        kinds.join(", ")
    );
    Some(Clause::exact(&sql, vec![Value::Integer(scope.tenant), Value::Text(name?)]))
}

/// A group has no `active`.
fn active(operator: Operator, wanted: bool) -> Option<Clause> {
    let sql = match operator {
        Operator::Equal => "(r.kind = 1 AND r.active = ?)",
        Operator::NotEqual => "NOT (r.kind = 1 AND r.active = ?)",
        _ => return None,
    };
    Some(Clause::exact(sql, vec![Value::Integer(wanted.into())]))
}

/// Names are in an index of their own, which is unique.
fn name_key(operator: Operator, key: &str, tenant: i64) -> Option<Clause> {
    let start = "r.rid IN (SELECT rid FROM name WHERE tenant = ? AND scope = 0 AND intent IS NULL AND kind = 1 \
                 AND attr = 'userName' AND key";
    match operator {
        Operator::Equal => {
            let values = vec![Value::Integer(tenant), Value::Text(key.to_owned())];
            Some(Clause::exact(&format!("{start} = ?)"), values).few())
        }
        _ => None,
    }
}

/// A column with an index of its own, which equality is to use: the planner, which knows
/// nothing of how many rows there are, would rather walk the tenant.
fn keyed(name: &str, operator: Operator, text: &str, tenant: i64) -> Option<Clause> {
    if operator != Operator::Equal {
        return column(&format!("r.{name}"), operator, text);
    }
    let sql = format!(
        "r.rid IN (SELECT rid FROM resource INDEXED BY resource_{name} WHERE tenant = ? \
         AND kind IN (1, 2) AND gone IS NULL AND {name} = ?)"
    );
    Some(Clause::exact(&sql, vec![Value::Integer(tenant), Value::Text(text.to_owned())]))
}

/// A column that holds the folded, or the exact, text.
fn column(column: &str, operator: Operator, text: &str) -> Option<Clause> {
    let value = Value::Text(text.to_owned());
    let there = format!("{column} IS NOT NULL AND");
    Some(match operator {
        Operator::Equal => Clause::exact(&format!("({there} {column} = ?)"), vec![value]),
        Operator::NotEqual => Clause::exact(&format!("NOT ({there} {column} = ?)"), vec![value]),
        // Whatever begins with a text lies between it and its last possible continuation.
        Operator::StartsWith if !text.is_empty() => Clause::exact(
            &format!("({there} {column} >= ? AND {column} < ? || char(1114111))"),
            vec![value.clone(), value],
        ),
        Operator::Contains if !text.is_empty() => {
            Clause::exact(&format!("({there} instr({column}, ?) > 0)"), vec![value])
        }
        Operator::EndsWith if !text.is_empty() => Clause::exact(
            &format!(
                "({there} length({column}) >= length(?) AND substr({column}, -length(?)) = ?)"
            ),
            vec![value.clone(), value.clone(), value],
        ),
        _ => return None,
    })
}

/// The e-mail that counts first has a column, all of them have index rows.
fn email(key: &str, tenant: i64) -> Clause {
    let key = Value::Text(key.to_owned());
    Clause::exact(
        "r.rid IN (SELECT rid FROM resource WHERE tenant = ? AND email IS NOT NULL AND email = ? \
         UNION SELECT rid FROM attr WHERE tenant = ? AND kind = 1 AND path = 'emails.value' \
         AND key = ?)",
        vec![Value::Integer(tenant), key.clone(), Value::Integer(tenant), key],
    )
}

fn has_member(uid: &str, tenant: i64) -> Clause {
    Clause::exact(
        "r.rid IN (SELECT s.rid FROM resource u JOIN member m ON m.member = u.rid \
         JOIN group_set s ON s.set_id = m.set_id JOIN resource g ON g.rid = s.rid \
         WHERE u.tenant = ? AND u.uid = ? AND u.gone IS NULL AND g.set_id = m.set_id)",
        vec![Value::Integer(tenant), Value::Text(uid.to_owned())],
    )
}

/// Members of the group, or of one that is in it, at any depth. Which groups are in which is
/// read from the members, all of whom are in the answer anyway, and not from all groups.
fn is_member(uid: &str, tenant: i64) -> Clause {
    Clause::exact(
        "(r.kind = 1 AND r.rid IN (WITH RECURSIVE below (set_id) AS (\
         SELECT set_id FROM resource WHERE tenant = ? AND uid = ? AND kind = 2 AND gone IS NULL \
         UNION SELECT g.set_id FROM below CROSS JOIN member m ON m.set_id = below.set_id \
         CROSS JOIN resource g ON g.rid = m.member WHERE g.kind = 2 AND g.gone IS NULL) \
         SELECT m.member FROM below CROSS JOIN member m ON m.set_id = below.set_id))",
        vec![Value::Integer(tenant), Value::Text(uid.to_owned())],
    )
}

/// Moments are kept in milliseconds: a finer one lies between two of them. The membership of
/// a group has its own last change.
fn moment(sub: &str, operator: Operator, text: &str, scope: Scope<'_>) -> Option<Clause> {
    let stamp: jiff::Timestamp = text.parse().ok()?;
    let at = Time(stamp.as_millisecond());
    if jiff::Timestamp::from_millisecond(at.0).ok() != Some(stamp) {
        return None;
    }
    let sign = match operator {
        Operator::Equal => "=",
        Operator::NotEqual => "<>",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        _ => return None,
    };
    let value = Value::Integer(at.0);
    match sub {
        "created" => Some(Clause::exact(&format!("r.created {sign} ?"), vec![value])),
        "lastModified" if scope.users_only => {
            Some(Clause::exact(&format!("r.changed {sign} ?"), vec![value]))
        }
        "lastModified" => Some(Clause::exact(
            &format!(
                "((r.kind = 1 AND r.changed {sign} ?) OR (r.kind = 2 AND max(r.changed, \
                 coalesce((SELECT max(changed) FROM tally WHERE set_id = r.set_id), 0)) {sign} ?))"
            ),
            vec![value.clone(), value],
        )),
        _ => None,
    }
}
