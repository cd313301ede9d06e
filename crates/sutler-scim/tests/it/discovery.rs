//! Discovery documents and errors: section 9 of the SCIM rules.

use serde_json::{Value, json};
use sutler_model::schema::{ENTERPRISE_USER, ROLE, Schemas, USER};
use sutler_model::{Invalid, InvalidKind};
use sutler_scim::bulk::Limits;
use sutler_scim::discovery::{
    Pagination, resource_type, resource_types, schema, schemas, service_provider_config,
};
use sutler_scim::error::{Problem, body};

const BASE: &str = "https://id.example/scim/v2";
const PAGINATION: Pagination =
    Pagination { default_size: 100, max_size: 1000, cursor_timeout: 3600 };

#[test]
fn the_config_names_all_that_it_must_t_r5() {
    let limits = Limits { operations: 7, payload: 4_096 };
    let config = service_provider_config(BASE, PAGINATION, &limits, false);
    for feature in ["patch", "bulk", "filter", "changePassword", "sort", "etag"] {
        assert_eq!(config[feature]["supported"], json!(true), "{feature}");
    }
    let bulk = json!({"supported": true, "maxOperations": 7, "maxPayloadSize": 4_096});
    assert_eq!(config["bulk"], bulk);
    let off = service_provider_config(BASE, PAGINATION, &Limits { operations: 0, ..limits }, false);
    assert_eq!(off["bulk"]["supported"], json!(false));
    assert_eq!(config["filter"]["maxResults"], 1000);
    assert_eq!(config["meta"]["location"], format!("{BASE}/ServiceProviderConfig"));
    assert!(config["authenticationSchemes"].as_array().is_some_and(|s| !s.is_empty()));
}

#[test]
fn the_config_and_its_schema_tell_how_lists_are_paged_t_k5() {
    let config = service_provider_config(BASE, PAGINATION, &Limits::default(), false);
    let expected = json!({
        "cursor": true, "index": true, "defaultPaginationMethod": "index",
        "defaultPageSize": 100, "maxPageSize": 1000, "cursorTimeout": 3600,
    });
    assert_eq!(config["pagination"], expected);
    let urn = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    let schema = schema(&Schemas::standard(), BASE, urn).unwrap();
    let attributes = schema["attributes"].as_array().unwrap();
    let pagination = attributes.iter().find(|a| a["name"] == "pagination").unwrap();
    let subs = pagination["subAttributes"].as_array().unwrap();
    let required = |name: &str| &subs.iter().find(|s| s["name"] == name).unwrap()["required"];
    for name in expected.as_object().unwrap().keys() {
        assert_eq!(required(name), &json!(matches!(name.as_str(), "cursor" | "index")), "{name}");
    }
}

#[test]
fn the_config_and_its_schema_tell_of_events_and_late_answers_t_v1() {
    let config = service_provider_config(BASE, PAGINATION, &Limits::default(), true);
    let events = &config["securityEvents"];
    assert_eq!(events["asyncRequest"], "request");
    let uris = events["eventUris"].as_array().unwrap();
    assert!(uris.contains(&json!("urn:ietf:params:scim:event:misc:asyncresp")));
    assert!(uris.iter().all(|uri| !uri.as_str().unwrap().contains(":feed:")));
    let urn = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
    let schema = schema(&Schemas::standard(), BASE, urn).unwrap();
    let attributes = schema["attributes"].as_array().unwrap();
    let described = attributes.iter().find(|a| a["name"] == "securityEvents").unwrap();
    let subs: Vec<&str> = described["subAttributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sub| sub["name"].as_str().unwrap())
        .collect();
    assert_eq!(subs, ["asyncRequest", "eventUris"]);
    // Clients that know RFC 7643 alone are not told where nobody is told anything.
    let silent = service_provider_config(BASE, PAGINATION, &Limits::default(), false);
    assert_eq!(silent.get("securityEvents"), None);
}

#[test]
fn schemas_are_found_in_a_list_and_by_urn_t_r5() {
    let list = schemas(&Schemas::standard(), BASE);
    assert_eq!(list["totalResults"], list["itemsPerPage"]);
    let names: Vec<_> =
        list["Resources"].as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "User",
            "Group",
            "EnterpriseUser",
            "Role",
            "ServiceProviderConfig",
            "ResourceType",
            "Schema"
        ]
    );
    for known in Schemas::standard().all() {
        let found = schema(&Schemas::standard(), BASE, &known.id.to_uppercase()).unwrap();
        assert_eq!(found["id"], known.id);
        assert_eq!(found["meta"]["location"], format!("{BASE}/Schemas/{}", known.id));
    }
    assert_eq!(schema(&Schemas::standard(), BASE, "urn:none"), None);
}

#[test]
fn attributes_are_described_with_every_characteristic() {
    let user = schema(&Schemas::standard(), BASE, USER).unwrap();
    let attributes = user["attributes"].as_array().unwrap();
    let find = |name: &str| attributes.iter().find(|a| a["name"] == name).unwrap();
    assert_eq!(find("userName")["uniqueness"], "server");
    assert_eq!(find("userName")["caseExact"], false);
    assert_eq!(find("password")["returned"], "never");
    assert_eq!(find("groups")["mutability"], "readOnly");
    assert_eq!(find("emails").get("uniqueness"), None);
    assert_eq!(find("emails")["subAttributes"][0]["type"], "string");
}

#[test]
fn resource_types_name_their_extensions_t_r5() {
    assert_eq!(resource_types(&Schemas::standard(), BASE)["totalResults"], 2);
    let user = resource_type(&Schemas::standard(), BASE, "user").unwrap();
    assert_eq!(user["endpoint"], "/Users");
    assert_eq!(user["schemaExtensions"], json!([{"schema": ENTERPRISE_USER, "required": false}]));
    let group = resource_type(&Schemas::standard(), BASE, "Group").unwrap();
    // A role has an endpoint of its own, and its schema is found like any other.
    assert_eq!(group.get("schemaExtensions"), None);
    assert!(schema(&Schemas::standard(), BASE, ROLE).is_some());
    assert_eq!(resource_type(&Schemas::standard(), BASE, "Device"), None);
}

/// Every discovery document has only attributes that its own schema describes, with the
/// right number of values.
#[test]
fn documents_follow_their_own_schemas() {
    let list = schemas(&Schemas::standard(), BASE);
    let types = resource_types(&Schemas::standard(), BASE);
    let config = service_provider_config(BASE, PAGINATION, &Limits::default(), true);
    let documents = list["Resources"].as_array().unwrap().iter();
    let documents = documents.chain(types["Resources"].as_array().unwrap()).chain([&config]);
    for document in documents {
        let urn = document["schemas"][0].as_str().unwrap();
        let standard = Schemas::standard();
        let schema = standard.by_id(urn).unwrap();
        for (key, value) in document.as_object().unwrap() {
            if matches!(key.as_str(), "schemas" | "id" | "meta") {
                continue;
            }
            let attribute = schema.attribute(key).unwrap_or_else(|| panic!("{urn} {key}"));
            assert_eq!(attribute.multi_valued, value.is_array(), "{urn} {key}");
        }
    }
}

#[test]
fn an_error_carries_its_status_as_text_and_its_type_t_r1_t_r2() {
    let check = |kind: InvalidKind, status: &str, scim_type: &str| {
        let problem = Problem::from(Invalid::new(kind, "`x` is wrong"));
        let body: Value = body(&problem);
        assert_eq!(body["status"], status);
        assert_eq!(body["scimType"], scim_type);
        assert_eq!(body["detail"], "`x` is wrong");
        assert_eq!(body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
    };
    check(InvalidKind::Filter, "400", "invalidFilter");
    check(InvalidKind::Path, "400", "invalidPath");
    check(InvalidKind::NoTarget, "400", "noTarget");
    check(InvalidKind::Value, "400", "invalidValue");
    check(InvalidKind::Syntax, "400", "invalidSyntax");
    check(InvalidKind::Mutability, "400", "mutability");
    check(InvalidKind::TooMany, "400", "tooMany");
    check(InvalidKind::Version, "400", "invalidVers");
    check(InvalidKind::Uniqueness, "409", "uniqueness");
    check(InvalidKind::Sensitive, "403", "sensitive");
    assert_eq!(body(&Problem::new(404, "no such user")).get("scimType"), None);
}
