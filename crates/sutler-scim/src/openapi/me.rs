//! `/Me` (RFC 7644 §3.11): the operations on one user, for the user himself.

use serde_json::{Value, json};

/// The operations of `/Users/{id}` as those of `/Me`.
pub(super) fn me(mut user: Value) -> Value {
    let Some(operations) = user.as_object_mut() else { return user };
    operations.remove("parameters");
    for (method, operation) in operations.iter_mut() {
        operation["operationId"] = json!(format!("{method}Me"));
        operation["security"] = json!([{"user": []}]);
        operation["description"] = json!(
            "The user whom the token is about. What he may do, and which attributes he may change, \
             is set with the identity provider"
        );
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            responses.remove("404");
        }
    }
    user
}
