//! A filter as SQL: exact where rows can answer it, else the candidates among which the
//! matches are. Values are bound, never written into the text.

use rusqlite::types::Value;
use sutler_model::Kind;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::path::AttributePath;
use sutler_model::query::Search;
use sutler_model::schema::Schemas;

use super::columns;

/// A condition on a table `resource r`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    /// The text, with a `?` for each value.
    pub(super) sql: String,
    /// The values, in order.
    pub(super) values: Vec<Value>,
    /// False if it lets through more than what matches.
    pub(super) exact: bool,
    /// How many it lets through, as far as that is known.
    pub(super) reach: Reach,
}

/// How many rows meet a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reach {
    /// Nobody knows; the planner must see for itself.
    Unknown,
    /// A handful, which an index finds.
    Few,
    /// Any number. The text asks one row, with the same values; beside a condition that few
    /// rows meet it is better than finding them all.
    Any(String),
}

impl Clause {
    /// A condition that is met by the matches and by nothing else.
    pub(super) fn exact(sql: &str, values: Vec<Value>) -> Self {
        Self { sql: sql.to_owned(), values, exact: true, reach: Reach::Unknown }
    }

    /// The same, which a handful of rows meet.
    pub(super) fn few(self) -> Self {
        Self { reach: Reach::Few, ..self }
    }

    fn anything() -> Self {
        Self { exact: false, ..Self::exact("1", Vec::new()) }
    }

    /// All of these, or any of them, as the word says.
    pub(super) fn join(parts: Vec<Self>, word: &str) -> Self {
        let texts: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
        Self {
            sql: format!("({})", texts.join(word)),
            exact: parts.iter().all(|part| part.exact),
            values: parts.into_iter().flat_map(|part| part.values).collect(),
            reach: Reach::Unknown,
        }
    }
}

/// Where is searched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    /// Whose resources.
    pub(super) tenant: i64,
    /// Their types.
    pub(super) schemas: &'a Schemas,
    /// True if no group is among them.
    pub(super) users_only: bool,
}

/// The candidates of a search among these types: live, of its tenant, and what of the filter
/// rows can answer. No types means all.
pub(super) fn candidates(search: &Search, kinds: &[Kind]) -> Clause {
    let tenant = search.tenant.0;
    let scope =
        Scope { tenant, schemas: &search.schemas, users_only: search.kinds == [Kind::User] };
    let mut parts = vec![Clause::exact(
        "r.tenant = ? AND r.gone IS NULL AND r.home = 0",
        vec![Value::Integer(tenant)],
    )];
    if let [kind] = kinds {
        parts.push(Clause::exact(&format!("r.kind = {}", kind.code()), Vec::new()));
    } else if !kinds.is_empty() {
        let codes: Vec<String> = kinds.iter().map(|k| k.code().to_string()).collect();
        let sql = format!("r.kind IN ({})", codes.join(", "));
        parts.push(Clause::exact(&sql, Vec::new()));
    }
    if let Some(filter) = &search.filter {
        parts.push(clause(filter, scope));
    }
    Clause::join(parts, " AND ")
}

fn clause(filter: &Filter, scope: Scope<'_>) -> Clause {
    let all = |parts: &[Filter]| parts.iter().map(|part| clause(part, scope)).collect();
    match filter {
        Filter::And(parts) if !parts.is_empty() => Clause::join(by_the_few(all(parts)), " AND "),
        Filter::Or(parts) if !parts.is_empty() => Clause::join(all(parts), " OR "),
        Filter::And(_) | Filter::Or(_) => Clause::anything(),
        Filter::Not(inner) => negate(clause(inner, scope)),
        Filter::Present(path) => columns::present(path, scope).unwrap_or_else(Clause::anything),
        Filter::Compare(path, operator, literal) => compare(path, *operator, literal, scope),
        Filter::Element(path, inner) => element(path, inner, scope),
    }
}

/// Where one condition is met by a few rows, the others ask these, and nobody is looked up that
/// only they let through.
fn by_the_few(parts: Vec<Clause>) -> Vec<Clause> {
    if !parts.iter().any(|part| part.reach == Reach::Few) {
        return parts;
    }
    let asks = |part: Clause| match part.reach {
        Reach::Any(sql) => Clause { sql, reach: Reach::Unknown, ..part },
        _ => part,
    };
    parts.into_iter().map(asks).collect()
}

fn negate(inner: Clause) -> Clause {
    if !inner.exact {
        return Clause::anything();
    }
    Clause { sql: format!("NOT ({})", inner.sql), reach: Reach::Unknown, ..inner }
}

/// `eq null` is the same as not `pr`.
fn compare(
    path: &AttributePath,
    operator: Operator,
    literal: &Literal,
    scope: Scope<'_>,
) -> Clause {
    let found = match (literal, operator) {
        (Literal::Null, Operator::Equal) => columns::present(path, scope).map(negate),
        (Literal::Null, Operator::NotEqual) => columns::present(path, scope),
        _ => columns::compare(path, operator, literal, scope),
    };
    found.unwrap_or_else(Clause::anything)
}

/// `emails[value eq "x" and type eq "work"]`: at least one element has that value.
fn element(path: &AttributePath, inner: &Filter, scope: Scope<'_>) -> Clause {
    let narrowed = match inner {
        Filter::Compare(sub, operator, literal) if path.sub.is_none() => {
            let whole = AttributePath { sub: Some(sub.attribute.clone()), ..path.clone() };
            columns::compare(&whole, *operator, literal, scope)
        }
        Filter::And(parts) => parts
            .iter()
            .map(|part| element(path, part, scope))
            .find(|part| part.sql != "1")
            .map(|part| Clause { exact: false, ..part }),
        _ => None,
    };
    narrowed.unwrap_or_else(Clause::anything)
}

#[cfg(test)]
mod tests;
