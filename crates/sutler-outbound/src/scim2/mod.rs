//! The SCIM 2.0 connector (RFC 7643, RFC 7644): look-ups by filter, changes by PATCH, or by
//! PUT where the target has no PATCH.

mod account;
mod apply;
mod ask;
mod check;
mod fit;
mod list;
mod list_response;
mod matches;
mod members;
mod merge;
mod outcome;
mod patch;
mod place;
pub(crate) mod request;
mod search;
mod stated;

use std::sync::Arc;

use async_trait::async_trait;
use http::{Method, header};
use reqwest::Url;
use serde_json::Value;
use sutler_model::Kind;
use sutler_model::estate::Target;
use sutler_model::outcome::{
    Abilities, Account, Applied, Finding, Listing, Operation, Outcome, Query, RefusalKind, Trouble,
};
use sutler_model::port::{Clock, Connector};

use crate::auth::{Authenticator, ResolvedAuth};
use crate::factory::{BuildError, Settings};
use crate::http::{Egress, Http, Reply, base, extend};
use crate::profile::{Buckets, Profile, Sent};
use crate::stop::{self, Stop};
pub(crate) use ask::Heard;
pub(crate) use matches::values;
use outcome::{Asked, judge};
use stated::StatedBefore;

const MEDIA_TYPE: &str = "application/scim+json";

/// The connector of one SCIM 2.0 target.
pub(crate) struct Scim2 {
    base: Url,
    http: Http,
    auth: Authenticator,
    clock: Arc<dyn Clock>,
    lag: i64,
    profile: Profile,
    buckets: Buckets,
    stated_before: StatedBefore,
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
        let profile = Profile::of(target.profile.as_deref())?;
        let egress = Egress { allow_private: target.allow_private_addresses };
        Ok(Self {
            base: base(&target.url)?,
            http: Http::new(egress, target.timeout, settings)?,
            auth: Authenticator::new(auth, Arc::clone(&clock))?,
            lag: target.lag,
            buckets: profile.buckets(),
            profile,
            stated_before: StatedBefore::default(),
            clock,
        })
    }

    /// The same with the headers of another profile.
    pub(crate) fn with_headers_of(self, profile: &Profile) -> Self {
        Self { profile: self.profile.with_headers_of(profile), ..self }
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

    /// The address of all accounts of a type.
    fn collection(&self, kind: Kind) -> Result<Url, Stop> {
        self.url(&[self.profile.collection(kind)])
    }

    /// The address of one account.
    fn one(&self, kind: Kind, remote: &str) -> Result<Url, Stop> {
        self.url(&[self.profile.collection(kind), remote])
    }

    /// Which accounts an address is about.
    fn kind_of(&self, url: &Url) -> Option<Kind> {
        let below = url.path().strip_prefix(self.base.path())?.trim_start_matches('/');
        let first = below.split('/').next().unwrap_or_default();
        [Kind::User, Kind::Group].into_iter().find(|kind| self.profile.collection(*kind) == first)
    }

    /// Counts a call; one that the target would refuse for its rate is not sent.
    fn pace(&self, call: &Call<'_>, length: usize) -> Result<(), Stop> {
        let sent = Sent { method: &call.method, kind: self.kind_of(&call.url), length };
        self.buckets.take(sent, self.clock.boottime()).map_err(|wait| Stop::Retry {
            trouble: Trouble::Throttled,
            detail: format!(
                "the profile `{}` allows no more calls now; nothing was sent",
                self.profile.name()
            ),
            status: None,
            after: Some(self.clock.now().plus(wait)),
        })
    }

    /// Sends a call and judges the answer.
    async fn call(&self, call: Call<'_>) -> Result<Answer, Stop> {
        let reply = self.deliver(&call).await?;
        let etag = reply.header(header::ETAG).map(str::to_owned);
        let body = judge(reply, call.asked, call.body, self.clock.now(), &self.profile)?;
        let etag = etag.or_else(|| body.as_ref().and_then(account::version));
        Ok(Answer { body, etag })
    }

    /// Sends a call with our credentials. A token that has ended is renewed once: a 401 says
    /// that nothing was done.
    async fn deliver(&self, call: &Call<'_>) -> Result<Reply, Stop> {
        let sent = self.auth.authorization(&self.http).await?;
        let reply = self.send(call, sent.as_ref()).await?;
        if reply.status == 401 && self.auth.refused(sent.as_ref()).await {
            let fresh = self.auth.authorization(&self.http).await?;
            return self.send(call, fresh.as_ref()).await;
        }
        Ok(reply)
    }

    async fn send(
        &self,
        call: &Call<'_>,
        authorization: Option<&http::HeaderValue>,
    ) -> Result<Reply, Stop> {
        let body = call.body.map(ToString::to_string);
        self.pace(call, body.as_ref().map_or(0, String::len))?;
        let mut request = self
            .http
            .request(call.method.clone(), call.url.clone())
            .header(header::ACCEPT, "application/scim+json, application/json");
        for (name, value) in self.profile.headers() {
            request = request.header(name, value);
        }
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(etag) = call.if_match {
            request = request.header(header::IF_MATCH, etag);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, MEDIA_TYPE).body(body);
        }
        self.http.send(request).await
    }

    async fn get(&self, asked: Asked, url: Url) -> Result<Answer, Stop> {
        self.call(Call { asked, method: Method::GET, url, if_match: None, body: None }).await
    }
}

#[async_trait]
impl Connector for Scim2 {
    fn abilities(&self) -> Abilities {
        Abilities { lag: self.lag, members_a_call: self.profile.members_a_call() }
    }

    async fn check(&self) -> Vec<Finding> {
        self.findings().await
    }

    async fn look(&self, kind: Kind, query: &Query) -> Outcome<Vec<Account>> {
        stop::outcome(self.accounts(kind, query).await)
    }

    async fn list(&self, kind: Kind, from: Option<&str>) -> Outcome<Listing> {
        stop::outcome(self.page(kind, from).await)
    }

    async fn apply(&self, operation: &Operation) -> Outcome<Applied> {
        stop::outcome(self.operate(operation).await)
    }
}
