//! What the guard holds, seen and decided over the admin API.

use serde_json::{Value, json};
use sutler_model::administrator::Role;
use sutler_model::audit::{Chains, Entry, Place, Query};
use sutler_model::guard::{Leave, Limit, Loss, Watch};
use sutler_model::port::SpreadCommit;
use sutler_model::work::{EdgeMarking, Lane, Marking, Owes};
use sutler_model::{Rid, TargetId, TenantId, Uid};

use super::{administrator, ask, problem, targets};
use crate::server::{Answer, Server};

const WAVES: &str = "/api/v1/waves";

/// Two groups lose their member at `app`: both are held as one wave. Gives their ids.
async fn held(server: &Server) -> [String; 2] {
    targets(server, "default", &["app", "other"]).await;
    let ada = server.user("ada").await;
    let groups = [server.group("red", &[&ada]).await, server.group("blue", &[&ada]).await];
    let estate = server.estate.current();
    let app = estate.targets.iter().find(|target| target.name == "app").unwrap().id;
    let member = rid(server, &ada).await;
    let now = server.clock_now();
    let mut commit = SpreadCommit {
        estate: estate.version,
        watch: Watch { at: now, ..Watch::default() },
        ..SpreadCommit::default()
    };
    for id in &groups {
        let group = rid(server, id).await;
        commit.markings.push(marking(app, group, now));
        commit.edges.push(EdgeMarking { target: app, group, member, cut: true, op: None });
        let (loss, limit) = (Loss::Removed, Limit::Count(0));
        commit.watch.leaves.push(Leave {
            target: app,
            rid: group,
            loss,
            limit,
            source: "hr".to_owned(),
        });
    }
    server.ledger.spread(commit).await.unwrap();
    groups
}

fn marking(target: TargetId, rid: Rid, now: sutler_model::Time) -> Marking {
    let (lane, owes) = (Lane::Leave, Owes::NONE);
    Marking { target, rid, lane, owes, due: now, leaving_since: Some(now) }
}

async fn rid(server: &Server, id: &str) -> Rid {
    server.ledger.known(TenantId::DEFAULT, &Uid(id.to_owned())).await.unwrap().unwrap()
}

async fn get(server: &Server, token: &str, path: &str) -> Answer {
    ask(server, token, "GET", path, None, &[]).await
}

async fn say(server: &Server, token: &str, path: &str, body: &Value) -> Answer {
    let text = body.to_string();
    ask(server, token, "POST", path, Some(("application/json", &text)), &[]).await
}

async fn only_wave(server: &Server, token: &str) -> String {
    let listed = get(server, token, WAVES).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
    listed["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn trail(server: &Server) -> Vec<Entry> {
    let (act, actor, since, limit) = (None, None, None, 50);
    let query = Query { chains: Chains::All, act, actor, since, from: Place::NEWEST, limit };
    let rows = server.ledger.trail(&query).await.unwrap();
    rows.into_iter().filter(|row| row.act.starts_with("guard.")).collect()
}

#[tokio::test]
async fn r16_an_auditor_sees_what_is_held_and_decides_nothing() {
    let server = Server::start().await;
    let groups = held(&server).await;
    let auditor = administrator(&server, "eve", Role::Auditor, Some("default")).await;
    let wave = only_wave(&server, &auditor).await;
    let one = get(&server, &auditor, &format!("{WAVES}/{wave}")).await.json();
    assert_eq!((&one["target"], &one["state"]), (&json!("app"), &json!("held")));
    assert_eq!((&one["source"], &one["held"]), (&json!("hr"), &json!({"removed": 2})));
    assert_eq!((&one["excess"]["came"], &one["excess"]["allowed"]), (&json!(2), &json!(0)));
    let pairs = format!("{WAVES}/{wave}/pairs?count=1");
    let first = get(&server, &auditor, &pairs).await.json();
    assert_eq!(first["items"][0]["id"], groups[0]);
    assert_eq!(first["items"][0]["loss"], "removed");
    let next = first["next_cursor"].as_str().unwrap();
    let last = get(&server, &auditor, &format!("{pairs}&cursor={next}")).await.json();
    assert_eq!((&last["items"][0]["name"], &last["next_cursor"]), (&json!("blue"), &Value::Null));
    for (query, count) in [("target=app", 1), ("target=other", 0), ("cursor=999999", 0)] {
        let listed = get(&server, &auditor, &format!("{WAVES}?{query}")).await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), count, "{query}");
    }
    problem(&get(&server, &auditor, &format!("{WAVES}?target=none")).await, 404);
    problem(&get(&server, &auditor, &format!("{WAVES}?cursor=x")).await, 400);
    problem(&get(&server, &auditor, &format!("{pairs}&cursor=-1")).await, 400);
    problem(&get(&server, &auditor, &format!("{WAVES}/999")).await, 404);
    for word in ["release", "reject"] {
        let path = format!("{WAVES}/{wave}/{word}");
        problem(&say(&server, &auditor, &path, &json!({})).await, 403);
    }
}

#[tokio::test]
async fn r16_r25_an_operator_releases_some_and_rejects_the_rest_and_the_trail_says_so() {
    let server = Server::start().await;
    let groups = held(&server).await;
    let operator = administrator(&server, "ann", Role::Operator, Some("default")).await;
    let wave = only_wave(&server, &operator).await;
    let (release, reject) = (format!("{WAVES}/{wave}/release"), format!("{WAVES}/{wave}/reject"));
    let stranger = say(&server, &operator, &release, &json!({"only": ["nobody"]})).await;
    let told = problem(&stranger, 404)["detail"].to_string();
    assert!(told.contains("holds nobody with the id `nobody`"), "{told}");
    problem(&say(&server, &operator, &release, &json!({"all": true})).await, 400);
    let some = say(&server, &operator, &release, &json!({"only": [groups[0]]})).await;
    assert_eq!(some.json(), json!({"released": 1}));
    let rest = say(&server, &operator, &reject, &json!({})).await;
    assert_eq!(rest.json(), json!({"rejected": 1}));
    let state = get(&server, &operator, &format!("{WAVES}/{wave}")).await.json();
    assert_eq!(state["state"], "rejecting");
    server.ledger.wave_step(9, server.clock_now()).await.unwrap();
    problem(&say(&server, &operator, &release, &json!({})).await, 404);
    let rows = trail(&server).await;
    let acts: Vec<_> = rows.iter().map(|row| (row.act.as_str(), row.outcome.as_str())).collect();
    assert_eq!(
        acts,
        [
            ("guard.release", "refused"),
            ("guard.reject", "done"),
            ("guard.release", "done"),
            ("guard.release", "refused"),
        ]
    );
    assert_eq!(
        (rows[2].actor.as_str(), rows[2].object.as_str()),
        ("ann", &*format!("wave {wave}"))
    );
    assert!(rows[2].details.contains(&groups[0]), "{}", rows[2].details);
}

#[tokio::test]
async fn r16_another_tenants_waves_are_not_there() {
    let server = Server::start().await;
    let groups = held(&server).await;
    server.edit(vec![("acme", sutler_testkit::build::provider("crm", &[]))]).await;
    let ours = administrator(&server, "ann", Role::Owner, Some("default")).await;
    let theirs = administrator(&server, "bob", Role::Owner, Some("acme")).await;
    let wave = only_wave(&server, &ours).await;
    let there = format!("/t/acme{WAVES}");
    assert_eq!(get(&server, &theirs, &there).await.json()["items"], json!([]));
    for path in [format!("{there}/{wave}"), format!("{there}/{wave}/pairs")] {
        problem(&get(&server, &theirs, &path).await, 404);
    }
    for body in [json!({}), json!({"only": [groups[0]]})] {
        problem(&say(&server, &theirs, &format!("{there}/{wave}/release"), &body).await, 404);
    }
    assert_eq!(only_wave(&server, &ours).await, wave);
}
