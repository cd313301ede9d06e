//! OAuth 2.0 client credentials (RFC 6749 §4.4): one token, fetched by one request at a
//! time, kept until shortly before it ends.

use std::sync::Arc;

use http::{HeaderValue, Method, header};
use reqwest::Url;
use serde::Deserialize;
use sutler_model::outcome::Trouble;
use sutler_model::port::Clock;
use tokio::sync::Mutex;

use super::bearer;
use crate::http::{Body, Http, Reply, retry_after};
use crate::stop::Stop;

/// How long a token is taken to live if the answer does not say, in seconds.
const LIFE: i64 = 300;
/// How long before its end a token is renewed, in milliseconds.
const MARGIN: i64 = 30_000;

/// Fetches and keeps the token of one target.
pub(crate) struct ClientCredentials {
    url: Url,
    client: HeaderValue,
    scope: Option<String>,
    clock: Arc<dyn Clock>,
    // Held while a token is fetched, so that everybody else waits for that one.
    kept: Mutex<Option<Kept>>,
}

struct Kept {
    header: HeaderValue,
    /// On the clock that counts suspension.
    until: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<i64>,
}

impl ClientCredentials {
    pub(crate) fn new(
        url: Url,
        client: HeaderValue,
        scope: Option<String>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { url, client, scope, clock, kept: Mutex::new(None) }
    }

    /// The token in force, fetched if there is none.
    pub(crate) async fn token(&self, http: &Http) -> Result<HeaderValue, Stop> {
        let mut kept = self.kept.lock().await;
        if let Some(kept) = kept.as_ref()
            && self.clock.boottime() < kept.until
        {
            return Ok(kept.header.clone());
        }
        let fresh = self.fetch(http).await?;
        let header = fresh.header.clone();
        *kept = Some(fresh);
        Ok(header)
    }

    /// Drops this token, if it is still the one in force.
    pub(crate) async fn forget(&self, sent: &HeaderValue) {
        let mut kept = self.kept.lock().await;
        if kept.as_ref().is_some_and(|kept| kept.header == sent) {
            *kept = None;
        }
    }

    async fn fetch(&self, http: &Http) -> Result<Kept, Stop> {
        let mut form = vec![("grant_type", "client_credentials")];
        if let Some(scope) = &self.scope {
            form.push(("scope", scope));
        }
        let request = http
            .request(Method::POST, self.url.clone())
            .header(header::AUTHORIZATION, self.client.clone())
            .header(header::ACCEPT, "application/json")
            .form(&form);
        let asked = self.clock.boottime();
        let reply = http.send(request).await.map_err(not_sent)?;
        let granted = self.granted(&reply)?;
        let life = granted.expires_in.unwrap_or(LIFE).max(0).saturating_mul(1000);
        let header = bearer(&granted.access_token).map_err(|_| senseless(&reply))?;
        // A short-lived token is renewed after nine tenths of its life.
        let margin = MARGIN.min(life / 10);
        Ok(Kept { header, until: asked.saturating_add(life - margin) })
    }

    fn granted(&self, reply: &Reply) -> Result<Granted, Stop> {
        let status = Some(reply.status);
        let detail = format!("the token endpoint answered {}", reply.status);
        match (reply.status, &reply.body) {
            (200..=299, Body::Json(body)) => {
                let granted = Granted::deserialize(body).map_err(|_| senseless(reply))?;
                let bearer = granted
                    .token_type
                    .as_deref()
                    .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
                if bearer && !granted.access_token.is_empty() {
                    Ok(granted)
                } else {
                    Err(senseless(reply))
                }
            }
            (400 | 401 | 403, _) => Err(Stop::retry(
                Trouble::Auth,
                status,
                format!("{detail}: check client id, client secret and scope"),
            )),
            (408 | 425 | 429 | 503, _) => Err(Stop::Retry {
                trouble: Trouble::Throttled,
                detail,
                status,
                after: reply
                    .header(header::RETRY_AFTER)
                    .and_then(|text| retry_after(text, self.clock.now())),
            }),
            (300..=399, _) => Err(Stop::retry(
                Trouble::Auth,
                status,
                format!(
                    "{detail}, a redirect to `{}`: set `token_url` to where tokens are had",
                    reply.location().unwrap_or_default()
                ),
            )),
            _ => Err(Stop::retry(Trouble::Unreachable, status, detail)),
        }
    }
}

/// Whatever went wrong on the way to the token, nothing was sent to the target.
fn not_sent(stop: Stop) -> Stop {
    match stop {
        Stop::Unknown { detail, status, after } => Stop::Retry {
            trouble: Trouble::Unreachable,
            detail: format!("no token could be had: {detail}"),
            status,
            after,
        },
        other => other,
    }
}

fn senseless(reply: &Reply) -> Stop {
    Stop::retry(
        Trouble::Unreachable,
        Some(reply.status),
        "the token endpoint gave no usable bearer token".to_owned(),
    )
}
