//! An owner of one tenant: what is his, and what is not.

use serde_json::json;

use super::{administrator, apply, ask};
use crate::harness::{Place, Server};

const ESTATE: &str = r#"
[[tenant]]
name = "acme"
[[service_provider]]
tenant = "acme"
name = "crm"
basic = { client_id = "crm", client_secret = "env:CRM_SECRET" }
[[service_provider]]
name = "hr"
basic = { client_id = "hr", client_secret = "env:HR_SECRET" }
"#;

async fn start() -> (Place, Server, String) {
    let place = Place::new();
    place.apply(ESTATE);
    let server = Server::start(&place).await;
    let token = administrator(&place, "ann", "owner", Some("acme"));
    (place, server, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn sc_5_an_owner_of_a_tenant_edits_that_tenant_only() {
    let (place, server, ann) = start().await;
    let own = "/t/acme/api/v1";
    let before = place.done(&["export", "--tenant", "default"]);
    for text in [
        "[[service_provider]]\nname = \"mine\"\n",
        "[[tenant]]\nname = \"other\"\n",
        "[[tenant]]\nname = \"acme\"\n[[service_provider]]\ntenant = \"default\"\nname = \"x\"\n",
    ] {
        let faults = apply(&server, &ann, own, text).await.faults();
        assert!(
            faults.iter().any(|fault| fault.contains("of the tenant `acme` only")),
            "{faults:?}"
        );
    }
    assert_eq!(apply(&server, &ann, "/api/v1", "").await.status, 404);
    let body = Some(("application/json", json!({"tenant": "default"}).to_string()));
    let path = "/t/acme/api/v1/service-providers/x";
    let refused = ask(&server, &ann, "PUT", path, body, Some("*")).await;
    assert!(refused.faults()[0].contains("`tenant`"), "{refused:?}");
    assert_eq!(place.done(&["export", "--tenant", "default"]), before);
    // In his own he may, and sees nothing of others.
    let body = Some(("application/json", json!({"mode": "store"}).to_string()));
    let made = ask(&server, &ann, "PUT", path, body, Some("*")).await;
    assert_eq!(made.status, 200, "{made:?}");
    let estate = ask(&server, &ann, "GET", "/t/acme/api/v1/estate", None, None).await;
    assert!(estate.text.contains("crm") && !estate.text.contains("\"hr\""), "{}", estate.text);
    // The tag is of his tenant alone: what others change is no conflict.
    place.apply(&format!("{ESTATE}mode = \"store\"\n[[service_provider]]\ntenant = \"acme\"\nname = \"x\"\nmode = \"store\"\n"));
    let later = ask(&server, &ann, "GET", "/t/acme/api/v1/estate", None, None).await;
    assert_eq!(later.tag, estate.tag);
}

#[tokio::test(flavor = "multi_thread")]
async fn sc_5_a_client_id_that_another_tenant_has_is_not_told_whose_it_is() {
    let (_place, server, ann) = start().await;
    let entry = json!({"oauth": {"client_id": "new", "client_secret": "generate"},
        "basic": {"client_id": "hr", "client_secret": "generate"}});
    let body = Some(("application/json", entry.to_string()));
    let path = "/t/acme/api/v1/service-providers/x";
    let refused = ask(&server, &ann, "PUT", path, body, Some("*")).await;
    let faults = refused.faults();
    assert!(faults[0].contains("of another tenant"), "{faults:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn cf_4_ss_1_an_owner_of_a_tenant_gets_no_hold_of_the_machine() {
    let (place, server, ann) = start().await;
    let root = administrator(&place, "root", "owner", None);
    let path = "/t/acme/api/v1/targets/app";
    let put = async |token: &str, entry: serde_json::Value| {
        let body = Some(("application/json", entry.to_string()));
        ask(&server, token, "PUT", path, body, Some("*")).await
    };
    let target = |url: &str, secret: &str, private: bool| {
        json!({"connector": "scim2", "url": url, "auth": {"bearer": secret},
            "allow_private_addresses": private})
    };
    let outside = "https://app.example.org/scim";
    let key = format!("file:{}", place.data().join("key").display());
    for hold in [
        target(outside, "env:HR_SECRET", false),
        target(outside, &key, false),
        target("http://169.254.169.254/latest", "generate", true),
    ] {
        let refused = put(&ann, hold.clone()).await;
        assert!(refused.faults()[0].contains("owner of all tenants"), "{hold}: {refused:?}");
    }
    assert_eq!(put(&ann, target(outside, "generate", false)).await.status, 200);
    // What his tenant has already is his to use.
    assert_eq!(put(&ann, target(outside, "env:CRM_SECRET", false)).await.status, 200);
    let inner = "http://10.0.0.7/scim";
    assert_eq!(put(&root, target(inner, "env:APP_TOKEN", true)).await.status, 200);
    assert_eq!(put(&ann, target(inner, "env:APP_TOKEN", true)).await.status, 200);
    let moved = put(&ann, target("http://10.0.0.8/scim", "env:APP_TOKEN", true)).await;
    assert!(moved.faults()[0].contains("owner of all tenants"), "{moved:?}");
}
