//! A SCIM 2.0 client, independent of the product's own code.

use std::fmt;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const CONTENT_TYPE: &str = "application/scim+json";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// A client of one base address.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// Why there is no answer of the 2xx kind.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection failed, or 5xx: it may have been done.
    Unknown(String),
    /// 4xx: it was not done.
    Refused(StatusCode, String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(why) => write!(f, "unknown: {why}"),
            Self::Refused(status, why) => write!(f, "{status}: {why}"),
        }
    }
}

/// A client without patience.
pub(crate) fn http() -> reqwest::Client {
    reqwest::Client::builder().timeout(Duration::from_secs(30)).no_proxy().build().unwrap()
}

impl Client {
    pub(crate) fn new(base: &str, token: &str) -> Self {
        Self { http: http(), base: base.to_owned(), token: token.to_owned() }
    }

    /// POST; the resource as stored.
    pub(crate) async fn create(&self, endpoint: &str, body: &Value) -> Result<Value, Failure> {
        self.call(Method::POST, endpoint, Some(body)).await
    }

    /// GET by id.
    pub(crate) async fn get(&self, endpoint: &str, id: &str) -> Result<Value, Failure> {
        self.call(Method::GET, &format!("{endpoint}/{id}"), None).await
    }

    /// PUT.
    pub(crate) async fn replace(
        &self,
        endpoint: &str,
        id: &str,
        body: &Value,
    ) -> Result<Value, Failure> {
        self.call(Method::PUT, &format!("{endpoint}/{id}"), Some(body)).await
    }

    /// PATCH with these operations.
    pub(crate) async fn patch(
        &self,
        endpoint: &str,
        id: &str,
        operations: Value,
    ) -> Result<Value, Failure> {
        let body = json!({ "schemas": [PATCH], "Operations": operations });
        self.call(Method::PATCH, &format!("{endpoint}/{id}"), Some(&body)).await
    }

    /// DELETE.
    pub(crate) async fn delete(&self, endpoint: &str, id: &str) -> Result<Value, Failure> {
        self.call(Method::DELETE, &format!("{endpoint}/{id}"), None).await
    }

    /// The only resource whose attribute has this value, if there is one.
    pub(crate) async fn find(
        &self,
        endpoint: &str,
        attribute: &str,
        value: &str,
    ) -> Result<Option<Value>, Failure> {
        let filter = format!("{attribute} eq {}", json!(value));
        let query = encoded(&filter);
        let page = self.call(Method::GET, &format!("{endpoint}?filter={query}"), None).await?;
        let found = page["Resources"].as_array().cloned().unwrap_or_default();
        assert!(found.len() < 2, "{filter} finds more than one: {page}");
        Ok(found.into_iter().next())
    }

    /// Everything at an endpoint, page by page.
    pub(crate) async fn list(&self, endpoint: &str) -> Result<Vec<Value>, Failure> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let start = all.len() + 1;
            let path = format!("{endpoint}?startIndex={start}&count=100");
            let page = self.call(Method::GET, &path, None).await?;
            let total = page["totalResults"].as_u64().expect("totalResults");
            let items = page["Resources"].as_array().cloned().unwrap_or_default();
            let empty = items.is_empty();
            all.extend(items);
            if empty || all.len() as u64 >= total {
                assert_eq!(all.len() as u64, total, "{endpoint}: pages and total differ");
                return Ok(all);
            }
        }
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let mut request = self
            .http
            .request(method, format!("{}/{path}", self.base))
            .bearer_auth(&self.token)
            .header("accept", CONTENT_TYPE);
        if let Some(body) = body {
            request = request.header("content-type", CONTENT_TYPE).body(body.to_string());
        }
        let unknown = |error: reqwest::Error| Failure::Unknown(error.to_string());
        let answer = request.send().await.map_err(unknown)?;
        let status = answer.status();
        let text = answer.text().await.map_err(unknown)?;
        if status.is_server_error() {
            return Err(Failure::Unknown(format!("{status} {text}")));
        }
        if !status.is_success() {
            return Err(Failure::Refused(status, text));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(|error| Failure::Unknown(format!("{error}: {text}")))
    }
}

/// Percent-encoding of everything but letters and digits.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
