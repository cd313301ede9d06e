//! How calls are authenticated; tokens are fetched rarely and by one request at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use sutler_model::Kind;
use sutler_model::outcome::{Outcome, Query, Trouble};
use sutler_model::port::Connector;
use sutler_outbound::{ResolvedAuth, Settings, connector};

use crate::support::{Act, Scripted, StillClock, connect, detail, done, target};

/// A token endpoint that gives out `t1`, `t2`, … for ten minutes each, and a target that
/// takes those which `valid` does not refuse.
async fn servers(
    refuse: impl Fn(usize) -> bool + Send + Sync + 'static,
) -> (Scripted, Scripted, Arc<dyn Connector>, Arc<StillClock>) {
    let count = AtomicUsize::new(0);
    let tokens = Scripted::start(move |_| {
        let n = count.fetch_add(1, Ordering::SeqCst) + 1;
        Act::json(
            200,
            &json!({"access_token": format!("t{n}"), "token_type": "Bearer", "expires_in": 600}),
        )
    })
    .await;
    let app = Scripted::start(move |asked| {
        let token =
            asked.text.lines().find_map(|line| line.strip_prefix("authorization: Bearer t"));
        match token.and_then(|n| n.parse().ok()) {
            Some(n) if !refuse(n) => Act::json(200, &json!({"id": "7", "userName": "ann"})),
            _ => Act::answer(401, "", ""),
        }
    })
    .await;
    let clock = StillClock::new();
    let auth = ResolvedAuth::ClientCredentials {
        token_url: format!("http://{}/token", tokens.address),
        client_id: "us:er".to_owned(),
        client_secret: "pä ss".into(),
        scope: Some("scim write".to_owned()),
    };
    let connector =
        connector(&target(&app.url()), auth, &Settings::default(), clock.clone()).unwrap();
    (tokens, app, connector, clock)
}

fn query() -> Query {
    Query::Remote("7".to_owned())
}

#[tokio::test]
async fn w14_one_token_serves_many_calls_until_shortly_before_its_end() {
    let (tokens, _app, connector, clock) = servers(|_| false).await;
    for _ in 0..3 {
        done(connector.look(Kind::User, &query()).await);
    }
    assert_eq!(tokens.asked().len(), 1);
    clock.advance(569_000);
    done(connector.look(Kind::User, &query()).await);
    assert_eq!(tokens.asked().len(), 1);
    clock.advance(2_000);
    done(connector.look(Kind::User, &query()).await);
    assert_eq!(tokens.asked().len(), 2);
}

#[tokio::test]
async fn calls_at_once_wait_for_one_fetch() {
    let (tokens, app, connector, _clock) = servers(|_| false).await;
    let calls = (0..8).map(|_| {
        let connector = connector.clone();
        tokio::spawn(async move { done(connector.look(Kind::User, &query()).await).len() })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap(), 1);
    }
    assert_eq!(tokens.asked().len(), 1);
    assert_eq!(app.asked().len(), 8);
}

#[tokio::test]
async fn a_token_that_was_revoked_is_replaced_once() {
    let (tokens, app, connector, _clock) = servers(|n| n == 1).await;
    done(connector.look(Kind::User, &query()).await);
    assert_eq!((tokens.asked().len(), app.asked().len()), (2, 2));

    let (tokens, app, connector, _clock) = servers(|_| true).await;
    match connector.look(Kind::User, &query()).await {
        Outcome::Retry { trouble, .. } => assert_eq!(trouble, Trouble::Auth),
        other => panic!("{other:?}"),
    }
    assert_eq!((tokens.asked().len(), app.asked().len()), (2, 2));
}

#[tokio::test]
async fn the_client_authenticates_as_the_standard_says() {
    let (tokens, _app, connector, _clock) = servers(|_| false).await;
    done(connector.look(Kind::User, &query()).await);
    let asked = tokens.asked().remove(0).text;
    // us%3Aer:p%C3%A4+ss
    assert!(asked.contains("authorization: Basic dXMlM0FlcjpwJUMzJUE0K3Nz"), "{asked}");
    assert!(asked.ends_with("grant_type=client_credentials&scope=scim+write"), "{asked}");
}

#[tokio::test]
async fn trouble_on_the_way_to_a_token_leaves_nothing_in_doubt() {
    for (status, body, expected) in [
        (401, "{\"error\": \"invalid_client\"}", Trouble::Auth),
        (400, "{\"error\": \"invalid_scope\"}", Trouble::Auth),
        (302, "", Trouble::Auth),
        (429, "", Trouble::Throttled),
        (500, "", Trouble::Unreachable),
        (200, "<html>", Trouble::Unreachable),
        (200, "{\"access_token\": \"\"}", Trouble::Unreachable),
        (200, "{\"access_token\": \"t\", \"token_type\": \"mac\"}", Trouble::Unreachable),
    ] {
        let tokens = Scripted::start(move |_| Act::answer(status, "", body)).await;
        let app = Scripted::start(|_| Act::answer(204, "", "")).await;
        let auth = ResolvedAuth::ClientCredentials {
            token_url: format!("http://{}/token", tokens.address),
            client_id: "c".to_owned(),
            client_secret: "s".into(),
            scope: None,
        };
        let outcome = connect(&target(&app.url()), auth).look(Kind::User, &query()).await;
        match &outcome {
            Outcome::Retry { trouble, .. } => assert_eq!(*trouble, expected, "{status} {body}"),
            other => panic!("{status} {body} gave {other:?}"),
        }
        assert!(!detail(&outcome).is_empty());
        assert!(app.asked().is_empty());
    }
}

#[tokio::test]
async fn basic_and_no_authentication_are_sent_as_such() {
    let server = Scripted::always(|| Act::json(200, &json!({"id": "7", "userName": "a"}))).await;
    let basic = ResolvedAuth::Basic { username: "ann".to_owned(), password: "pass".into() };
    done(connect(&target(&server.url()), basic).look(Kind::User, &query()).await);
    done(server.connector().look(Kind::User, &query()).await);
    let asked = server.asked();
    assert!(asked[0].text.contains("authorization: Basic YW5uOnBhc3M="));
    assert!(!asked[1].text.contains("authorization"));
}

#[test]
fn secrets_do_not_show_in_debug_output() {
    let auth = ResolvedAuth::Bearer("hunter2".into());
    assert!(!format!("{auth:?}").contains("hunter2"));
}
