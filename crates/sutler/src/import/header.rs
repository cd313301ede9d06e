//! The header of a CSV file: which attribute each column stands for.

use serde_json::Value;
use sutler_model::path::AttributePath;
use sutler_model::schema::{Attribute, ResourceType, Type};

use super::Assignment;

/// The most columns.
const MOST: usize = 200;

/// What a column holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Column {
    /// An attribute of the user.
    Attribute {
        /// The cell's assignment, with no value yet.
        template: Assignment,
        r#type: Type,
    },
    /// Display names of groups, separated by `;`.
    Groups,
    /// The manager's `userName`.
    Manager,
}

/// Reads the header; every fault is named.
pub(super) fn columns<'a>(
    names: impl Iterator<Item = &'a str>,
    users: &ResourceType,
) -> Result<Vec<Column>, Vec<String>> {
    let mut columns = Vec::new();
    let mut faults = Vec::new();
    for (at, name) in names.enumerate() {
        if at == MOST {
            return Err(vec![format!("there are more than {MOST} columns")]);
        }
        let name = name.trim_start_matches('\u{feff}').trim();
        match column(name, users) {
            Ok(column) if columns.contains(&column) => {
                faults.push(format!("the column `{name}` is there twice"));
            }
            Ok(column) => columns.push(column),
            Err(fault) => faults.push(fault),
        }
    }
    let has_name = columns.iter().any(|column| {
        matches!(column, Column::Attribute { template, .. } if template.attribute == "userName")
    });
    if !has_name {
        faults.push("there is no column `userName`, by which people are matched".to_owned());
    }
    if faults.is_empty() { Ok(columns) } else { Err(faults) }
}

fn column(name: &str, users: &ResourceType) -> Result<Column, String> {
    match name {
        "groups" => return Ok(Column::Groups),
        "manager" => return Ok(Column::Manager),
        "" => return Err("a column has no name".to_owned()),
        _ => {}
    }
    let (path, of_type) = split_type(name)?;
    let unknown = || {
        let shown: String = name.chars().take(80).collect();
        format!(
            "the column `{shown}` is not an attribute of a user: write a SCIM path such as `userName`, `name.givenName`, `emails[type eq \"work\"].value` or `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`, or `groups` or `manager`"
        )
    };
    let path: AttributePath = path.parse().map_err(|_| unknown())?;
    let found = users.resolve(&path).ok_or_else(unknown)?;
    let (attribute, leaf) = found.attribute.zip(found.leaf()).ok_or_else(unknown)?;
    if attribute.read_only() || leaf.read_only() {
        return Err(format!(
            "the column `{name}` names an attribute that Sutler sets itself: leave it out"
        ));
    }
    if leaf.r#type == Type::Complex {
        return Err(format!(
            "the column `{name}` has parts: name one of them, as in `{}.{}`",
            attribute.name,
            first_part(attribute)
        ));
    }
    if of_type.is_some() && !attribute.multi_valued {
        return Err(format!("the column `{name}` is not a list: write it without brackets"));
    }
    if attribute.multi_valued && found.sub.is_none() {
        return Err(format!(
            "the column `{name}` is a list: name a part, as in `{}.value`",
            attribute.name
        ));
    }
    let canonical = found.path();
    Ok(Column::Attribute {
        template: Assignment {
            schema: canonical.schema,
            attribute: canonical.attribute,
            sub: canonical.sub,
            of_type,
            many: attribute.multi_valued,
            value: Value::Null,
        },
        r#type: leaf.r#type,
    })
}

fn first_part(attribute: &Attribute) -> &str {
    attribute.sub_attributes.first().map_or("value", |sub| sub.name.as_str())
}

/// `emails[type eq "work"].value` as `emails.value` and `work`.
fn split_type(name: &str) -> Result<(String, Option<String>), String> {
    let Some((before, rest)) = name.split_once('[') else {
        return Ok((name.to_owned(), None));
    };
    let parts = rest.split_once(']').and_then(|(inside, after)| {
        let value = inside.trim().strip_prefix("type")?.trim_start();
        let value = value.strip_prefix("eq")?.trim();
        let value = value.strip_prefix('"')?.strip_suffix('"')?;
        let plain = !value.is_empty() && !value.contains(['"', '\\']);
        plain.then(|| (format!("{before}{after}"), Some(value.to_owned())))
    });
    parts.ok_or_else(|| format!("the column `{name}` has brackets that are not understood: write `emails[type eq \"work\"].value`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sutler_model::Kind;
    use sutler_model::schema::{ENTERPRISE_USER, standard};

    fn path_of(name: &str) -> Result<String, String> {
        match column(name, standard(Kind::User))? {
            Column::Attribute { template, .. } => Ok(format!(
                "{}|{}|{}|{}",
                template.schema.unwrap_or_default(),
                template.attribute,
                template.sub.unwrap_or_default(),
                template.of_type.unwrap_or_default()
            )),
            other => Ok(format!("{other:?}")),
        }
    }

    #[test]
    fn scim_paths_are_understood_in_any_spelling() {
        let enterprise = ENTERPRISE_USER;
        let check =
            |name: &str, expected: &str| assert_eq!(path_of(name).unwrap(), expected, "{name}");
        check("username", "|userName||");
        check("name.givenName", "|name|givenName|");
        check("emails[type eq \"work\"].value", "|emails|value|work");
        check("emails.value", "|emails|value|");
        check(&format!("{enterprise}:department"), &format!("{enterprise}|department||"));
        check("groups", "Groups");
        check("manager", "Manager");
    }

    #[test]
    fn columns_that_cannot_be_are_refused() {
        for name in [
            "",
            "shoeSize",
            "name",
            "emails",
            "id",
            "meta.created",
            "title[type eq \"x\"]",
            "emails[type ne \"x\"].value",
            "emails[type eq \"x\"",
            "members",
        ] {
            assert!(path_of(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_header_needs_user_name_and_no_column_twice() {
        assert!(columns(["title"].into_iter(), standard(Kind::User)).is_err());
        assert!(columns(["userName", "USERNAME"].into_iter(), standard(Kind::User)).is_err());
        assert!(columns(["\u{feff}userName", "title"].into_iter(), standard(Kind::User)).is_ok());
        assert!(columns((0..300).map(|_| "userName"), standard(Kind::User)).is_err());
    }
}
