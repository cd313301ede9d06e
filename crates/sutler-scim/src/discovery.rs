//! Discovery documents (RFC 7643 §5 to §7): what the server is and can do.

use serde_json::{Value, json};
use sutler_model::schema::{Attribute, ROLE, ResourceType, Schema, Schemas, Type};

use crate::bulk::Limits;
use crate::events::supported_uris;
use crate::render::list;

const SERVICE_PROVIDER_CONFIG: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";

/// How lists are paged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pagination {
    /// How many resources a page has when the client does not say.
    pub default_size: usize,
    /// How many resources a page has at most.
    pub max_size: usize,
    /// For how many seconds a cursor is good.
    pub cursor_timeout: u64,
}

/// `/ServiceProviderConfig`. Clients that know RFC 7643 alone refuse what is not in it: `events`
/// says whether anybody is told anything, and only then are they mentioned (RFC 9967).
pub fn service_provider_config(
    base: &str,
    pagination: Pagination,
    bulk: &Limits,
    events: bool,
) -> Value {
    let mut config = json!({
        "schemas": [SERVICE_PROVIDER_CONFIG],
        "patch": {"supported": true},
        "bulk": {
            "supported": bulk.offered(),
            "maxOperations": bulk.operations,
            "maxPayloadSize": bulk.payload,
        },
        "filter": {"supported": true, "maxResults": pagination.max_size},
        "changePassword": {"supported": true},
        "sort": {"supported": true},
        "etag": {"supported": true},
        "pagination": {
            "cursor": true,
            "index": true,
            "defaultPaginationMethod": "index",
            "defaultPageSize": pagination.default_size,
            "maxPageSize": pagination.max_size,
            "cursorTimeout": pagination.cursor_timeout,
        },
        "authenticationSchemes": [
            scheme(
                "oauthbearertoken",
                "Bearer token",
                "A token made with the command line, or had by client credentials at /oauth2/token; \
                 at /Me, an access token of an identity provider that the tenant trusts",
                "https://www.rfc-editor.org/info/rfc6750",
                true,
            ),
            scheme(
                "oauth2",
                "OAuth 2.0",
                "Client credentials",
                "https://www.rfc-editor.org/info/rfc6749",
                false,
            ),
            scheme(
                "httpbasic",
                "HTTP Basic",
                "Client id and secret",
                "https://www.rfc-editor.org/info/rfc7617",
                false,
            ),
        ],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{base}/ServiceProviderConfig"),
        },
    });
    if let Some(map) = config.as_object_mut().filter(|_| events) {
        let supported = json!({"asyncRequest": "request", "eventUris": supported_uris()});
        map.insert("securityEvents".to_owned(), supported);
    }
    config
}

fn scheme(r#type: &str, name: &str, description: &str, spec: &str, primary: bool) -> Value {
    json!({
        "type": r#type,
        "name": name,
        "description": description,
        "specUri": spec,
        "primary": primary,
    })
}

/// `/Schemas`: all at once (T-R5).
pub fn schemas(schemas: &Schemas, base: &str) -> Value {
    whole_list(schemas.all().into_iter().map(|schema| schema_json(base, schema)).collect())
}

/// `/Schemas/{urn}`, in any spelling.
pub fn schema(schemas: &Schemas, base: &str, urn: &str) -> Option<Value> {
    schemas.by_id(urn).map(|schema| schema_json(base, schema))
}

/// `/ResourceTypes`: all at once (T-R5).
pub fn resource_types(schemas: &Schemas, base: &str) -> Value {
    whole_list(schemas.types().into_iter().map(|r#type| type_json(base, r#type)).collect())
}

/// `/ResourceTypes/{name}`, in any spelling.
pub fn resource_type(schemas: &Schemas, base: &str, name: &str) -> Option<Value> {
    let found = schemas.types().into_iter().find(|t| t.kind.name().eq_ignore_ascii_case(name));
    found.map(|r#type| type_json(base, r#type))
}

fn whole_list(resources: Vec<Value>) -> Value {
    let total = resources.len();
    list(resources, total, 1)
}

fn schema_json(base: &str, schema: &Schema) -> Value {
    json!({
        "schemas": [SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes.iter().map(attribute_json).collect::<Vec<_>>(),
        "meta": {
            "resourceType": "Schema",
            "location": format!("{base}/Schemas/{}", schema.id),
        },
    })
}

/// Every characteristic is spelled out, but for those that a complex attribute does not have
/// (errata 6004 of RFC 7643).
fn attribute_json(attribute: &Attribute) -> Value {
    let Ok(Value::Object(mut map)) = serde_json::to_value(attribute) else {
        return Value::Null;
    };
    if attribute.r#type == Type::Complex {
        map.remove("caseExact");
        map.remove("uniqueness");
        let subs = attribute.sub_attributes.iter().map(attribute_json).collect();
        map.insert("subAttributes".to_owned(), Value::Array(subs));
    }
    Value::Object(map)
}

fn type_json(base: &str, r#type: &ResourceType) -> Value {
    let name = r#type.kind.name();
    // A role is made at its own endpoint: whoever writes groups is not invited to make one.
    let invited = r#type.extensions().iter().filter(|one| one.schema.id != ROLE);
    let extensions: Vec<Value> =
        invited.map(|one| json!({"schema": one.schema.id, "required": one.required})).collect();
    let mut json = json!({
        "schemas": [RESOURCE_TYPE],
        "id": name,
        "name": name,
        "description": r#type.description,
        "endpoint": r#type.endpoint,
        "schema": r#type.core().id,
        "meta": {
            "resourceType": "ResourceType",
            "location": format!("{base}/ResourceTypes/{name}"),
        },
    });
    if let Some(map) = json.as_object_mut().filter(|_| !extensions.is_empty()) {
        map.insert("schemaExtensions".to_owned(), Value::Array(extensions));
    }
    json
}
