//! What is told of an exchange to the history: without secrets, cut short.

use reqwest::{Method, Url};
use serde_json::Value;
use sutler_model::history::{BODY, Exchange, MASK, Notes, cut, without_secrets};

use super::exchange::{Body, Reply};
use crate::stop::Stop;

/// Parameters of a query that hold no secret (RFC 7644 §3.4.2); the values of others are masked.
const OPEN: [&str; 9] = [
    "filter",
    "startIndex",
    "count",
    "cursor",
    "attributes",
    "excludedAttributes",
    "sortBy",
    "sortOrder",
    "fields",
];

/// Notes a request with its answer, or with why there was none.
pub(crate) fn note(
    notes: &Notes,
    method: &Method,
    url: &Url,
    sent: Option<&Value>,
    reply: &Result<Reply, Stop>,
    took: i64,
) {
    let mut secrets = Vec::new();
    let request = sent.map(|body| plain(body, &mut secrets));
    let (status, answer) = match reply {
        Ok(reply) => (Some(reply.status), answered(&reply.body, &mut secrets)),
        Err(stop) => (None, Some(stop.detail().to_owned())),
    };
    let masked = |text: String| {
        let whole = secrets.iter().fold(text, |text, secret| text.replace(secret.as_str(), MASK));
        cut(whole, BODY)
    };
    notes.add(Exchange {
        method: method.to_string(),
        path: cut(address(url), BODY),
        status,
        took,
        request: request.map(masked),
        answer: answer.map(masked),
    });
}

fn plain(body: &Value, secrets: &mut Vec<String>) -> String {
    let mut body = body.clone();
    without_secrets(&mut body, secrets);
    body.to_string()
}

fn answered(body: &Body, secrets: &mut Vec<String>) -> Option<String> {
    match body {
        Body::Empty => None,
        Body::Json(body) => Some(plain(body, secrets)),
        Body::Senseless(what) => Some(what.clone()),
    }
}

/// Path and query, readable.
fn address(url: &Url) -> String {
    let pairs: Vec<String> = url
        .query_pairs()
        .map(|(key, value)| {
            let open = OPEN.iter().any(|open| key.eq_ignore_ascii_case(open));
            format!("{key}={}", if open { &value } else { MASK })
        })
        .collect();
    if pairs.is_empty() {
        return url.path().to_owned();
    }
    format!("{}?{}", url.path(), pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_host_and_without_what_may_be_secret() {
        let url = "https://u.test/scim/Users?filter=userName%20eq%20%22ann%22&api_key=s3cret";
        let told = address(&Url::parse(url).unwrap());
        assert_eq!(told, "/scim/Users?filter=userName eq \"ann\"&api_key=***");
    }
}
