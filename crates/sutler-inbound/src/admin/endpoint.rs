//! What an endpoint of the admin API is: its path, its role, what it takes and what it does.
//!
//! The router, the checks before it and the OpenAPI document are made from this. An endpoint
//! cannot be without a role, and is handed nothing that was not checked.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sutler_engine::admin::Acting;
use sutler_model::administrator::{AdminToken, Role};
use sutler_model::audit::Via;

use super::answer::Answer;
use super::estate_file::EntryKind;
use super::query::{Parameter, Parameters};
use super::scope::Scope;
use crate::failure::Failure;
use crate::services::Shared;

/// What an endpoint does.
pub(super) type Running = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send>>;

/// What a request must have for a body.
#[derive(Clone, Copy)]
pub(super) enum BodyKind {
    /// None.
    Nothing,
    /// A JSON object of this schema.
    Json(fn() -> Value),
    /// An estate file.
    Toml,
}

/// One endpoint.
pub(super) struct Endpoint {
    pub(super) method: Method,
    /// Below the root of the API.
    pub(super) path: Cow<'static, str>,
    /// True if it is there for the installation too.
    pub(super) installation: bool,
    /// The least role that may.
    pub(super) role: Role,
    /// Its name in the OpenAPI document.
    pub(super) id: Cow<'static, str>,
    pub(super) summary: Cow<'static, str>,
    pub(super) query: &'static [Parameter],
    /// True if `If-Match` must be there.
    pub(super) conditional: bool,
    pub(super) body: BodyKind,
    /// The status when all is well, and the schema of what is answered.
    pub(super) answer: (StatusCode, fn() -> Value),
    /// How the act is called in the audit trail, if it is one.
    pub(super) act: Option<&'static str>,
    /// The sort of entry that it is about.
    pub(super) entry: Option<&'static EntryKind>,
    pub(super) run: fn(Asked) -> Running,
}

impl Endpoint {
    /// An endpoint that reads: for every role, of a tenant.
    pub(super) fn get(
        path: &'static str,
        id: &'static str,
        summary: &'static str,
        answer: fn() -> Value,
        run: fn(Asked) -> Running,
    ) -> Self {
        Self {
            method: Method::GET,
            path: Cow::Borrowed(path),
            installation: false,
            role: Role::Auditor,
            id: Cow::Borrowed(id),
            summary: Cow::Borrowed(summary),
            query: &[],
            conditional: false,
            body: BodyKind::Nothing,
            answer: (StatusCode::OK, answer),
            act: None,
            entry: None,
            run,
        }
    }
}

/// A request that may be carried out.
pub(super) struct Asked {
    pub(super) shared: Shared,
    /// Who asks.
    pub(super) by: AdminToken,
    /// Where.
    pub(super) scope: Scope,
    pub(super) path: BTreeMap<String, String>,
    pub(super) query: Parameters,
    pub(super) headers: HeaderMap,
    pub(super) body: Sent,
    pub(super) entry: Option<&'static EntryKind>,
}

/// The body of a request.
pub(super) enum Sent {
    Nothing,
    Json(Map<String, Value>),
    Toml(String),
}

impl Asked {
    /// The tenant's name.
    pub(super) fn tenant(&self) -> Result<&str, Failure> {
        self.scope.tenant().ok_or_else(Failure::no_such_path)
    }

    /// A part of the path.
    pub(super) fn part(&self, name: &str) -> Result<&str, Failure> {
        self.path.get(name).map(String::as_str).ok_or_else(Failure::no_such_path)
    }

    /// What is seen here: one tenant, or without a name all of them.
    pub(super) fn sight(&self) -> Option<&str> {
        self.scope.tenant()
    }

    /// Who gives the order, for the audit trail.
    pub(super) fn acting(&self) -> Acting {
        acting(&self.by)
    }

    /// The JSON body, with what is unknown refused.
    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let Sent::Json(map) = std::mem::replace(&mut self.body, Sent::Nothing) else {
            return Err(Failure::internal());
        };
        serde_json::from_value(Value::Object(map)).map_err(|error| {
            Failure::new(StatusCode::BAD_REQUEST, format!("the body cannot be used: {error}"))
        })
    }
}

/// The holder of a token as one who gives orders.
pub(super) fn acting(token: &AdminToken) -> Acting {
    Acting { actor: token.name.clone(), via: Via::Api, credential: Some(token.id.clone()) }
}
