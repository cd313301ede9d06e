//! Sends a message to its receiver, signed in the manner of Standard Webhooks: HMAC-SHA-256 over
//! id, time and body, in the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`.

use std::sync::Arc;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, header};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sutler_model::notification::Alert;
use sutler_model::port::{Clock, PushError, Told};

use crate::factory::{BuildError, Settings};
use crate::http::{Egress, Http, checked, retry_after};

/// How long one call may take, in milliseconds.
const TIMEOUT: i64 = 10_000;
/// What a secret begins with that is base64.
const PREFIX: &str = "whsec_";

/// The way to one receiver.
pub struct Webhook {
    url: Url,
    http: Http,
    clock: Arc<dyn Clock>,
}

impl Webhook {
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

    /// Sends a message; any 2xx says that the receiver has it.
    pub async fn send(&self, told: &Told, secret: &SecretString) -> Result<(), PushError> {
        let again = |reason: String, after| PushError::Again(reason, after);
        let id = format!("msg_{}", told.notice.id);
        let timestamp = told.at.0.div_euclid(1_000).to_string();
        let body = body(told);
        let signature = signature(secret.expose_secret(), &id, &timestamp, &body)
            .map_err(|reason| again(reason.to_owned(), None))?;
        let request = self
            .http
            .request(Method::POST, self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        let reply = self.http.send(request).await;
        let reply = reply.map_err(|stop| again(stop.detail().to_owned(), None))?;
        if reply.is_success() {
            return Ok(());
        }
        let after = reply.header(header::RETRY_AFTER);
        let after = after.and_then(|header| retry_after(header, self.clock.now()));
        Err(again(format!("the receiver answered {}, not 2xx", reply.status), after))
    }
}

/// What is said.
fn body(told: &Told) -> String {
    let notice = &told.notice;
    let kind = match notice.alert {
        Alert::Held => "leavers.held",
        Alert::Parked => "pair.parked",
        Alert::Quarantined => "target.quarantined",
        Alert::Recovered => "target.recovered",
    };
    json!({
        "type": kind,
        "timestamp": notice.last.rfc3339(),
        "data": {
            "tenant": told.tenant,
            "target": told.target,
            "count": notice.count,
            "first": notice.first.rfc3339(),
            "last": notice.last.rfc3339(),
            "detail": notice.detail,
        },
    })
    .to_string()
}

/// `v1,` and the base64 of the HMAC over `id.timestamp.body`.
fn signature(secret: &str, id: &str, time: &str, body: &str) -> Result<String, &'static str> {
    let key = match secret.strip_prefix(PREFIX) {
        Some(encoded) => STANDARD
            .decode(encoded)
            .map_err(|_| "the secret begins with `whsec_`, but the rest is not base64")?,
        None => secret.as_bytes().to_vec(),
    };
    if key.is_empty() {
        return Err("the secret is empty");
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let mac = hmac::sign(&key, format!("{id}.{time}.{body}").as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231 §4.2, §4.3 and §4.7.
    #[test]
    fn the_mac_is_that_of_the_rfc() {
        let check = |key: &[u8], message: &[u8], expected: &str| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, key);
            let mac = hmac::sign(&key, message);
            assert_eq!(sutler_model::id::hexadecimal(mac.as_ref()), expected);
        };
        check(
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        );
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
    }

    #[test]
    fn a_tampered_message_has_another_signature() {
        let sign = |secret: &str, id: &str, time: &str, body: &str| {
            signature(secret, id, time, body).unwrap()
        };
        let good = sign("secret", "msg_1", "1700000000", "{}");
        assert!(good.starts_with("v1,"));
        assert_ne!(good, sign("secret", "msg_1", "1700000000", "{ }"));
        assert_ne!(good, sign("secret", "msg_2", "1700000000", "{}"));
        assert_ne!(good, sign("secret", "msg_1", "1700000001", "{}"));
        assert_ne!(good, sign("other", "msg_1", "1700000000", "{}"));
        assert_eq!(good, sign("whsec_c2VjcmV0", "msg_1", "1700000000", "{}"));
        assert!(signature("whsec_%", "m", "1", "{}").is_err());
        assert!(signature("", "m", "1", "{}").is_err());
    }
}
