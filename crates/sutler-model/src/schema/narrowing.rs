//! Whether a schema that resources hold data of may be changed as wanted.

use crate::estate::SchemaExtension;

use super::{Attribute, Uniqueness};

/// Why data that fits the old schema might not fit the new one; `None` if all of it does. An
/// attribute more, a text for people, or a rule less is no narrowing.
pub fn narrowing(old: &SchemaExtension, new: &SchemaExtension) -> Option<String> {
    if let Some(kind) = old.extends.iter().find(|kind| !new.extends.contains(kind)) {
        return Some(format!("it would no longer extend `{}`", kind.name()));
    }
    if new.required && !old.required {
        return Some("it would become required".to_owned());
    }
    of_all(&old.schema.attributes, &new.schema.attributes, "")
}

fn of_all(old: &[Attribute], new: &[Attribute], prefix: &str) -> Option<String> {
    let at = |name: &str| format!("`{prefix}{name}`");
    let found = |name: &str| new.iter().find(|a| a.name.eq_ignore_ascii_case(name));
    for before in old {
        let Some(after) = found(&before.name) else {
            return Some(format!("{} would be gone", at(&before.name)));
        };
        if let Some(why) = of_one(before, after) {
            return Some(format!("{} {why}", at(&before.name)));
        }
        let inside = format!("{prefix}{}.", before.name);
        if let Some(why) = of_all(&before.sub_attributes, &after.sub_attributes, &inside) {
            return Some(why);
        }
    }
    let known = |name: &str| old.iter().any(|a| a.name.eq_ignore_ascii_case(name));
    let added = new.iter().find(|a| a.required && !known(&a.name))?;
    Some(format!("{} would be required, and no resource has it", at(&added.name)))
}

fn of_one(before: &Attribute, after: &Attribute) -> Option<&'static str> {
    let unique = |attribute: &Attribute| attribute.uniqueness != Uniqueness::None;
    if before.name != after.name {
        return Some("would be spelt otherwise");
    }
    if before.r#type != after.r#type {
        return Some("would have another type");
    }
    if before.multi_valued != after.multi_valued {
        return Some("would have another number of values");
    }
    if before.heeds_case() != after.heeds_case() {
        return Some("would compare otherwise");
    }
    if after.required && !before.required {
        return Some("would become required");
    }
    (unique(after) && !unique(before)).then_some("would become unique")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Kind, TenantId};

    fn schema(extends: &[Kind], attributes: &serde_json::Value) -> SchemaExtension {
        SchemaExtension {
            tenant: TenantId::DEFAULT,
            schema: serde_json::from_value(
                json!({"id": "urn:acme:User", "name": "Acme", "attributes": attributes}),
            )
            .unwrap(),
            extends: extends.to_vec(),
            required: false,
            indexed: vec![],
        }
    }

    #[test]
    fn what_fits_before_fits_after_or_it_is_a_narrowing() {
        const USER: [Kind; 1] = [Kind::User];
        let badge =
            || json!({"name": "badge", "type": "complex", "subAttributes": [{"name": "no"}]});
        let old = schema(&USER, &json!([{"name": "level", "required": true}, badge()]));
        let check = |new: SchemaExtension, expected: Option<&str>| {
            let why = narrowing(&old, &new);
            assert_eq!(why.is_some(), expected.is_some(), "{why:?}");
            assert!(why.unwrap_or_default().contains(expected.unwrap_or_default()));
        };
        let level = || json!({"name": "level"});
        check(old.clone(), None);
        check(schema(&[Kind::User, Kind::Group], &json!([level(), badge(), {"name": "x"}])), None);
        check(schema(&[Kind::Group], &json!([level(), badge()])), Some("extend `User`"));
        check(SchemaExtension { required: true, ..old.clone() }, Some("required"));
        for (change, why) in [
            (json!([badge()]), "`level` would be gone"),
            (json!([{"name": "Level"}, badge()]), "spelt"),
            (json!([{"name": "level", "type": "integer"}, badge()]), "type"),
            (json!([{"name": "level", "multiValued": true}, badge()]), "number of values"),
            (json!([{"name": "level", "caseExact": true}, badge()]), "compare"),
            (json!([{"name": "level", "uniqueness": "server"}, badge()]), "unique"),
            (json!([level(), badge(), {"name": "x", "required": true}]), "no resource has it"),
            (
                json!([level(), {"name": "badge", "type": "complex", "subAttributes": [{"name": "n"}]}]),
                "`badge.no` would be gone",
            ),
        ] {
            check(schema(&USER, &change), Some(why));
        }
    }
}
