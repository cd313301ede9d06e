//! The table of outcomes: each one from a real answer on a real socket.

use std::io::Write as _;
use std::sync::Arc;

use serde_json::{Value, json};
use sutler_model::outcome::{Operation, Outcome, Query};
use sutler_model::{Kind, Time};
use sutler_outbound::{ResolvedAuth, Settings, connector};

use crate::support::{
    Act, Scripted, StillClock, Then, connect, create_user, detail, target, update, word,
};

fn error(status: u16) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.to_string(), "detail": "said the target",
    })
}

fn operations() -> [Operation; 5] {
    [
        create_user("c-1", json!({"userName": "ann"})),
        update(Kind::User, "7", &[("userName", json!("bob"))], &[], None),
        update(Kind::User, "7", &[("title", json!("T"))], &[], None),
        Operation::Delete { kind: Kind::User, remote: "7".to_owned() },
        Operation::Members {
            remote: "7".to_owned(),
            remove: Vec::new(),
            add: vec![("8".to_owned(), Kind::User)],
        },
    ]
}

/// create, rename, update, delete, members
async fn check(name: &str, act: impl Fn() -> Act + Send + Sync + 'static, expected: [&str; 5]) {
    let server = Scripted::always(act).await;
    let connector = server.connector();
    for (operation, expected) in operations().iter().zip(expected) {
        let outcome = connector.apply(operation).await;
        assert_eq!(word(&outcome), expected, "{name}: {operation:?} gave {outcome:?}");
    }
}

async fn check_status(status: u16, expected: [&str; 5]) {
    check(&status.to_string(), move || Act::json(status, &error(status)), expected).await;
    check(&format!("{status} without a body"), move || Act::answer(status, "", ""), expected).await;
}

#[tokio::test]
async fn w14_refusals_are_definite() {
    for status in [400, 402, 406, 413, 414, 415, 422, 431] {
        check_status(status, ["Rejected"; 5]).await;
    }
}

#[tokio::test]
async fn a_conflict_is_about_the_name_where_a_name_is_set() {
    check_status(409, ["Exists", "Exists", "Differs", "Differs", "Differs"]).await;
}

#[tokio::test]
async fn a_change_in_between_is_told_from_a_refusal() {
    check_status(412, ["Differs"; 5]).await;
}

#[tokio::test]
async fn wrong_credentials_are_nobodys_own_fault() {
    for status in [401, 403] {
        check_status(status, ["Auth"; 5]).await;
    }
}

#[tokio::test]
async fn an_account_that_is_not_there_is_not_found_and_a_delete_of_it_is_done() {
    for status in [404, 410] {
        check_status(status, ["Unsupported", "NotFound", "NotFound", "done", "NotFound"]).await;
    }
}

#[tokio::test]
async fn a_404_of_a_proxy_is_no_absence() {
    check("HTML 404", || Act::answer(404, "", "<html>no such app</html>"), ["unknown"; 5]).await;
    let server = Scripted::always(|| Act::answer(404, "", "<html>no such app</html>")).await;
    for query in [Query::Remote("7".to_owned()), Query::Key("ann".to_owned())] {
        let seen = server.connector().look(Kind::User, &query).await;
        assert!(matches!(seen, Outcome::Unknown { .. }), "{seen:?}");
    }
}

#[tokio::test]
async fn a_target_that_wants_less_gets_less() {
    for status in [408, 425, 429, 503] {
        check_status(status, ["Throttled"; 5]).await;
    }
}

#[tokio::test]
async fn what_a_target_cannot_do_is_unsupported() {
    for status in [405, 501] {
        check_status(status, ["Unsupported"; 5]).await;
    }
}

#[tokio::test]
async fn server_errors_are_unknown() {
    for status in [500, 502, 504, 505, 507, 520] {
        check_status(status, ["unknown"; 5]).await;
    }
}

#[tokio::test]
async fn redirects_are_refused_and_named_without_their_query() {
    for status in [301, 302, 303, 307, 308] {
        let location = "location: http://127.0.0.1:1/elsewhere?token=hunter2\r\n";
        let act = move || Act::answer(status, location, "");
        check("redirect", act, ["Rejected"; 5]).await;
        let server = Scripted::always(act).await;
        let outcome = server.connector().apply(&operations()[0]).await;
        assert!(detail(&outcome).contains("http://127.0.0.1:1/elsewhere"), "{outcome:?}");
        assert!(!detail(&outcome).contains("hunter2"), "{outcome:?}");
        assert_eq!(server.lines().len(), 1, "nothing was followed");
    }
}

#[tokio::test]
async fn w3_a_success_that_makes_no_sense_is_unknown() {
    check("HTML", || Act::answer(200, "", "<!DOCTYPE html><h1>Sign in"), ["unknown"; 5]).await;
    check("no JSON", || Act::answer(200, "", "OK"), ["unknown"; 5]).await;
    check("an error inside", || Act::json(200, &error(500)), ["unknown"; 5]).await;
    check("a list", || Act::json(200, &json!([])), ["unknown"; 5]).await;
    check("accepted", || Act::answer(202, "", ""), ["unknown"; 5]).await;
    let only_create = ["unknown", "done", "done", "done", "done"];
    check("no id", || Act::json(201, &json!({"userName": "ann"})), only_create).await;
    check("nothing", || Act::answer(201, "", ""), only_create).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_unknown() {
    let half = "HTTP/1.1 201 X\r\ncontent-length: 100\r\n\r\n{\"id\": \"7\"";
    check("half a body", move || Act::bytes(half, Then::Close), ["unknown"; 5]).await;
    check("reset in the body", move || Act::bytes(half, Then::Reset), ["unknown"; 5]).await;
    check("reset", || Act::bytes("", Then::Reset), ["unknown"; 5]).await;
    check("closed", || Act::bytes("", Then::Close), ["unknown"; 5]).await;
    check("no HTTP", || Act::bytes("SSH-2.0-OpenSSH\r\n", Then::Close), ["unknown"; 5]).await;
    let chunked = "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n";
    check("half of the chunks", move || Act::bytes(chunked, Then::Close), ["unknown"; 5]).await;
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_unknown() {
    let slow = "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\n{";
    for bytes in ["", slow] {
        let server = Scripted::always(move || Act::bytes(bytes, Then::Hang)).await;
        let impatient = sutler_model::estate::Target { timeout: 200, ..target(&server.url()) };
        let outcome = connect(&impatient, ResolvedAuth::None).apply(&operations()[0]).await;
        assert_eq!(word(&outcome), "unknown");
        assert!(detail(&outcome).contains("in time"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_target_that_nobody_listens_for_is_unreachable() {
    let gone = Scripted::always(|| Act::answer(204, "", "")).await.url();
    for url in [gone.as_str(), "http://nobody.invalid/v2"] {
        let connector = connect(&target(url), ResolvedAuth::None);
        for operation in &operations() {
            let outcome = connector.apply(operation).await;
            assert_eq!(word(&outcome), "Unreachable", "{outcome:?}");
        }
    }
}

async fn limited(
    act: impl Fn() -> Act + Send + Sync + 'static,
) -> Outcome<sutler_model::outcome::Applied> {
    let server = Scripted::always(act).await;
    let settings = Settings { body_limit: 64 * 1024, ..Settings::default() };
    let connector =
        connector(&target(&server.url()), ResolvedAuth::None, &settings, StillClock::new())
            .unwrap();
    connector.apply(&operations()[0]).await
}

#[tokio::test]
async fn a_huge_answer_is_not_read() {
    let huge = format!("{{\"id\": \"7\", \"pad\": \"{}\"}}", "x".repeat(100_000));
    let outcome = limited(move || Act::answer(201, "", &huge)).await;
    assert_eq!(word(&outcome), "unknown");
    assert!(detail(&outcome).contains("larger than 65536"), "{outcome:?}");
}

#[tokio::test]
async fn a_compressed_bomb_is_measured_unpacked() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 30_000_000]).unwrap();
    encoder.write_all(b"{\"id\": \"7\"}").unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 64 * 1024, "small on the wire");
    let outcome = limited(move || Act::answer(201, "content-encoding: gzip\r\n", &bomb)).await;
    assert_eq!(word(&outcome), "unknown");
    assert!(detail(&outcome).contains("larger than 65536"), "{outcome:?}");
}

#[tokio::test]
async fn a_compressed_answer_is_read() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(b"{\"id\": \"7\"}").unwrap();
    let small = encoder.finish().unwrap();
    let outcome = limited(move || Act::answer(201, "content-encoding: gzip\r\n", &small)).await;
    assert_eq!(word(&outcome), "done", "{outcome:?}");
}

async fn after(status: u16, header: &'static str) -> Option<i64> {
    let server = Scripted::always(move || Act::answer(status, header, "")).await;
    let clock = StillClock::new();
    let now = sutler_model::port::Clock::now(&*clock);
    let connector = connector(
        &target(&server.url()),
        ResolvedAuth::None,
        &Settings::default(),
        Arc::clone(&clock) as Arc<dyn sutler_model::port::Clock>,
    )
    .unwrap();
    let after: Option<Time> = match connector.apply(&operations()[0]).await {
        Outcome::Retry { after, .. } | Outcome::Unknown { after, .. } => after,
        other => panic!("{other:?}"),
    };
    after.map(|at| at.since(now))
}

#[tokio::test]
async fn w2_retry_after_is_read_in_seconds_and_as_a_date() {
    assert_eq!(after(429, "retry-after: 7\r\n").await, Some(7_000));
    let date = "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    assert_eq!(after(503, date).await, Some(37_000));
    assert_eq!(after(500, "retry-after: 3\r\n").await, Some(3_000));
    assert_eq!(after(429, "retry-after: 9999999\r\n").await, Some(3_600_000));
    assert_eq!(after(429, "retry-after: soon\r\n").await, None);
    assert_eq!(after(429, "").await, None);
}

#[tokio::test]
async fn what_a_target_says_is_told_without_personal_data() {
    let said = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "400", "scimType": "invalidValue",
        "detail": "user annabel with ann@x.test and token 0123456789abcdef0123456789abcdef is\nno good",
    });
    let server = Scripted::always(move || Act::json(400, &said)).await;
    let operation = create_user("c-1", json!({"userName": "annabel"}));
    let outcome = server.connector().apply(&operation).await;
    assert_eq!(
        detail(&outcome),
        "the target answered 400 (invalidValue): user *** with *** and token *** is no good"
    );
}

#[tokio::test]
async fn a_list_that_makes_no_sense_is_not_an_absence() {
    for body in [
        json!({}),
        json!({"totalResults": 1}),
        json!({"totalResults": 1, "Resources": []}),
        json!({"Resources": [{"userName": "ann"}]}),
        json!({"Resources": "none"}),
    ] {
        let shown = body.clone();
        let server = Scripted::always(move || Act::json(200, &shown)).await;
        let seen = server.connector().look(Kind::User, &Query::Key("ann".to_owned())).await;
        assert!(matches!(seen, Outcome::Unknown { .. }), "{body} gave {seen:?}");
    }
    for body in [
        json!({"totalResults": 0}),
        json!({"totalResults": 0, "Resources": []}),
        json!({"resources": []}),
    ] {
        let shown = body.clone();
        let server = Scripted::always(move || Act::json(200, &shown)).await;
        let seen = server.connector().look(Kind::User, &Query::Key("ann".to_owned())).await;
        assert_eq!(seen, Outcome::Done(Vec::new()), "{body}");
    }
}
