//! What is derived from a document for the rows beside the body: names, columns, references
//! and index rows. Pure; the references' targets are found by the caller.

use serde_json::Value;
use sutler_model::change::{Columns, Content, INDEXED, IndexRow, Name, PasswordChange, Reference};
use sutler_model::fold::{fold, hidden_character};
use sutler_model::path::AttributePath;
use sutler_model::schema::{ENTERPRISE_USER, resolve};
use sutler_model::{Document, Invalid, Kind, Rid, Uid};

/// The longest name that is taken, in bytes: a name is a key in many places.
pub const LONGEST_NAME: usize = 1_024;

/// The content of a document, which leaves the password as it is. `manager` is the resource
/// that [`manager_of`] names.
pub(super) fn content(
    kind: Kind,
    document: Document,
    manager: Option<Rid>,
    unique_group_names: bool,
) -> Result<Content, Invalid> {
    let names = names(kind, &document, unique_group_names)?;
    Ok(Content {
        active: is_active(&document),
        names,
        columns: columns(&document),
        refs: manager
            .map(|other| Reference { attribute: format!("{ENTERPRISE_USER}:manager"), other })
            .into_iter()
            .collect(),
        index: index(kind, &document),
        password: PasswordChange::Keep,
        body: document,
    })
}

/// `active`, which is true when absent.
pub(super) fn is_active(document: &Document) -> bool {
    document.get("active").and_then(Value::as_bool).unwrap_or(true)
}

/// The manager that a document names, by public id.
pub(super) fn manager_of(document: &Document) -> Option<Uid> {
    let manager = document.get(ENTERPRISE_USER)?.get("manager")?;
    Some(Uid(manager.get("value")?.as_str()?.to_owned()))
}

/// The attribute that is unique in its kind.
pub(super) fn name_attribute(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "userName",
        Kind::Group => "displayName",
    }
}

fn names(kind: Kind, document: &Document, unique_group_names: bool) -> Result<Vec<Name>, Invalid> {
    let attribute = name_attribute(kind);
    let Some(name) = text(document, attribute) else {
        return Ok(Vec::new());
    };
    if let Some(found) = hidden_character(name) {
        return Err(Invalid::value(format!(
            "`{attribute}` holds the invisible character U+{:04X}, which a name may not have",
            u32::from(found)
        )));
    }
    if name.len() > LONGEST_NAME {
        return Err(Invalid::value(format!(
            "`{attribute}` must not be longer than {LONGEST_NAME} bytes"
        )));
    }
    let key = fold(name);
    if key.trim().is_empty() {
        return Err(Invalid::value(format!("`{attribute}` must not be blank")));
    }
    let unique = kind == Kind::User || unique_group_names;
    Ok(unique.then_some(Name { attribute, key }).into_iter().collect())
}

fn columns(document: &Document) -> Columns {
    Columns {
        user_name: text(document, "userName").map(fold),
        external_id: text(document, "externalId").map(str::to_owned),
        email: email(document).map(fold),
        display_name: text(document, "displayName").map(fold),
    }
}

fn email(document: &Document) -> Option<&str> {
    let emails = document.get("emails")?.as_array()?;
    let primary = |e: &&Value| e.get("primary").and_then(Value::as_bool) == Some(true);
    let chosen = emails.iter().find(primary).or_else(|| emails.first())?;
    chosen.get("value")?.as_str()
}

fn text<'a>(document: &'a Document, attribute: &str) -> Option<&'a str> {
    document.get(attribute)?.as_str()
}

fn index(kind: Kind, document: &Document) -> Vec<IndexRow> {
    let mut rows = Vec::new();
    for path in INDEXED {
        let parsed = parse(path);
        let Some(leaf) = resolve(kind, &parsed).and_then(|d| d.leaf()) else {
            continue;
        };
        let mut values = Vec::new();
        collect(document, &parsed, &mut values);
        rows.extend(values.into_iter().map(|value| IndexRow {
            path: path.to_owned(),
            key: if leaf.heeds_case() { value.to_owned() } else { fold(value) },
        }));
    }
    rows.sort_unstable_by(|a, b| (&a.path, &a.key).cmp(&(&b.path, &b.key)));
    rows.dedup();
    rows
}

fn collect<'a>(document: &'a Document, path: &AttributePath, found: &mut Vec<&'a str>) {
    let holder = match &path.schema {
        Some(urn) => document.get(urn).and_then(Value::as_object),
        None => Some(document),
    };
    match holder.and_then(|h| h.get(&path.attribute)) {
        Some(Value::Array(elements)) => found.extend(elements.iter().filter_map(|e| part(e, path))),
        Some(value) => found.extend(part(value, path)),
        None => {}
    }
}

fn part<'a>(value: &'a Value, path: &AttributePath) -> Option<&'a str> {
    match &path.sub {
        Some(sub) => value.get(sub)?.as_str(),
        None => value.as_str(),
    }
}

fn parse(path: &str) -> AttributePath {
    // The version in a URN contains a dot: it ends at its last colon (RFC 7644 §3.10).
    let (schema, rest) = match path.rsplit_once(':') {
        Some((urn, rest)) => (Some(urn), rest),
        None => (None, path),
    };
    let (attribute, sub) = match rest.split_once('.') {
        Some((attribute, sub)) => (attribute, Some(sub)),
        None => (rest, None),
    };
    match schema {
        Some(urn) => AttributePath::extension(urn, attribute, sub),
        None => AttributePath::core(attribute, sub),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(kind: Kind, document: Value) -> Result<Content, Invalid> {
        let Value::Object(document) = document else {
            panic!("a document is an object");
        };
        content(kind, document, None, true)
    }

    #[test]
    fn names_and_columns_are_folded() {
        let made = of(
            Kind::User,
            json!({
                "userName": "ＡNNA@example.com",
                "externalId": "E-17",
                "emails": [{"value": "Second@example.com"}, {"value": "First@example.com", "primary": true}],
            }),
        )
        .unwrap();
        assert_eq!(made.names[0].key, "anna@example.com");
        assert_eq!(made.columns.external_id.as_deref(), Some("E-17"));
        assert_eq!(made.columns.email.as_deref(), Some("first@example.com"));
        assert!(made.active);
    }

    #[test]
    fn every_value_of_an_indexed_attribute_has_a_row() {
        let made = of(
            Kind::User,
            json!({
                "userName": "anna",
                "name": {"familyName": "Ärger"},
                "emails": [{"value": "A@example.com"}, {"value": "a@example.com"}, {"value": "b@example.com"}],
                ENTERPRISE_USER: {"department": "Sales", "manager": {"value": "Id-With-Case"}},
            }),
        )
        .unwrap();
        let rows: Vec<(&str, &str)> =
            made.index.iter().map(|r| (r.path.as_str(), r.key.as_str())).collect();
        let manager = format!("{ENTERPRISE_USER}:manager.value");
        let department = format!("{ENTERPRISE_USER}:department");
        assert_eq!(
            rows,
            [
                ("emails.value", "a@example.com"),
                ("emails.value", "b@example.com"),
                ("name.familyName", "ärger"),
                (department.as_str(), "sales"),
                (manager.as_str(), "Id-With-Case"),
            ]
        );
    }

    #[test]
    fn every_indexed_path_is_defined() {
        for path in INDEXED {
            let found = resolve(Kind::User, &parse(path));
            assert_eq!(found.map(|d| d.path().to_string()).as_deref(), Some(path));
        }
    }

    #[test]
    fn names_with_invisible_characters_are_refused_sc_9() {
        for name in ["ann\u{200B}a", "\u{202E}anna", "an\u{00AD}na", "\u{3000}"] {
            assert!(of(Kind::User, json!({"userName": name})).is_err(), "{name:?}");
            assert!(of(Kind::Group, json!({"displayName": name})).is_err(), "{name:?}");
        }
    }
}
