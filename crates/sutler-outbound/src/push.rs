//! Sends a signed event to its receiver (RFC 8935 §2). One call, never repeated here.

use std::sync::Arc;

use http::{Method, StatusCode, header};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use sutler_model::port::{Clock, PushError};
use sutler_scim::events::TOKEN_MEDIA_TYPE;

use crate::auth::bearer;
use crate::factory::{BuildError, Settings};
use crate::http::{Body, Egress, Http, Reply, checked, redact, retry_after};

/// How long one call may take, in milliseconds.
const TIMEOUT: i64 = 10_000;

/// The way to one receiver.
pub struct EventPush {
    url: Url,
    http: Http,
    clock: Arc<dyn Clock>,
}

impl EventPush {
    /// A way to this address, which is private only with leave.
    pub fn new(
        url: &str,
        allow_private_addresses: bool,
        settings: &Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildError> {
        let egress = Egress { allow_private: allow_private_addresses };
        Ok(Self { url: checked(url)?, http: Http::new(egress, TIMEOUT, settings)?, clock })
    }

    /// Sends a token; returns when the receiver says that it has it.
    pub async fn push(&self, token: &str, auth: Option<&SecretString>) -> Result<(), PushError> {
        let again = |reason: String| PushError::Again(reason, None);
        let mut request = self
            .http
            .request(Method::POST, self.url.clone())
            .header(header::CONTENT_TYPE, TOKEN_MEDIA_TYPE)
            .header(header::ACCEPT, "application/json")
            .body(token.to_owned());
        if let Some(auth) = auth {
            let value = bearer(auth.expose_secret()).map_err(|error| again(error.to_string()))?;
            request = request.header(header::AUTHORIZATION, value);
        }
        let sent = self.http.send(request).await;
        let reply = sent.map_err(|stop| again(stop.detail().to_owned()))?;
        self.judge(&reply)
    }

    /// RFC 8935 §2.2 and §2.3: 202 is taken, 400 with an `err` is refused. All else may pass.
    fn judge(&self, reply: &Reply) -> Result<(), PushError> {
        if reply.status == StatusCode::ACCEPTED.as_u16() {
            return Ok(());
        }
        if reply.status == StatusCode::BAD_REQUEST.as_u16()
            && let Body::Json(Value::Object(error)) = &reply.body
            && let Some(code) = error.get("err").and_then(Value::as_str)
        {
            let more = error.get("description").and_then(Value::as_str).unwrap_or_default();
            return Err(PushError::Refused(redact(&format!("{code}: {more}"), None)));
        }
        let after = reply.header(header::RETRY_AFTER);
        let after = after.and_then(|header| retry_after(header, self.clock.now()));
        let reason = format!("the receiver answered {}, not 202", reply.status);
        Err(PushError::Again(reason, after))
    }
}

#[cfg(test)]
mod tests {
    use sutler_model::Time;

    use super::*;

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Time {
            Time(0)
        }

        fn boottime(&self) -> i64 {
            0
        }
    }

    #[tokio::test]
    async fn a_private_address_is_not_called_without_leave() {
        for url in ["http://127.0.0.1:9/events", "https://169.254.169.254/events"] {
            let push = EventPush::new(url, false, &Settings::default(), Arc::new(Still)).unwrap();
            let refused = push.push("token", None).await;
            let Err(PushError::Again(reason, None)) = refused else {
                panic!("{refused:?}");
            };
            assert!(reason.contains("allow_private_addresses"), "{reason}");
        }
    }

    #[test]
    fn an_address_with_credentials_is_refused() {
        let url = "https://user:pass@x.test/events";
        assert!(EventPush::new(url, false, &Settings::default(), Arc::new(Still)).is_err());
    }
}
