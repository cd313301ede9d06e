//! What a target tells of itself (RFC 7644 §4).

use serde_json::{Value, json};

use crate::attribute::{ENTERPRISE, GROUP, USER};
use crate::options::TargetOptions;
use crate::play::Paging;
use crate::show::list;

/// The document under a discovery path, if there is one.
pub(crate) fn document(options: &TargetOptions, path: &str) -> Option<Value> {
    let [_, _, config] = options.play.endpoints;
    match path {
        _ if path.strip_prefix('/') == Some(config) => Some(service_provider_config(options)),
        "/ResourceTypes" => Some(list(2, 1, &resource_types())),
        "/Schemas" => Some(list(3, 1, &schemas())),
        _ => None,
    }
}

fn service_provider_config(options: &TargetOptions) -> Value {
    let mut config = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": options.patch },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": options.filter, "maxResults": options.page.min(1_000) },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": options.etag },
        "authenticationSchemes": [
            { "type": "oauthbearertoken", "name": "Bearer", "description": "A long-lived token" },
        ],
    });
    // The others page as their documentation says, and do not tell.
    if let (Paging::Cursor, Some(config)) = (options.paging, config.as_object_mut()) {
        config.insert("pagination".to_owned(), json!({ "cursor": true, "index": true }));
    }
    config
}

fn resource_types() -> [Value; 2] {
    let kind = |name: &str, schema: &str, extensions: Value| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name, "name": name, "endpoint": format!("/{name}s"),
            "schema": schema, "schemaExtensions": extensions,
        })
    };
    [
        kind("User", USER, json!([{ "schema": ENTERPRISE, "required": false }])),
        kind("Group", GROUP, json!([])),
    ]
}

fn schemas() -> [Value; 3] {
    [(USER, "User"), (GROUP, "Group"), (ENTERPRISE, "Enterprise User")].map(|(id, name)| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": id, "name": name, "attributes": [],
        })
    })
}
