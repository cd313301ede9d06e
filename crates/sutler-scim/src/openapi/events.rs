//! The paths of events (RFC 8936, RFC 9967) and of the keys that they are signed with.

use serde_json::{Map, Value, json};

use super::reference;
use crate::events::TOKEN_MEDIA_TYPE;

const TAG: &str = "Events";

pub(super) fn paths() -> Map<String, Value> {
    Map::from_iter([
        ("/events/{id}".to_owned(), of_one("post", &poll())),
        ("/AsyncResponses/{id}".to_owned(), of_one("get", &result())),
        ("/jwks.json".to_owned(), json!({"get": keys()})),
    ])
}

fn of_one(method: &str, operation: &Value) -> Value {
    json!({"parameters": [reference("parameters", "id")], method: operation})
}

fn content(media: &str, schema: &Value) -> Value {
    json!({"description": "Done", "content": {media: {"schema": schema}}})
}

fn sets() -> Value {
    json!({
        "type": "object",
        "required": ["sets", "moreAvailable"],
        "properties": {
            "sets": {"type": "object", "additionalProperties": {"type": "string"}},
            "moreAvailable": {"type": "boolean"},
        },
    })
}

fn poll() -> Value {
    let asked = json!({
        "type": "object",
        "properties": {
            "maxEvents": {"type": "integer", "minimum": 0},
            "returnImmediately": {"type": "boolean", "default": false},
            "ack": {"type": "array", "items": {"type": "string"}},
            "setErrs": {"type": "object", "additionalProperties": {
                "type": "object",
                "properties": {"err": {"type": "string"}, "description": {"type": "string"}},
            }},
        },
    });
    json!({
        "tags": [TAG],
        "operationId": "pollEvents",
        "summary": "Fetch and acknowledge events of a stream, by its name (RFC 8936)",
        "requestBody": {"required": true, "content": {"application/json": {"schema": asked}}},
        "responses": {
            "200": content("application/json", &sets()),
            "400": reference("responses", "Invalid"),
            "401": reference("responses", "Unauthorized"),
            "404": reference("responses", "NotFound"),
            "413": reference("responses", "TooLarge"),
            "415": reference("responses", "MediaType"),
            "503": reference("responses", "Unavailable"),
        },
    })
}

fn result() -> Value {
    let token = json!({"type": "string"});
    json!({
        "tags": [TAG],
        "operationId": "asyncResponse",
        "summary": "How an asynchronous request ended, by its `Set-Txn` (RFC 9967)",
        "responses": {
            "200": {"description": "Done", "content": {
                TOKEN_MEDIA_TYPE: {"schema": token},
                "application/json": {"schema": sets()},
            }},
            "401": reference("responses", "Unauthorized"),
            "404": reference("responses", "NotFound"),
            "503": reference("responses", "Unavailable"),
        },
    })
}

fn keys() -> Value {
    json!({
        "tags": [TAG],
        "operationId": "eventKeys",
        "summary": "The public keys that events are signed with (RFC 7517)",
        "security": [],
        "responses": {
            "200": content("application/jwk-set+json", &json!({"type": "object"})),
            "404": reference("responses", "NotFound"),
            "503": reference("responses", "Unavailable"),
        },
    })
}
