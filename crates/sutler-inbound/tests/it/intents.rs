//! What has become of a change whose targets had not confirmed it in time, and who is told.

use http::Method;
use sutler_model::change::{Flags, Via};
use sutler_model::estate::Permission;
use sutler_model::guard::Watch;
use sutler_model::intent::{Aim, IntentDraft, Reason};
use sutler_model::work::Fault;
use sutler_model::{IntentId, Kind, TenantId, Uid};
use sutler_testkit::build;

use crate::server::Server;

/// A change of `hr` that targets are to confirm: a user of this name is to be created.
async fn opened(server: &Server, name: &str) -> IntentId {
    let content = build::user(name);
    let draft = IntentDraft {
        tenant: TenantId::DEFAULT,
        actor: "hr".to_owned(),
        via: Via::Scim2,
        service_provider: Some(server.provider("hr")),
        reason: Reason::Confirm,
        aim: Aim::Create { kind: Kind::User, uid: Uid(format!("uid-{name}")) },
        names: content.names,
        partial: false,
        refs: vec![],
        active: true,
        flags: Flags::default(),
        sealed: b"sealed".to_vec(),
        digest: vec![],
        pairs: vec![],
        estate: server.ledger.estate().await.unwrap().version,
        markings: vec![],
        edges: vec![],
        watch: Watch::default(),
        at: server.clock_now(),
    };
    server.ledger.open_intent(draft).await.unwrap().intent
}

#[tokio::test]
async fn scenario_29_who_sent_a_change_is_told_how_it_ended() {
    let server = Server::start().await;
    let id = opened(&server, "ann").await;
    let path = format!("/scim/v2/Intents/{id}");
    let answer = server.get(&path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((&answer.json()["state"], answer.id()), (&"open".into(), id.to_string()));
    let detail = "no such department".to_owned();
    let fault = Fault { cause: "rejected".to_owned(), detail, status: Some(400) };
    server.ledger.void_intent(id, fault, server.clock_now()).await.unwrap();
    let void = server.get(&path).await.json();
    assert_eq!((&void["state"], &void["detail"]), (&"void".into(), &"no such department".into()));
    assert!(void["location"].is_null() && void["ended"].is_string(), "{void}");
}

#[tokio::test]
async fn nobody_else_is_told_of_a_change() {
    let server = Server::start().await;
    let id = opened(&server, "ann").await;
    let token = server.token_with("other", Permission::ALL.as_slice()).await;
    let other = [("authorization", format!("Bearer {token}"))];
    let other: Vec<_> = other.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let path = format!("/scim/v2/Intents/{id}");
    server.call(Method::GET, &path, None, &other).await.refused(404, None);
    for missing in ["/scim/v2/Intents/999", "/scim/v2/Intents/x"] {
        server.get(missing).await.refused(404, None);
    }
}
