//! The OpenAPI document holds together, and says what the schemas say.

use std::collections::BTreeSet;

use serde_json::Value;
use sutler_model::Kind;
use sutler_model::schema::{Schemas, standard};
use sutler_scim::openapi::document;

fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref")
                && reference.starts_with('#')
            {
                found.push(reference);
            }
            map.values().for_each(|inner| references(inner, found));
        }
        Value::Array(list) => list.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_component_is_used() {
    let document = document("1", &Schemas::standard());
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    let used: BTreeSet<&str> = found.into_iter().collect();
    for section in ["schemas", "parameters", "responses", "headers"] {
        for name in document["components"][section].as_object().unwrap().keys() {
            let reference = format!("#/components/{section}/{name}");
            assert!(used.contains(reference.as_str()), "{reference} is not used");
        }
    }
}

#[test]
fn every_attribute_is_described() {
    let document = document("1", &Schemas::standard());
    for kind in [Kind::User, Kind::Group] {
        let properties = &document["components"]["schemas"][kind.name()]["properties"];
        for attribute in &standard(kind).core().attributes {
            assert_eq!(properties[&attribute.name]["description"], attribute.description);
        }
        for extension in standard(kind).extension_schemas() {
            for attribute in &extension.attributes {
                let described = &properties[&extension.id]["properties"][&attribute.name];
                assert_eq!(described["description"], attribute.description);
            }
        }
    }
    let user = &document["components"]["schemas"]["User"]["properties"];
    assert_eq!(user["password"]["writeOnly"], true);
    assert_eq!(user["groups"]["readOnly"], true);
    assert_eq!(user["emails"]["type"], "array");
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = document("1", &Schemas::standard());
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if let Some(name) = operation.get("operationId").and_then(Value::as_str) {
                assert!(names.insert(name.to_owned()), "{method} {path}: {name}");
            }
        }
    }
    assert!(names.len() > 15);
}
