//! Addresses that a target may not have are never called (threat SS-1).

use sutler_model::Kind;
use sutler_model::estate::Target;
use sutler_model::outcome::{Outcome, Query, Trouble};
use sutler_outbound::{ResolvedAuth, Settings, connector};

use crate::support::{Act, Scripted, StillClock, connect, detail, target};

async fn check(url: &str) {
    let closed = Target { allow_private_addresses: false, ..target(url) };
    let connector = connect(&closed, ResolvedAuth::Bearer("secret".into()));
    let outcome = connector.look(Kind::User, &Query::Remote("7".to_owned())).await;
    match &outcome {
        Outcome::Retry { trouble, .. } => assert_eq!(*trouble, Trouble::Unreachable, "{url}"),
        other => panic!("{url} gave {other:?}"),
    }
    assert!(detail(&outcome).contains("allow_private_addresses"), "{url}: {outcome:?}");
    let findings = connector.check().await;
    assert!(!findings[0].ok && findings[0].subject == "address", "{findings:?}");
}

#[tokio::test]
async fn private_addresses_are_refused_in_every_form() {
    let listening = Scripted::always(|| Act::answer(200, "", "{}")).await;
    let port = listening.address.port();
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "2130706433",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "localhost",
    ] {
        check(&format!("https://{host}:{port}/v2")).await;
        check(&format!("http://{host}:{port}/v2")).await;
    }
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[64:ff9b::a9fe:a9fe]",
    ] {
        check(&format!("https://{host}/v2")).await;
    }
    assert!(listening.asked().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_token_endpoint_is_held_to_the_same_rule() {
    let listening = Scripted::always(|| Act::answer(200, "", "{}")).await;
    let closed = Target { allow_private_addresses: false, ..target("https://example.test/v2") };
    let auth = ResolvedAuth::ClientCredentials {
        token_url: format!("https://127.0.0.1:{}/token", listening.address.port()),
        client_id: "c".to_owned(),
        client_secret: "s".into(),
        scope: None,
    };
    let outcome = connect(&closed, auth).look(Kind::User, &Query::Remote("7".to_owned())).await;
    assert!(detail(&outcome).contains("allow_private_addresses"), "{outcome:?}");
    assert!(listening.asked().is_empty());
}

#[tokio::test]
async fn unusable_settings_are_refused_when_the_connector_is_built() {
    let build = |target: &Target, auth| {
        connector(target, auth, &Settings::default(), StillClock::new())
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let good = target("https://example.test/v2");
    assert_eq!(build(&good, ResolvedAuth::None), "");
    for (url, says) in [
        ("ftp://example.test/", "neither http nor https"),
        ("example.test/v2", "not an absolute url"),
        ("https://ann:hunter2@example.test/", "belong into `auth`"),
    ] {
        let error = build(&target(url), ResolvedAuth::None);
        assert!(error.contains(says) && !error.contains("hunter2"), "{error}");
    }
    let error = build(&good, ResolvedAuth::Bearer("two\nlines".into()));
    assert!(error.contains("credential") && !error.contains("lines"), "{error}");
    let unknown = Target { connector: "scim3".to_owned(), ..good };
    assert!(build(&unknown, ResolvedAuth::None).contains("`scim3`"));
}
