//! The HTTP interface as an OpenAPI 3.1 document, made from the same schemas that the server
//! works with: what it says about a resource cannot differ from what is accepted.

mod components;
mod events;
mod me;
mod paths;

use serde_json::{Value, json};
use sutler_model::schema::Schemas;

/// The document. `version` is the server's, the schemas are those of the tenant `default`.
pub fn document(version: &str, schemas: &Schemas) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Sutler",
            "version": version,
            "summary": "Identity provisioning over SCIM 2.0",
            "description": "Users and groups by SCIM 2.0 (RFC 7643, RFC 7644). The paths lie under \
                the SCIM root of a tenant; tokens and health lie beside it.",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
        },
        "servers": servers("/scim/v2"),
        "security": [{"bearer": []}, {"basic": []}, {"clientCredentials": []}],
        "tags": [
            {"name": "User", "description": "RFC 7643 §4.1"},
            {"name": "Group", "description": "RFC 7643 §4.2"},
            {"name": "Role", "description": "Groups with an audience and permissions"},
            {"name": "RoleV1", "description": "The same in an older shape"},
            {"name": "All types", "description": "Queries over users and groups at once"},
            {"name": "Discovery", "description": "What the server is and can do (RFC 7644 §4)"},
            {"name": "Operation", "description": "Tokens, health and figures"},
        ],
        "paths": paths::paths(),
        "components": components::components(schemas),
    })
}

/// A SCIM root, in each tenant.
fn servers(root: &str) -> Value {
    json!([
        {"url": root, "description": "The tenant `default`"},
        {
            "url": format!("/t/{{tenant}}{root}"),
            "description": "Another tenant",
            "variables": {"tenant": {"default": "default", "description": "Its name"}},
        },
    ])
}

/// A reference to a component.
fn reference(section: &str, name: &str) -> Value {
    json!({"$ref": format!("#/components/{section}/{name}")})
}
