//! Against `scim2-server` 0.8.3 of the Python package index, a strict target that nobody here wrote. Run with
//! `SUTLER_SCIM2_SERVER=…/scim2-server cargo nextest run -p sutler-outbound --run-ignored only`.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sutler_model::Kind;
use sutler_model::outcome::{Account, Applied, Operation, Query};
use sutler_model::port::Connector;
use sutler_outbound::ResolvedAuth;
use tokio::process::{Child, Command};

use crate::support::{ENTERPRISE, connect, create_user, document, done, target, update, word};

struct Oracle {
    connector: Arc<dyn Connector>,
    url: String,
    _process: Child,
}

async fn oracle() -> Oracle {
    let program = std::env::var("SUTLER_SCIM2_SERVER")
        .expect("SUTLER_SCIM2_SERVER names the program of scim2-server 0.8.3");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let process = Command::new(program)
        .args(["--hostname", "127.0.0.1", "--bearer-token", "t"])
        .args(["--port", &port.to_string()])
        .kill_on_drop(true)
        .spawn()
        .expect("scim2-server starts");
    let url = format!("http://127.0.0.1:{port}/v2");
    let connector = connect(&target(&url), ResolvedAuth::Bearer("t".into()));
    for _ in 0..400 {
        if connector.check().await[0].ok {
            return Oracle { connector, url, _process: process };
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("scim2-server does not answer: {:?}", connector.check().await);
}

impl Oracle {
    async fn apply(&self, operation: &Operation) -> Applied {
        done(self.connector.apply(operation).await)
    }

    async fn make(&self, kind: Kind, correlation: &str, body: Value) -> String {
        let operation = Operation::Create {
            kind,
            correlation: Some(correlation.to_owned()),
            body: document(body),
            active: true,
        };
        self.apply(&operation).await.remote.unwrap()
    }

    async fn look(&self, kind: Kind, query: Query) -> Vec<Account> {
        done(self.connector.look(kind, &query).await)
    }
}

#[tokio::test]
#[ignore = "needs scim2-server: SUTLER_SCIM2_SERVER names its program"]
async fn it_is_well_in_every_respect() {
    let oracle = oracle().await;
    let findings = oracle.connector.check().await;
    assert_eq!(findings.len(), 3);
    assert!(findings.iter().all(|f| f.ok), "{findings:?}");
}

#[tokio::test]
#[ignore = "needs scim2-server: SUTLER_SCIM2_SERVER names its program"]
async fn a_user_arrives_attribute_by_attribute_and_every_change_too() {
    let oracle = oracle().await;
    let boss = oracle.make(Kind::User, "c-0", json!({"userName": "boss"})).await;
    let body = json!({
        "userName": "ann", "displayName": "Ann Lee", "title": "T", "nickName": "N", "locale": "en-GB",
        "name": {"givenName": "Ann", "familyName": "Lee", "formatted": "Ann Lee"},
        "emails": [{"value": "ann@x.test", "type": "work", "primary": true}, {"value": "a@home.test", "type": "home"}],
        "phoneNumbers": [{"value": "+441632960000", "type": "work"}],
        "addresses": [{"streetAddress": "1 High St", "locality": "Leeds", "country": "GB", "type": "work"}],
        ENTERPRISE: {"department": "Sales", "employeeNumber": "7", "manager": {"value": boss}},
    });
    let remote = oracle.make(Kind::User, "c-1", body.clone()).await;
    let [account] = &oracle.look(Kind::User, Query::Correlation("c-1".into())).await[..] else {
        panic!("one account");
    };
    assert_eq!((&account.remote, account.active), (&remote, Some(true)));
    let mut attributes = Value::Object(account.attributes.clone());
    if let Some(manager) = attributes[ENTERPRISE]["manager"].as_object_mut() {
        manager.retain(|name, _| name == "value");
    }
    let mut expected = body;
    expected["externalId"] = json!("c-1");
    assert_eq!(attributes, expected);

    let path = |name: &str| format!("{ENTERPRISE}:{name}");
    let change = update(
        Kind::User,
        &remote,
        &[
            ("userName", json!("anna")),
            ("name.familyName", json!("Moss")),
            ("emails", json!([{"value": "anna@x.test", "type": "work"}])),
            (&path("department"), json!("Support")),
            ("preferredLanguage", json!("en")),
        ],
        &["title", "phoneNumbers", "name.formatted", &path("employeeNumber"), &path("manager")],
        Some(false),
    );
    oracle.apply(&change).await;
    let [account] = &oracle.look(Kind::User, Query::Key("ANNA".into())).await[..] else {
        panic!("one account");
    };
    assert_eq!((&account.remote, account.active), (&remote, Some(false)));
    assert_eq!(
        Value::Object(account.attributes.clone()),
        json!({
            "externalId": "c-1",
            "userName": "anna", "displayName": "Ann Lee", "nickName": "N", "locale": "en-GB",
            "preferredLanguage": "en",
            "name": {"givenName": "Ann", "familyName": "Moss"},
            "emails": [{"value": "anna@x.test", "type": "work"}],
            "addresses": [{"streetAddress": "1 High St", "locality": "Leeds", "country": "GB", "type": "work"}],
            ENTERPRISE: {"department": "Support"},
        })
    );
    // What is cleared already can be cleared again.
    oracle.apply(&update(Kind::User, &remote, &[], &["title", &path("manager")], None)).await;
}

#[tokio::test]
#[ignore = "needs scim2-server: SUTLER_SCIM2_SERVER names its program"]
async fn w5_names_with_quotes_are_found_and_taken_names_are_told() {
    let oracle = oracle().await;
    for name in [r#"O'Malley "x"\"#, "a+b&c=d%20", "Zoë Ångström"] {
        let remote = oracle.make(Kind::User, "c", json!({"userName": name})).await;
        let found = oracle.look(Kind::User, Query::Key(name.into())).await;
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].remote, remote);
        let again = create_user("c-2", json!({"userName": name}));
        assert_eq!(word(&oracle.connector.apply(&again).await), "Exists");
    }
}

#[tokio::test]
#[ignore = "needs scim2-server: SUTLER_SCIM2_SERVER names its program"]
async fn memberships_follow_and_repeat_without_harm() {
    let oracle = oracle().await;
    let mut ids = Vec::new();
    for i in 0..5 {
        ids.push(
            oracle.make(Kind::User, &format!("c-{i}"), json!({"userName": format!("u{i}")})).await,
        );
    }
    let inner = oracle.make(Kind::Group, "g-2", json!({"displayName": "Inner"})).await;
    let group = oracle.make(Kind::Group, "g-1", json!({"displayName": "Staff"})).await;
    let change = |remove: &[String], add: &[String]| Operation::Members {
        remote: group.clone(),
        remove: remove.to_vec(),
        add: add.iter().map(|id| (id.clone(), Kind::User)).collect(),
    };
    oracle.apply(&change(&[], &ids[..3])).await;
    oracle.apply(&change(&ids[..1], &ids[3..])).await;
    // A chunk in doubt is sent again.
    oracle.apply(&change(&ids[..1], &ids[3..])).await;
    let nested = Operation::Members {
        remote: group.clone(),
        remove: Vec::new(),
        add: vec![(inner.clone(), Kind::Group)],
    };
    oracle.apply(&nested).await;
    let mut expected: Vec<String> = ids[1..].to_vec();
    expected.push(inner);
    expected.sort();
    assert_eq!(members(&oracle, &group).await, expected);
    let found = oracle.look(Kind::Group, Query::Key("staff".into())).await;
    assert_eq!(found.len(), 1);
    oracle.apply(&update(Kind::Group, &group, &[("displayName", json!("Crew"))], &[], None)).await;
    assert_eq!(members(&oracle, &group).await, expected);
}

/// The members as the target shows them.
async fn members(oracle: &Oracle, group: &str) -> Vec<String> {
    let url = format!("{}/Groups/{group}", oracle.url);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let shown: Value = client.get(url).bearer_auth("t").send().await.unwrap().json().await.unwrap();
    let list = shown["members"].as_array().unwrap();
    let mut ids: Vec<String> = list.iter().map(|m| m["value"].as_str().unwrap().into()).collect();
    ids.sort();
    ids
}

#[tokio::test]
#[ignore = "needs scim2-server: SUTLER_SCIM2_SERVER names its program"]
async fn a_deleted_account_is_gone_and_its_name_is_free() {
    let oracle = oracle().await;
    let remote = oracle.make(Kind::User, "c-1", json!({"userName": "ann"})).await;
    let delete = Operation::Delete { kind: Kind::User, remote: remote.clone() };
    oracle.apply(&delete).await;
    oracle.apply(&delete).await;
    assert_eq!(oracle.look(Kind::User, Query::Remote(remote)).await, []);
    assert_eq!(oracle.look(Kind::User, Query::Correlation("c-1".into())).await, []);
    oracle.make(Kind::User, "c-2", json!({"userName": "ann"})).await;
}

#[tokio::test]
#[ignore = "needs scim2-server: SUTLER_SCIM2_SERVER names its program"]
async fn all_accounts_are_listed_and_each_is_found_by_its_attributes() {
    let oracle = oracle().await;
    let mut made = Vec::new();
    for n in 0..120 {
        let body = json!({
            "userName": format!("u{n}"), "name": {"familyName": format!("N{n}")},
            "emails": [{"value": format!("u{n}@x.test"), "type": "work"}],
        });
        made.push(oracle.make(Kind::User, &format!("c{n}"), body).await);
    }
    let (mut listed, mut from) = (Vec::new(), None::<String>);
    loop {
        let page = done(oracle.connector.list(Kind::User, from.as_deref()).await);
        assert_eq!(page.total, Some(120));
        listed.extend(page.accounts.into_iter().map(|account| account.remote));
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    made.sort_unstable();
    let seventh = oracle.look(Kind::User, Query::Key("u7".to_owned())).await.remove(0).remote;
    let wanted = vec![
        ("emails.value".to_owned(), json!("U7@x.test")),
        ("name.familyName".to_owned(), json!("n7")),
    ];
    let found = oracle.look(Kind::User, Query::Attributes(wanted)).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].remote, seventh);
    listed.sort_unstable();
    assert_eq!(listed, made);
}
