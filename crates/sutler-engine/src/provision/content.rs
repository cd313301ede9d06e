//! What is derived from a document for the rows beside the body: names, columns, references
//! and index rows. Pure; the references' targets are found by the caller.

use serde_json::Value;
use sutler_model::change::{Columns, Content, Name, PasswordChange, Reference};
use sutler_model::document::index_rows;
use sutler_model::fold::{fold, hidden_character};
use sutler_model::schema::{ENTERPRISE_USER, ResourceType, Uniqueness};
use sutler_model::store::name_attribute;
use sutler_model::{Document, Invalid, Kind, Rid, Uid};

/// The longest name that is taken, in bytes: a name is a key in many places.
pub const LONGEST_NAME: usize = 1_024;

/// The content of a document, which leaves the password as it is. `manager` is the resource
/// that [`manager_of`] names.
pub(super) fn content(
    shape: &ResourceType,
    document: Document,
    manager: Option<Rid>,
    unique_group_names: bool,
) -> Result<Content, Invalid> {
    let mut names = names(shape.kind, &document, unique_group_names)?;
    names.extend(unique_values(shape, &document));
    Ok(Content {
        active: is_active(&document),
        names,
        columns: columns(&document),
        refs: manager
            .map(|other| Reference { attribute: format!("{ENTERPRISE_USER}:manager"), other })
            .into_iter()
            .collect(),
        index: index_rows(shape, &document),
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
    Ok(unique.then_some(Name { attribute: attribute.into(), key }).into_iter().collect())
}

/// The values that an extension declares unique.
fn unique_values(shape: &ResourceType, document: &Document) -> Vec<Name> {
    let mut names = Vec::new();
    for schema in shape.marked_extensions().map(|marked| &marked.schema) {
        let Some(Value::Object(data)) = document.get(&schema.id) else {
            continue;
        };
        for attribute in schema.attributes.iter().filter(|a| a.uniqueness != Uniqueness::None) {
            let Some(Value::String(text)) = data.get(&attribute.name) else {
                continue;
            };
            let key = if attribute.heeds_case() { text.clone() } else { fold(text) };
            let path = format!("{}:{}", schema.id, attribute.name);
            names.push(Name { attribute: path.into(), key });
        }
    }
    names
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sutler_model::schema::standard;

    use super::*;

    fn of(kind: Kind, document: Value) -> Result<Content, Invalid> {
        let Value::Object(document) = document else {
            panic!("a document is an object");
        };
        content(standard(kind), document, None, true)
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
    fn w28_every_value_of_an_indexed_attribute_has_a_row() {
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
    fn names_with_invisible_characters_are_refused_sc_9() {
        for name in ["ann\u{200B}a", "\u{202E}anna", "an\u{00AD}na", "\u{3000}"] {
            assert!(of(Kind::User, json!({"userName": name})).is_err(), "{name:?}");
            assert!(of(Kind::Group, json!({"displayName": name})).is_err(), "{name:?}");
        }
    }
}
