//! Accounts are made, found, changed and taken away.

use serde_json::{Value, json};
use sutler_emulator::{Faults, TargetOptions};
use sutler_model::Kind;
use sutler_model::outcome::{Operation, Outcome, Query, RefusalKind};

use crate::support::{
    Act, ENTERPRISE, Scripted, bench, create_user, detail, done, plain, update, word,
};

#[tokio::test]
async fn a_created_account_is_found_by_id_by_correlation_and_by_name() {
    let bench = plain().await;
    let body = json!({
        "userName": "Ann", "name": {"givenName": "Ann", "familyName": "Lee"},
        "emails": [{"value": "ann@x.test", "type": "work", "primary": true}],
        ENTERPRISE: {"department": "Sales"},
    });
    let made = done(bench.connector.apply(&create_user("c-1", body.clone())).await);
    let remote = made.remote.unwrap();
    for query in [
        Query::Remote(remote.clone()),
        Query::Correlation("c-1".to_owned()),
        Query::Key("aNN".to_owned()),
    ] {
        let found = done(bench.connector.look(Kind::User, &query).await);
        let [account] = found.as_slice() else {
            panic!("{query:?} found {found:?}");
        };
        assert_eq!(account.remote, remote);
        assert_eq!(account.correlation.as_deref(), Some("c-1"));
        assert_eq!(account.active, Some(true));
        assert_eq!(account.etag, made.etag);
        let mut shown = body.clone();
        shown["externalId"] = "c-1".into();
        assert_eq!(Value::Object(account.attributes.clone()), shown);
    }
}

#[tokio::test]
async fn nobody_is_found_where_nobody_is() {
    let bench = plain().await;
    bench.user("ann").await;
    for query in [
        Query::Remote("none".to_owned()),
        Query::Correlation("c-none".to_owned()),
        Query::Key("bob".to_owned()),
    ] {
        for kind in [Kind::User, Kind::Group] {
            assert_eq!(done(bench.connector.look(kind, &query).await), []);
        }
    }
}

#[tokio::test]
async fn w5_quotes_and_backslashes_in_names_are_found_again() {
    let bench = plain().await;
    for name in [r#"O'Malley "x"\"#, "a+b&c=d%20", "Zoë Ångström", r#"x" or userName pr or "y"#]
    {
        let remote = bench.user(name).await;
        let query = Query::Key(name.to_owned());
        let found = done(bench.connector.look(Kind::User, &query).await);
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(found[0].remote, remote, "{name}");
    }
}

#[tokio::test]
async fn a_group_is_read_without_its_members() {
    let server = Scripted::always(|| Act::json(200, &json!({"id": "7", "displayName": "G"}))).await;
    done(server.connector().look(Kind::Group, &Query::Remote("7".to_owned())).await);
    assert_eq!(server.lines(), ["GET /v2/Groups/7?excludedAttributes=members HTTP/1.1"]);
}

#[tokio::test]
async fn w13_w15_only_what_changed_is_patched() {
    for patch in [true, false] {
        let options = TargetOptions { patch, ..TargetOptions::new("app", "t") };
        let bench = bench(options).await;
        let body = json!({
            "userName": "ann", "title": "T", "nickName": "N",
            "name": {"givenName": "A", "familyName": "B"}, ENTERPRISE: {"department": "D", "division": "V"},
        });
        let made = done(bench.connector.apply(&create_user("c", body)).await);
        let remote = made.remote.unwrap();
        let department = format!("{ENTERPRISE}:department");
        let division = format!("{ENTERPRISE}:division");
        let operation = update(
            Kind::User,
            &remote,
            &[
                ("name.givenName", json!("C")),
                (&department, json!("E")),
                ("emails", json!([{"value": "a@x.test", "type": "work"}])),
            ],
            &["title", &division],
            Some(false),
        );
        let changed = done(bench.connector.apply(&operation).await);
        assert_ne!(changed.etag, made.etag);
        let shown = bench.target.user("ann").unwrap();
        assert_eq!(shown["name"], json!({"givenName": "C", "familyName": "B"}));
        assert_eq!(shown["nickName"], "N");
        assert_eq!(shown["active"], false);
        assert_eq!(shown["externalId"], "c");
        assert_eq!(shown["emails"], json!([{"value": "a@x.test", "type": "work"}]));
        assert_eq!(shown.get("title"), None);
        assert_eq!(shown[ENTERPRISE], json!({"department": "E"}));
        let methods: Vec<String> = bench.target.journal().into_iter().map(|e| e.method).collect();
        assert_eq!(methods, ["POST", if patch { "PATCH" } else { "PUT" }]);
    }
}

#[tokio::test]
async fn a_put_is_refused_when_the_account_has_changed_in_between() {
    let server = Scripted::start(|asked| match asked.line.split(' ').next() {
        Some("GET") if asked.line.contains("Config") => {
            Act::json(200, &json!({"patch": {"supported": false}}))
        }
        Some("GET") => Act::answer(200, "etag: W/\"1\"\r\n", r#"{"id": "7", "userName": "a"}"#),
        _ => Act::answer(412, "", ""),
    })
    .await;
    let operation = update(Kind::User, "7", &[("title", json!("T"))], &[], None);
    let outcome = server.connector().apply(&operation).await;
    assert_eq!(word(&outcome), "Differs");
    let put = server.asked().pop().unwrap().text;
    assert!(put.contains("if-match: W/\"1\""), "{put}");
}

#[tokio::test]
async fn w15_a_patch_that_is_not_supported_becomes_a_put_from_then_on() {
    let server = Scripted::start(|asked| match asked.line.split(' ').next() {
        Some("GET") if asked.line.contains("Config") => Act::answer(404, "", ""),
        Some("PATCH") => Act::answer(501, "", ""),
        _ => Act::json(200, &json!({"id": "7", "userName": "a"})),
    })
    .await;
    let connector = server.connector();
    for title in ["A", "B"] {
        let operation = update(Kind::User, "7", &[("title", json!(title))], &[], None);
        done(connector.apply(&operation).await);
    }
    let methods: Vec<String> =
        server.lines().iter().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(methods, ["PATCH", "GET", "PUT", "GET", "PUT"]);
}

#[tokio::test]
async fn a_taken_name_is_answered_with_exists() {
    let bench = plain().await;
    bench.user("ann").await;
    let bob = bench.user("bob").await;
    let again = create_user("c-2", json!({"userName": "ANN"}));
    assert_eq!(word(&bench.connector.apply(&again).await), "Exists");
    let rename = update(Kind::User, &bob, &[("userName", json!("ann"))], &[], None);
    assert_eq!(word(&bench.connector.apply(&rename).await), "Exists");
}

#[tokio::test]
async fn a_deleted_account_can_be_deleted_again() {
    let bench = plain().await;
    let remote = bench.user("ann").await;
    let delete = Operation::Delete { kind: Kind::User, remote: remote.clone() };
    assert_eq!(word(&bench.connector.apply(&delete).await), "done");
    assert_eq!(word(&bench.connector.apply(&delete).await), "done");
    let query = Query::Remote(remote.clone());
    assert_eq!(done(bench.connector.look(Kind::User, &query).await), []);
    let change = update(Kind::User, &remote, &[("title", json!("T"))], &[], None);
    assert_eq!(word(&bench.connector.apply(&change).await), "NotFound");
}

#[tokio::test]
async fn an_id_that_would_climb_out_of_the_collection_is_never_sent() {
    let server = Scripted::always(|| Act::answer(204, "", "")).await;
    for remote in ["..", ".", ""] {
        let delete = Operation::Delete { kind: Kind::User, remote: remote.to_owned() };
        assert_eq!(word(&server.connector().apply(&delete).await), "Rejected");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn a_target_that_ignores_filters_is_not_believed() {
    let options = TargetOptions { filter: false, page: 3, ..TargetOptions::new("app", "t") };
    let bench = bench(options).await;
    for name in ["a", "b", "c", "d"] {
        bench.user(name).await;
    }
    let look = |name: &str| {
        let query = Query::Key(name.to_owned());
        let connector = bench.connector.clone();
        async move { connector.look(Kind::User, &query).await }
    };
    assert_eq!(done(look("b").await).len(), 1);
    match look("d").await {
        Outcome::Refused(refusal) => assert_eq!(refusal.kind, RefusalKind::Unsupported),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_created_account_stays_invisible_to_searches_until_the_lag_has_passed() {
    let bench = plain().await;
    bench.target.set_faults(Faults { lag: 5_000, ..Faults::default() });
    let remote = bench.user("ann").await;
    let by_name = Query::Key("ann".to_owned());
    let look = async |query: &Query| done(bench.connector.look(Kind::User, query).await).len();
    assert_eq!(look(&by_name).await, 0);
    assert_eq!(look(&Query::Remote(remote)).await, 1);
    bench.clock.advance(5_000);
    assert_eq!(look(&by_name).await, 1);
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_not_believed() {
    let server = Scripted::always(|| {
        Act::json(200, &json!({"id": "8", "userName": "b", "externalId": "c-8"}))
    })
    .await;
    let connector = server.connector();
    let made = connector.apply(&create_user("c-7", json!({"userName": "a"}))).await;
    assert_eq!(word(&made), "unknown", "{}", detail(&made));
    let change = update(Kind::User, "7", &[("title", json!("T"))], &[], None);
    assert_eq!(word(&connector.apply(&change).await), "unknown");
    let seen = connector.look(Kind::User, &Query::Remote("7".to_owned())).await;
    assert!(matches!(seen, Outcome::Unknown { .. }), "{seen:?}");
}

#[tokio::test]
async fn a_group_is_never_sent_as_active_or_inactive() {
    let bench = plain().await;
    let remote = bench.group("Staff").await;
    let change = update(Kind::Group, &remote, &[("displayName", json!("Crew"))], &[], Some(true));
    done(bench.connector.apply(&change).await);
    let group = bench.target.group("Crew").unwrap();
    assert_eq!((group.get("active"), group["externalId"].as_str()), (None, Some("c-Staff")));
}

#[tokio::test]
async fn a_change_of_nothing_is_not_sent() {
    let bench = plain().await;
    let remote = bench.user("ann").await;
    let before = bench.target.counters().requests;
    done(bench.connector.apply(&update(Kind::User, &remote, &[], &[], None)).await);
    assert_eq!(bench.target.counters().requests, before);
}

#[tokio::test]
async fn a_target_without_a_profile_is_patched_and_one_in_trouble_is_not_guessed_about() {
    for (profile, patched) in [(404, true), (500, true), (429, false), (401, false)] {
        let server = Scripted::start(move |asked| {
            if asked.line.contains("Config") {
                return Act::answer(profile, "", "");
            }
            Act::answer(204, "", "")
        })
        .await;
        let change = update(Kind::User, "7", &[("title", json!("T"))], &[], None);
        let outcome = server.connector().apply(&change).await;
        assert_eq!(word(&outcome) == "done", patched, "{profile}: {outcome:?}");
        assert_eq!(!server.lines().is_empty(), patched, "{profile}");
    }
}
