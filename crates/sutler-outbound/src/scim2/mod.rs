//! The SCIM 2.0 connector (RFC 7643, RFC 7644): look-ups by filter, changes by PATCH, or by
//! PUT where the target has no PATCH.

mod account;
mod apply;
mod check;
mod members;
mod merge;
mod outcome;
mod profile;
mod request;
mod search;

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, header};
use reqwest::Url;
use serde_json::Value;
use sutler_model::Kind;
use sutler_model::estate::Target;
use sutler_model::history::Notes;
use sutler_model::outcome::{
    Abilities, Account, Applied, Finding, Operation, Outcome, Query, RefusalKind,
};
use sutler_model::port::{Clock, Connector};

use crate::auth::{Authenticator, ResolvedAuth};
use crate::factory::{BuildError, Settings};
use crate::http::{Egress, Http, Reply, base, extend, note};
use crate::stop::{self, Stop};
use outcome::{Asked, judge};
use profile::Profiles;

/// Members that one request carries. Some targets refuse more (413, or 400).
const MEMBERS_A_CALL: usize = 100;
const MEDIA_TYPE: &str = "application/scim+json";

/// The connector of one SCIM 2.0 target. A copy shares what was learnt, and the connections.
#[derive(Clone)]
pub(crate) struct Scim2 {
    base: Url,
    http: Arc<Http>,
    auth: Arc<Authenticator>,
    clock: Arc<dyn Clock>,
    lag: i64,
    profiles: Arc<Profiles>,
    /// Where exchanges are noted; those for a token are not.
    notes: Option<Arc<Notes>>,
}

/// A sensible answer.
struct Answer {
    body: Option<Value>,
    etag: Option<String>,
}

/// One call, before it is sent.
struct Call<'a> {
    asked: Asked,
    method: Method,
    url: Url,
    if_match: Option<&'a str>,
    body: Option<&'a Value>,
}

impl Scim2 {
    pub(crate) fn new(
        target: &Target,
        auth: ResolvedAuth,
        settings: &Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildError> {
        let egress = Egress { allow_private: target.allow_private_addresses };
        Ok(Self {
            base: base(&target.url)?,
            http: Arc::new(Http::new(egress, target.timeout, settings)?),
            auth: Arc::new(Authenticator::new(auth, Arc::clone(&clock))?),
            lag: target.lag,
            profiles: Arc::default(),
            notes: None,
            clock,
        })
    }

    /// The address of `/Users`, or of something below the base.
    fn url(&self, segments: &[&str]) -> Result<Url, Stop> {
        extend(&self.base, segments).ok_or_else(|| {
            Stop::refused(
                RefusalKind::Rejected,
                None,
                "the account's id at the target cannot be part of an address".to_owned(),
            )
        })
    }

    /// Sends a call and judges the answer. A token that has ended is renewed once: a 401
    /// says that nothing was done.
    async fn call(&self, call: Call<'_>) -> Result<Answer, Stop> {
        let sent = self.auth.authorization(&self.http).await?;
        let mut reply = self.send(&call, sent.as_ref()).await?;
        if reply.status == 401 && self.auth.refused(sent.as_ref()).await {
            let fresh = self.auth.authorization(&self.http).await?;
            reply = self.send(&call, fresh.as_ref()).await?;
        }
        let etag = reply.header(header::ETAG).map(str::to_owned);
        let body = judge(reply, call.asked, call.body, self.clock.now())?;
        let etag = etag.or_else(|| body.as_ref().and_then(account::version));
        Ok(Answer { body, etag })
    }

    async fn send(
        &self,
        call: &Call<'_>,
        authorization: Option<&http::HeaderValue>,
    ) -> Result<Reply, Stop> {
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .header(header::ACCEPT, "application/scim+json, application/json");
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(etag) = call.if_match {
            request = request.header(header::IF_MATCH, etag);
        }
        if let Some(body) = call.body {
            request = request.header(header::CONTENT_TYPE, MEDIA_TYPE).body(body.to_string());
        }
        let began = self.clock.boottime();
        let reply = self.http.send(request).await;
        if let Some(notes) = &self.notes {
            let took = self.clock.boottime() - began;
            note(notes, &call.method, &call.url, call.body, &reply, took);
        }
        reply
    }

    async fn get(&self, asked: Asked, url: Url) -> Result<Answer, Stop> {
        self.call(Call { asked, method: Method::GET, url, if_match: None, body: None }).await
    }
}

#[async_trait]
impl Connector for Scim2 {
    fn abilities(&self) -> Abilities {
        Abilities { lag: self.lag, members_a_call: MEMBERS_A_CALL }
    }

    async fn check(&self) -> Vec<Finding> {
        self.findings().await
    }

    async fn look(&self, kind: Kind, query: &Query) -> Outcome<Vec<Account>> {
        stop::outcome(self.accounts(kind, query).await)
    }

    async fn apply(&self, operation: &Operation) -> Outcome<Applied> {
        stop::outcome(self.operate(operation).await)
    }

    fn noting(&self, notes: Arc<Notes>) -> Option<Arc<dyn Connector>> {
        Some(Arc::new(Self { notes: Some(notes), ..self.clone() }))
    }
}
