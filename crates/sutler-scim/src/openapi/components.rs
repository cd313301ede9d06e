//! The parts that paths refer to: resources from their SCIM schemas, messages, parameters,
//! answers, and how a client proves who it is.

use serde_json::{Map, Value, json};
use sutler_model::schema::{
    Attribute, Mutability, ResourceType, Returned, Schema, Schemas, Type, common,
};

use super::reference;
use crate::bulk::{BULK_REQUEST, BULK_RESPONSE};
use crate::error::{ERROR, scim_type};
use crate::patch::PATCH_OP;
use crate::query::SEARCH_REQUEST;
use crate::render::LIST_RESPONSE;
use crate::roles::Shape;

pub(super) fn components(own: &Schemas) -> Value {
    json!({
        "schemas": schemas(own),
        "parameters": parameters(),
        "responses": responses(),
        "headers": {
            "ETag": {"description": "The version of the resource", "schema": {"type": "string"}},
            "Location": {
                "description": "The address of the resource",
                "schema": {"type": "string", "format": "uri"},
            },
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic"},
            "user": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token of an identity provider that the tenant trusts (RFC 9068)",
            },
            "clientCredentials": {
                "type": "oauth2",
                "flows": {"clientCredentials": {"tokenUrl": "/oauth2/token", "scopes": {}}},
            },
        },
    })
}

fn schemas(own: &Schemas) -> Value {
    let [user, group] = own.types();
    let of_any = json!({"oneOf": [reference("schemas", "User"), reference("schemas", "Group")]});
    json!({
        "User": resource(user),
        "Group": resource(group),
        "Role": resource(Shape::V2.alone()),
        "RoleV1": resource(Shape::V1.alone()),
        "RoleList": list(&reference("schemas", "Role")),
        "RoleV1List": list(&reference("schemas", "RoleV1")),
        "UserList": list(&reference("schemas", "User")),
        "GroupList": list(&reference("schemas", "Group")),
        "MixedList": list(&of_any),
        "PatchOp": patch_op(),
        "SearchRequest": search_request(),
        "BulkRequest": bulk_request(),
        "BulkResponse": bulk_response(),
        "Error": error(),
        "Token": token(),
        "TokenError": {
            "type": "object",
            "required": ["error"],
            "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
        },
    })
}

/// A resource with everything that its schemas define.
fn resource(shape: &ResourceType) -> Value {
    let schema = shape.core();
    let mut properties = properties(&common().attributes);
    properties.extend(self::properties(&schema.attributes));
    for extension in shape.extension_schemas() {
        properties.insert(extension.id.clone(), extension_object(extension));
    }
    properties.insert("schemas".to_owned(), schemas_property(&schema.id));
    json!({
        "type": "object",
        "description": schema.description,
        "required": required(&schema.attributes),
        "properties": properties,
    })
}

fn extension_object(extension: &Schema) -> Value {
    json!({
        "type": "object",
        "description": extension.description,
        "properties": properties(&extension.attributes),
    })
}

fn schemas_property(urn: &str) -> Value {
    json!({
        "type": "array",
        "description": "The URNs of the schemas in use",
        "items": {"type": "string"},
        "contains": {"const": urn},
    })
}

fn required(attributes: &[Attribute]) -> Vec<&str> {
    let named = attributes.iter().filter(|a| a.required).map(|a| a.name.as_str());
    std::iter::once("schemas").chain(named).collect()
}

fn properties(attributes: &[Attribute]) -> Map<String, Value> {
    attributes.iter().map(|a| (a.name.clone(), property(a))).collect()
}

/// An attribute as JSON Schema.
fn property(attribute: &Attribute) -> Value {
    let mut value = json!({"description": attribute.description});
    let one = match attribute.r#type {
        Type::String => json!({"type": "string"}),
        Type::Boolean => json!({"type": "boolean"}),
        Type::Decimal => json!({"type": "number"}),
        Type::Integer => json!({"type": "integer"}),
        Type::DateTime => json!({"type": "string", "format": "date-time"}),
        Type::Reference => json!({"type": "string", "format": "uri-reference"}),
        Type::Binary => json!({"type": "string", "contentEncoding": "base64"}),
        Type::Complex => {
            json!({"type": "object", "properties": properties(&attribute.sub_attributes)})
        }
    };
    let shape = if attribute.multi_valued { json!({"type": "array", "items": one}) } else { one };
    if let (Some(map), Value::Object(shape)) = (value.as_object_mut(), shape) {
        map.extend(shape);
        if attribute.mutability == Mutability::ReadOnly {
            map.insert("readOnly".to_owned(), Value::Bool(true));
        }
        if attribute.returned == Returned::Never {
            map.insert("writeOnly".to_owned(), Value::Bool(true));
        }
    }
    value
}

fn message(urn: &str, required: &[&str], mut properties: Value) -> Value {
    if let Some(map) = properties.as_object_mut() {
        map.insert("schemas".to_owned(), schemas_property(urn));
    }
    let required: Vec<&str> = std::iter::once("schemas").chain(required.iter().copied()).collect();
    json!({"type": "object", "required": required, "properties": properties})
}

fn list(of: &Value) -> Value {
    message(
        LIST_RESPONSE,
        &["totalResults"],
        json!({
            "totalResults": {"type": "integer", "minimum": 0},
            "startIndex": {"type": "integer", "minimum": 1},
            "itemsPerPage": {"type": "integer", "minimum": 0},
            "nextCursor": {"type": "string", "description": "Of a walk by cursor, but for its last page"},
            "Resources": {"type": "array", "items": of},
        }),
    )
}

fn patch_op() -> Value {
    let operation = json!({
        "type": "object",
        "required": ["op"],
        "properties": {
            "op": {"type": "string", "enum": ["add", "remove", "replace"]},
            "path": {"type": "string", "examples": ["emails[type eq \"work\"].value"]},
            "value": {},
        },
    });
    let operations = json!({"type": "array", "minItems": 1, "items": operation});
    message(PATCH_OP, &["Operations"], json!({"Operations": operations}))
}

fn search_request() -> Value {
    let names = json!({"type": "array", "items": {"type": "string"}});
    message(
        SEARCH_REQUEST,
        &[],
        json!({
            "attributes": names,
            "excludedAttributes": names,
            "filter": {"type": "string"},
            "sortBy": {"type": "string"},
            "sortOrder": {"type": "string", "enum": ["ascending", "descending"]},
            "startIndex": {"type": "integer"},
            "count": {"type": "integer"},
            "cursor": {"type": "string"},
            "domain": {"type": "string"},
        }),
    )
}

fn bulk_request() -> Value {
    let operation = json!({
        "type": "object",
        "required": ["method", "path"],
        "properties": {
            "method": {"type": "string", "enum": ["POST", "PUT", "PATCH", "DELETE"]},
            "path": {"type": "string", "examples": ["/Users", "/Groups/bulkId:staff"]},
            "bulkId": {"type": "string", "description": "Of a POST: others refer to it as `bulkId:…`"},
            "version": {"type": "string", "description": "As `If-Match`"},
            "data": {"type": "object"},
        },
    });
    message(
        BULK_REQUEST,
        &["Operations"],
        json!({
            "failOnErrors": {"type": "integer", "minimum": 1},
            "Operations": {"type": "array", "minItems": 1, "items": operation},
        }),
    )
}

fn bulk_response() -> Value {
    let result = json!({
        "type": "object",
        "required": ["method", "status"],
        "properties": {
            "method": {"type": "string"},
            "status": {"type": "string"},
            "bulkId": {"type": "string"},
            "location": {"type": "string", "format": "uri"},
            "version": {"type": "string"},
            "response": reference("schemas", "Error"),
        },
    });
    let operations = json!({"type": "array", "items": result});
    message(BULK_RESPONSE, &["Operations"], json!({"Operations": operations}))
}

fn error() -> Value {
    let words: Vec<&str> = sutler_model::InvalidKind::ALL.into_iter().map(scim_type).collect();
    message(
        ERROR,
        &["status"],
        json!({
            "status": {"type": "string", "pattern": "^[45][0-9]{2}$"},
            "scimType": {"type": "string", "enum": words},
            "detail": {"type": "string"},
        }),
    )
}

fn token() -> Value {
    json!({
        "type": "object",
        "required": ["access_token", "token_type", "expires_in"],
        "properties": {
            "access_token": {"type": "string"},
            "token_type": {"type": "string", "const": "Bearer"},
            "expires_in": {"type": "integer", "description": "Seconds"},
        },
    })
}

fn parameters() -> Value {
    let query = |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "description": description, "schema": {"type": "string"}});
    let text = || json!({"type": "string"});
    json!({
        "id": {"name": "id", "in": "path", "required": true, "description": "The id that the server gave", "schema": text()},
        "attributes": query("attributes", "Names of the attributes to return, separated by commas (RFC 7644 §3.9)", text()),
        "excludedAttributes": query("excludedAttributes", "Names of the attributes to leave out, separated by commas", text()),
        "filter": query("filter", "Which resources (RFC 7644 §3.4.2.2)", text()),
        "sortBy": query("sortBy", "By which attribute", text()),
        "sortOrder": query("sortOrder", "From first to last, or the other way", json!({"type": "string", "enum": ["ascending", "descending"], "default": "ascending"})),
        "startIndex": query("startIndex", "From which match on, counted from 1", json!({"type": "integer", "default": 1})),
        "count": query("count", "How many at most", json!({"type": "integer", "minimum": 0})),
        "cursor": query("cursor", "Where a walk goes on (RFC 9865); empty begins one", text()),
        "domain": query("domain", "The user store to look or to create in, in any spelling; not of the RFCs", text()),
        "ifMatch": header("If-Match", "Only if the resource has one of these versions"),
        "ifNoneMatch": header("If-None-Match", "Only if the resource has none of these versions"),
    })
}

fn responses() -> Value {
    let error = |description: &str| {
        json!({
            "description": description,
            "content": {crate::MEDIA_TYPE: {"schema": reference("schemas", "Error")}},
        })
    };
    json!({
        "Invalid": error("The request cannot be understood or taken; `scimType` says why"),
        "Unauthorized": error("No valid credential"),
        "Forbidden": error("The client lacks the permission, or may not read or write an attribute, which is named"),
        "NotFound": error("There is none"),
        "Taken": error("A unique value is in use"),
        "Stale": error("The resource has another version"),
        "TooLarge": error("The body exceeds a limit"),
        "MediaType": error("The body is not JSON"),
        "TooOften": error("More requests than this client may send; again after `Retry-After`"),
        "Unavailable": error("Try again after `Retry-After`"),
        "Unchanged": {"description": "The client has this version already"},
    })
}
