//! One call without a judgement, for the probe: what came back, as it came.

use http::{Method, header};
use serde_json::Value;

use super::account::find;
use super::outcome::Asked;
use super::{Call, Scim2};
use crate::http::{Body, filtered, retry_after};
use crate::stop::Stop;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    /// The account has a version.
    pub(crate) versioned: bool,
    /// The target wants less: milliseconds until another call.
    pub(crate) wait: Option<i64>,
}

impl Heard {
    /// True for a success.
    pub(crate) fn done(&self) -> bool {
        (200..300).contains(&self.status) && self.status != 202
    }

    /// True if there is nothing.
    pub(crate) fn gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// A value of the body, whatever the case of its name.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        find(self.body.as_ref()?.as_object()?, name)
    }

    /// A text of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    /// A truth of the body, also as a text.
    pub(crate) fn truth(&self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(truth) => Some(*truth),
            Value::String(text) => text.to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// The accounts of a list.
    pub(crate) fn resources(&self) -> &[Value] {
        self.get("Resources").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

impl Scim2 {
    /// Sends one call with the target's credentials and address rules.
    pub(crate) async fn ask(
        &self,
        method: &Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Heard, Stop> {
        let url = filtered(self.url(path)?, query);
        let call = Call { asked: Asked::Update, method: method.clone(), url, if_match: None, body };
        let reply = self.deliver(&call).await?;
        let now = self.clock.now();
        let after = reply.header(header::RETRY_AFTER).and_then(|text| retry_after(text, now));
        let status = reply.status;
        let versioned = reply.header(header::ETAG).is_some();
        let body = match reply.body {
            Body::Json(body) => Some(body),
            Body::Empty => None,
            Body::Senseless(what) => {
                let detail = format!("the target answered {status}: {what}");
                return Err(Stop::unknown(Some(status), detail));
            }
        };
        let text = body.as_ref().map(|body| body.to_string().to_lowercase()).unwrap_or_default();
        let throttled = matches!(status, 429 | 503)
            || (status == 403 && (text.contains("ratelimit") || text.contains("quota")));
        let wait = throttled.then(|| after.map_or(1_000, |after| after.since(now)));
        let shown = body.as_ref().and_then(|body| body.pointer("/meta/version")).is_some();
        Ok(Heard { status, body, versioned: versioned || shown, wait })
    }
}
