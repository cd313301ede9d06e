//! References that are left out of a new resource and added to it afterwards, so that resources
//! which refer to each other can be created at all (RFC 7644 §3.7.1).
//!
//! Which attributes can wait is in the schema: those that refer to a resource and are not
//! required, such as `members` and `manager`.

use serde_json::{Map, Value};
use sutler_model::Kind;
use sutler_model::patch::{Operation, Verb};
use sutler_model::path::AttributePath;
use sutler_model::schema::{Attribute, standard};

use super::references::refers;

/// Takes the references of which `wanted` is true out of the body of a new resource, where they
/// can wait; returns what adds them.
pub(super) fn take(
    kind: Kind,
    data: &mut Map<String, Value>,
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<Operation> {
    // No schema of a tenant refers to resources: the standard ones say all.
    let shape = standard(kind);
    let mut later = Vec::new();
    data.retain(|key, value| {
        if let Some(schema) = shape.extension(key) {
            if let Value::Object(data) = value {
                data.retain(|key, value| {
                    let Some(attribute) = schema.attribute(key).filter(|a| can_wait(a)) else {
                        return true;
                    };
                    let path = AttributePath::extension(&schema.id, &attribute.name, None);
                    stays(attribute, path, value, wanted, &mut later)
                });
            }
            return true;
        }
        let Some(attribute) = shape.core().attribute(key).filter(|a| can_wait(a)) else {
            return true;
        };
        stays(attribute, AttributePath::core(&attribute.name, None), value, wanted, &mut later)
    });
    later
}

fn can_wait(attribute: &Attribute) -> bool {
    !attribute.required && attribute.sub("$ref").is_some_and(Attribute::derived_reference)
}

/// True if something is left of the value.
fn stays(
    attribute: &Attribute,
    path: AttributePath,
    value: &mut Value,
    wanted: &dyn Fn(&str) -> bool,
    later: &mut Vec<Operation>,
) -> bool {
    let singular = !attribute.multi_valued;
    let taken = match value {
        Value::Array(elements) if attribute.multi_valued => {
            let all = std::mem::take(elements);
            let (taken, kept) = all.into_iter().partition(|one| refers(&mut one.clone(), wanted));
            *elements = kept;
            Value::Array(taken)
        }
        Value::Object(_) if singular => {
            if !refers(value, wanted) {
                return true;
            }
            value.take()
        }
        _ => return true,
    };
    if taken != Value::Array(Vec::new()) {
        later.push(Operation { verb: Verb::Add, path: Some(path.into()), value: Some(taken) });
    }
    !value.is_null()
}
