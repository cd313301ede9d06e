//! One entry at a time, as JSON.

use serde_json::{Value, json};

use super::{Answer, administrator, ask};
use crate::harness::{Place, Server};

const JSON: &str = "application/json";

struct Api {
    place: Place,
    server: Server,
    token: String,
}

impl Api {
    async fn start() -> Self {
        let place = Place::new();
        place.apply("[[service_provider]]\nname = \"hr\"\n");
        let server = Server::start(&place).await;
        let token = administrator(&place, "root", "owner", None);
        Self { place, server, token }
    }

    async fn get(&self, path: &str) -> Answer {
        ask(&self.server, &self.token, "GET", &format!("/api/v1{path}"), None, None).await
    }

    async fn put(&self, path: &str, entry: Value, tag: &str) -> Answer {
        let body = Some((JSON, entry.to_string()));
        let path = format!("/api/v1{path}");
        ask(&self.server, &self.token, "PUT", &path, body, Some(tag)).await
    }

    async fn delete(&self, path: &str) -> Answer {
        let path = format!("/api/v1{path}");
        ask(&self.server, &self.token, "DELETE", &path, None, Some("*")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_lives_as_json_with_the_keys_of_the_file() {
    let api = Api::start().await;
    let wiki = json!({
        "connector": "scim2",
        "url": "https://wiki.example.org/scim/v2",
        "auth": {"bearer": "env:WIKI_TOKEN"},
        "rate": 7,
    });
    let made = api.put("/targets/wiki", wiki.clone(), "*").await;
    assert_eq!(made.json()["added"], json!(["target wiki"]), "{made:?}");
    let read = api.get("/targets/wiki").await;
    assert_eq!((&read.json()["rate"], &read.json()["name"]), (&json!(7), &json!("wiki")));
    assert_eq!(read.json()["auth"], wiki["auth"]);
    // What is read can be written back, and changes nothing.
    let same = api.put("/targets/wiki", read.json(), &read.tag).await;
    assert_eq!((same.status, &same.json()["changed"]), (200, &json!([])), "{same:?}");
    let mut slower = read.json();
    slower["rate"] = json!(3);
    let changed = api.put("/targets/wiki", slower, &read.tag).await;
    assert_eq!(changed.json()["changed"][0]["fields"], json!(["rate: 7 -> 3"]));
    assert_eq!(api.put("/targets/wiki", wiki, &read.tag).await.status, 412);
    assert!(api.place.done(&["export"]).contains("rate = 3"));
    let listed = api.get("/targets").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.delete("/targets/wiki").await.json()["removed"], json!(["target wiki"]));
    assert_eq!(api.get("/targets/wiki").await.status, 404);
    assert_eq!(api.delete("/targets/wiki").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sort_of_entry_can_be_made_and_the_last_one_taken_away() {
    let api = Api::start().await;
    let urn = "urn:acme:scim:Badge";
    for (path, entry) in [
        (
            format!("/schemas/{urn}"),
            json!({
                "name": "Badge", "extends": ["User"], "attributes": [{"name": "number"}],
            }),
        ),
        (
            "/identity-providers/login".to_owned(),
            json!({
                "issuer": "https://login.example.org",
                "jwks": "https://login.example.org/keys",
                "audience": "https://id.example.org",
                "user": {"claim": "sub", "attribute": "externalId"},
            }),
        ),
        (
            "/event-streams/told".to_owned(),
            json!({
                "events": ["prov:delete"], "audience": "https://hr.example.org", "poll": "hr",
            }),
        ),
        ("/service-providers/crm".to_owned(), json!({"mode": "store"})),
    ] {
        let made = api.put(&path, entry, "*").await;
        assert_eq!(made.status, 200, "{path}: {made:?}");
        assert_eq!(api.get(&path).await.status, 200, "{path}");
    }
    for path in [
        "/event-streams/told".to_owned(),
        "/identity-providers/login".to_owned(),
        format!("/schemas/{urn}"),
        "/service-providers/crm".to_owned(),
        "/service-providers/hr".to_owned(),
    ] {
        let gone = api.delete(&path).await;
        assert_eq!(gone.status, 200, "{path}: {gone:?}");
    }
    assert_eq!(api.get("/estate").await.json(), json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_entry_cannot_be_is_refused_by_the_reader_of_files() {
    let api = Api::start().await;
    for (path, entry, says) in [
        ("/targets/wiki", json!({}), "`connector` is missing"),
        ("/targets/wiki", json!({"connector": "scim2", "url": "ftp://x"}), "must begin with"),
        (
            "/targets/wiki",
            json!({"connector": "scim2", "url": "https://x.example", "rat": 1}),
            "did you mean `rate`?",
        ),
        (
            "/targets/wiki",
            json!({"connector": "scim2", "url": "https://x.example",
            "auth": {"bearer": "file:key"}}),
            "no folder here",
        ),
        ("/targets/wiki", json!({"connector": null}), "`null` is no value"),
        ("/targets/wiki", json!({"name": "other"}), "must be \"wiki\""),
        ("/service-providers/hr", json!({"targets": ["nowhere"]}), "does not exist"),
        ("/service-providers/%20", json!({}), "cannot be used"),
        ("/service-providers/crm", json!({"mode": "\"\n[[target]]"}), "must be"),
    ] {
        let refused = api.put(path, entry.clone(), "*").await;
        let faults = refused.faults();
        assert!(faults.iter().any(|fault| fault.contains(says)), "{entry}: {faults:?}");
        assert!(refused.json()["faults"][0].get("line").is_none(), "{refused:?}");
    }
}
