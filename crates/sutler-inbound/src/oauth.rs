//! `/oauth2/token`: OAuth 2.0 client credentials (RFC 6749 §4.4).
//!
//! Gives out opaque access tokens, random, for one hour, stored hashed. No other grant.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sutler_model::estate::{Permission, ServiceProvider, TokenKind};

use crate::authenticate::{ClientCredentials, basic};
use crate::body::{media_type, read};
use crate::failure::Failure;
use crate::request::Sender;
use crate::services::Shared;
use crate::token;

/// A token request has a handful of short fields.
pub(crate) const BODY_LIMIT: usize = 16 * 1024;

pub(crate) async fn token(
    State(shared): State<Shared>,
    request: Request,
) -> Result<Response, Failure> {
    let headers = request.headers().clone();
    let sender = request.extensions().get::<Sender>().cloned().unwrap_or_default();
    let patience = shared.services.settings.body_timeout;
    let form = form(request, patience).await?;
    match form.get("grant_type") {
        Some("client_credentials") => {}
        Some(_) => {
            return Err(bad("unsupported_grant_type", "the only grant is `client_credentials`"));
        }
        None => return Err(bad("invalid_request", "`grant_type` is missing")),
    }
    let given = credentials(&headers, &form)?;
    let provider = authenticate(&shared, &given).await?;
    sender.set(&given.id, &provider.name);
    shared.rates.check(&provider.id)?;
    let issued = {
        let ports = &shared.services.ports;
        let lifetime = Some(token::ACCESS_LIFETIME);
        token::issue(&*ports.random, provider.id, TokenKind::Access, ports.clock.now(), lifetime)
    };
    shared.services.ports.ledger.add_token(issued.record).await?;
    Ok(answer(&issued.token, &provider.permissions))
}

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

async fn form(request: Request, patience: Duration) -> Result<Form, Failure> {
    if media_type(request.headers()) != "application/x-www-form-urlencoded" {
        return Err(bad("invalid_request", "the body must be `application/x-www-form-urlencoded`"));
    }
    let bytes = read(request, BODY_LIMIT, patience).await?;
    let pairs: Vec<(String, String)> = form_urlencoded::parse(&bytes).into_owned().collect();
    let mut names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    // RFC 6749 §3.2: parameters must not be included more than once.
    if names.windows(2).any(|two| two.first() == two.last()) {
        return Err(bad("invalid_request", "a parameter is given twice"));
    }
    Ok(Form(pairs))
}

/// By HTTP Basic or in the body, not both (RFC 6749 §2.3).
fn credentials(headers: &HeaderMap, form: &Form) -> Result<ClientCredentials, Failure> {
    let in_body = form.get("client_id").zip(form.get("client_secret"));
    match (headers.contains_key(header::AUTHORIZATION), in_body) {
        (true, Some(_)) => Err(bad("invalid_request", "the client is authenticated twice")),
        (true, None) => basic(headers).map(|given| form_decoded(&given)).ok_or_else(unknown_client),
        (false, Some((id, secret))) => Ok(ClientCredentials {
            id: id.to_owned(),
            secret: SecretString::from(secret.to_owned()),
        }),
        (false, None) => Err(unknown_client()),
    }
}

/// RFC 6749 §2.3.1: id and secret are form-encoded inside HTTP Basic.
fn form_decoded(given: &ClientCredentials) -> ClientCredentials {
    ClientCredentials {
        id: decoded(&given.id),
        secret: SecretString::from(decoded(given.secret.expose_secret())),
    }
}

fn decoded(text: &str) -> String {
    // As the value of a nameless pair, so that `=` in it means nothing.
    let escaped = format!("={}", text.replace('&', "%26"));
    let mut pairs = form_urlencoded::parse(escaped.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

async fn authenticate(
    shared: &Shared,
    given: &ClientCredentials,
) -> Result<ServiceProvider, Failure> {
    let ports = &shared.services.ports;
    let estate = ports.estate.current();
    let provider = estate
        .service_providers
        .iter()
        .find(|p| p.oauth.as_ref().is_some_and(|o| o.client_id == given.id));
    let known = provider.and_then(|p| p.oauth.as_ref());
    let right = shared.verifier.verify(known, &given.secret, &*ports.clock).await;
    provider.filter(|_| right).cloned().ok_or_else(unknown_client)
}

fn answer(token: &SecretString, permissions: &[Permission]) -> Response {
    let scope: Vec<&str> = permissions.iter().map(|permission| permission.name()).collect();
    let body = json!({
        "access_token": token.expose_secret(),
        "token_type": "Bearer",
        "expires_in": token::ACCESS_LIFETIME / 1_000,
        "scope": scope.join(" "),
    });
    let mut response = body.to_string().into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn bad(error: &'static str, detail: &str) -> Failure {
    Failure::oauth(StatusCode::BAD_REQUEST, error, detail)
}

fn unknown_client() -> Failure {
    Failure::oauth(
        StatusCode::UNAUTHORIZED,
        "invalid_client",
        "the client is unknown or its secret is wrong",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_basic_is_form_decoded() {
        assert_eq!(decoded("a%2Bb+c"), "a+b c");
        assert_eq!(decoded("plain=secret"), "plain=secret");
        assert_eq!(decoded("a&b"), "a&b");
        assert_eq!(decoded(""), "");
    }
}
