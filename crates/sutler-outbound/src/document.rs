//! A small JSON document at a fixed address, such as a set of keys: read with the same guard as
//! everything that leaves.

use http::{Method, header};
use serde_json::Value;

use crate::Settings;
use crate::http::{Body, Egress, Http, checked};

/// The longest document that is read, in bytes.
const LIMIT: usize = 256 * 1_024;

/// Reads the document at `url` within `timeout` milliseconds, or says why it cannot be had. Redirects are not followed, and
/// private addresses are refused without leave.
pub async fn document(
    url: &str,
    allow_private_addresses: bool,
    timeout: i64,
    settings: &Settings,
) -> Result<Value, String> {
    let url = checked(url).map_err(|error| error.to_string())?;
    let settings = Settings { body_limit: LIMIT, ..settings.clone() };
    let egress = Egress { allow_private: allow_private_addresses };
    let http = Http::new(egress, timeout, &settings).map_err(|error| error.to_string())?;
    let request = http.request(Method::GET, url).header(header::ACCEPT, "application/json");
    let reply = http.send(request).await.map_err(|stop| stop.detail().to_owned())?;
    match reply.body {
        _ if reply.status != 200 => Err(format!("the answer was {}", reply.status)),
        Body::Json(document) => Ok(document),
        Body::Empty => Err("the answer was empty".to_owned()),
        Body::Senseless(what) => Err(what),
    }
}
