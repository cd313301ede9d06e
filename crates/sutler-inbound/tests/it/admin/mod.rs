//! The admin API: who may do what, over the real router. The estate is a stand-in here: what it
//! becomes is tested with the binary.

mod hostile;
mod matrix;
mod orders;
mod plans;
mod standing;
mod tokens;
mod trail;
mod walls;
mod waves;

use std::sync::Mutex;

use http::Method;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};
use sutler_engine::admin::{Acting, Drafted};
use sutler_inbound::admin::{
    EstateDone, EstateDraft, EstateFault, EstateFile, EstateRefused, EstateWanted, Exported,
    estate_tag,
};
use sutler_inbound::token;
use sutler_model::administrator::{AdminToken, Role};
use sutler_model::audit::Via;
use sutler_model::estate::EstateEdit;
use sutler_model::plan::PlannedFile;
use sutler_model::port::{LedgerError, Order};
use sutler_testkit::build;

use crate::server::{Answer, Server};

/// An estate that holds one target and keeps what is wanted of it.
#[derive(Default)]
pub(crate) struct TestEstate(Mutex<usize>);

impl TestEstate {
    fn text(&self, tenant: Option<&str>) -> String {
        format!("# {tenant:?} {}\n", self.0.lock().unwrap())
    }
}

#[async_trait::async_trait]
impl EstateFile for TestEstate {
    async fn export(&self, tenant: Option<&str>) -> Result<Exported, LedgerError> {
        let document = json!({"target": [{"name": "app", "url": "https://app.example.org"}]});
        let document: Map<String, Value> = document.as_object().unwrap().clone();
        Ok(Exported { text: self.text(tenant), document })
    }

    async fn apply(&self, wanted: EstateWanted) -> Result<EstateDone, EstateRefused> {
        let tenant = wanted.tenant.as_deref();
        let tag = estate_tag(&self.text(tenant));
        if wanted.expected.as_ref().is_some_and(|expected| !expected.contains(&tag)) {
            return Err(EstateRefused::Moved);
        }
        let said = format!("{:?}", wanted.edition);
        if said.contains("faulty") {
            let fault = EstateFault { place: Some((3, 7)), message: "faulty".to_owned() };
            return Err(EstateRefused::Faults(vec![fault]));
        }
        if !wanted.dry {
            *self.0.lock().unwrap() += 1;
        }
        let report = json!({
            "wanted": said, "tenant": tenant, "walled": wanted.walled, "dry": wanted.dry,
            "moved": wanted.moved, "unroute": wanted.unroute, "abandon": wanted.abandon,
        });
        Ok(EstateDone { report, tag: estate_tag(&self.text(tenant)) })
    }

    /// The text is the version of the estate that it is for; one target is swept.
    async fn draft(
        &self,
        file: &PlannedFile,
        walled: bool,
        _: &Acting,
    ) -> Result<EstateDraft, EstateRefused> {
        let Ok(expect) = file.text.parse() else {
            let fault = EstateFault { place: Some((1, 1)), message: "faulty".to_owned() };
            return Err(EstateRefused::Faults(vec![fault]));
        };
        let tenant = file.tenant.clone().unwrap_or_else(|| "default".to_owned());
        let sweep = vec![(tenant, "app".to_owned())];
        let edit = EstateEdit { expect, sweep, ..EstateEdit::default() };
        let drafted = Drafted { edit, record: std::collections::BTreeMap::new() };
        let report = json!({"tenant": file.tenant, "walled": walled, "options": file.options});
        Ok(EstateDraft { drafted, report })
    }
}

/// The targets of a tenant.
pub(super) async fn targets(server: &Server, tenant: &str, names: &[&str]) {
    let edit = EstateEdit {
        expect: server.ledger.estate().await.unwrap().version,
        targets: names.iter().map(|name| (tenant.to_owned(), build::target(name))).collect(),
        ..EstateEdit::default()
    };
    server.ledger.edit_estate(edit, server.clock_now()).await.unwrap();
    server.estate.refresh(&*server.ledger).await.unwrap();
}

/// A token of a new administrator, of a tenant or of all.
pub(super) async fn administrator(
    server: &Server,
    name: &str,
    role: Role,
    tenant: Option<&str>,
) -> String {
    let issued = token::issue_administrator(&*server.random);
    let estate = server.estate.current();
    let id = tenant.map(|tenant| estate.tenants.iter().find(|(_, n)| n == tenant).unwrap().0);
    let token = AdminToken {
        id: issued.handle,
        name: name.to_owned(),
        role,
        tenant: id,
        hash: issued.hash,
        created: server.clock_now(),
        expires: None,
        used: None,
    };
    let acting = Acting { actor: "test".to_owned(), via: Via::Cli, credential: None };
    let acts = vec![acting.act(tenant, "administrator.create", name)];
    let order = Order::AddAdministrator(token);
    server.ledger.order(order, acts, server.clock_now()).await.unwrap();
    issued.token.expose_secret().to_owned()
}

/// A request with a token, and a body with its media type.
pub(super) async fn ask(
    server: &Server,
    token: &str,
    method: &str,
    path: &str,
    body: Option<(&str, &str)>,
    headers: &[(&str, &str)],
) -> Answer {
    let bearer = format!("Bearer {token}");
    let mut all = vec![("authorization", if token.is_empty() { "" } else { bearer.as_str() })];
    all.extend(body.map(|(media, _)| ("content-type", media)));
    all.extend(headers);
    let method: Method = method.parse().unwrap();
    server.raw(method, path, body.map(|(_, text)| text), &all).await
}

/// That it is a problem of this status (RFC 9457), which names the request.
#[track_caller]
pub(super) fn problem(answer: &Answer, status: u16) -> Value {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["status"], status);
    assert!(body["detail"].as_str().unwrap().contains(answer.header("x-request-id")), "{body}");
    body
}

/// The endpoints as the OpenAPI document has them: method, path, operation.
pub(super) async fn described(server: &Server) -> Vec<(String, String, Value)> {
    let document = server.get("/api/openapi.json").await.json();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("x-role").is_some() {
                found.push((method.to_uppercase(), path.clone(), operation.clone()));
            }
        }
    }
    assert!(found.len() > 40, "{}", found.len());
    found
}

/// A path with something in its places.
pub(super) fn filled(path: &str) -> String {
    path.replace("{name}", "app").replace("{id}", "none")
}

/// A body with its media type before it, or a header.
type Pair = (&'static str, &'static str);

/// The body that an operation needs at least, and a condition.
pub(super) fn minimal(operation: &Value) -> (Option<Pair>, Vec<Pair>) {
    let content = &operation["requestBody"]["content"];
    let body = if content.get("application/toml").is_some() {
        Some(("application/toml", ""))
    } else if content.get("application/json").is_some() {
        Some(("application/json", "{}"))
    } else {
        None
    };
    (body, vec![("if-match", "*")])
}
