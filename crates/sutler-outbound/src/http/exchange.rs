//! One request and its answer, read up to a limit.

use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode, header};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use sutler_model::outcome::Trouble;

use super::address::Egress;
use super::client::client;
use super::failure::{lost, stop};
use crate::factory::{BuildError, Settings};
use crate::stop::Stop;

/// The HTTP of one target.
pub(crate) struct Http {
    client: Client,
    egress: Egress,
    limit: usize,
}

/// An answer, read to its end or as far as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Body,
}

/// The body of an answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Body {
    /// Nothing.
    Empty,
    /// Sensible.
    Json(Value),
    /// Anything else, and what it was.
    Senseless(String),
}

impl Http {
    /// The HTTP of a target; `timeout` in milliseconds is for one call, all in all.
    pub(crate) fn new(
        egress: Egress,
        timeout: i64,
        settings: &Settings,
    ) -> Result<Self, BuildError> {
        let timeout = Duration::from_millis(u64::try_from(timeout).unwrap_or(0).max(1));
        Ok(Self { client: client(egress, timeout, settings)?, egress, limit: settings.body_limit })
    }

    /// Begins a request.
    pub(crate) fn request(&self, method: http::Method, url: reqwest::Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends it, once.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Reply, Stop> {
        let request = request.build().map_err(|error| stop(&error))?;
        self.egress
            .check(request.url())
            .map_err(|reason| Stop::retry(Trouble::Unreachable, None, reason))?;
        let response = self.client.execute(request).await.map_err(|error| stop(&error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = self.read(response).await;
        Ok(Reply { status: status.as_u16(), headers, body })
    }

    async fn read(&self, mut response: Response) -> Body {
        let status = response.status();
        if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
            return Body::Empty;
        }
        let mut bytes: Vec<u8> = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    // What is counted has been decompressed already.
                    if bytes.len() + chunk.len() > self.limit {
                        return Body::Senseless(format!(
                            "the answer is larger than {} bytes",
                            self.limit
                        ));
                    }
                    bytes.extend_from_slice(&chunk);
                }
                Ok(None) => return parse(&bytes),
                Err(error) => return Body::Senseless(lost(&error)),
            }
        }
    }
}

fn parse(bytes: &[u8]) -> Body {
    let text = bytes.trim_ascii();
    if text.is_empty() {
        return Body::Empty;
    }
    if text.starts_with(b"<") {
        return Body::Senseless("the answer is HTML or XML".to_owned());
    }
    match serde_json::from_slice(text) {
        Ok(value) => Body::Json(value),
        Err(_) => Body::Senseless("the answer is not JSON".to_owned()),
    }
}

impl Reply {
    /// A header as text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Where a redirect points, without its query, cut short.
    pub(crate) fn location(&self) -> Option<&str> {
        let location = self.header(header::LOCATION)?;
        let location = location.split(['?', '#']).next()?;
        // A header that reads as text is ASCII: every place is a boundary.
        location.get(..location.len().min(200))
    }

    /// True for 2xx.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
