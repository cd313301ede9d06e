//! Who sends a request: HTTP Basic or a bearer token (RFC 7644 §2).
//!
//! A handler that takes [`Authenticated`] cannot run without a valid credential of the
//! tenant in the path. What the client may do is asked later, by the engine. A user is no
//! client: his token is good where [`crate::user::Subject`] is asked for.

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, header};
use secrecy::SecretString;
use subtle::ConstantTimeEq as _;
use sutler_engine::provision::Caller;
use sutler_federation::Token;
use sutler_model::TenantId;
use sutler_model::change::Via;
use sutler_model::estate::ServiceProvider;

use crate::events::Transaction;
use crate::failure::Failure;
use crate::place::Place;
use crate::request::Sender;
use crate::services::Shared;
use crate::token;
use crate::user::{forbidden, login};

/// A client id and the secret given with it.
pub(crate) struct ClientCredentials {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
}

/// A request with a valid credential.
pub(crate) struct Authenticated(pub(crate) Caller);

impl FromRequestParts<Shared> for Authenticated {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let place = Place::from_request_parts(parts, shared).await?;
        let (provider, client) = match credential(&parts.headers) {
            Some(Credential::Bearer(token)) if Token::is_likely(&token) => {
                login(shared, &place, &token).await?;
                return Err(forbidden("a user's token is good at `/Me` only"));
            }
            Some(Credential::Bearer(token)) => by_token(shared, &token).await?,
            Some(Credential::Basic(given)) => by_secret(shared, given).await?,
            None => return Err(Failure::unauthorized()),
        };
        if place.tenant != Some(provider.tenant) {
            return Err(Failure::unauthorized());
        }
        if let Some(sender) = parts.extensions.get::<Sender>() {
            sender.set(&client, &label(shared, provider.tenant, &provider.name));
        }
        shared.rates.check(&provider.id)?;
        Ok(Self(Caller {
            tenant: provider.tenant,
            service_provider: Some(provider.id),
            myself: None,
            client,
            permissions: provider.permissions,
            attributes: provider.attributes,
            stores: provider.stores,
            via: Via::Scim2,
            schemas: shared.services.ports.estate.current().schemas(provider.tenant),
            dialect: provider.dialect,
            txn: parts.extensions.get::<Transaction>().map(|Transaction(txn)| txn.clone()),
        }))
    }
}

/// How a provider is called in figures: with its tenant, unless that is the default one.
pub(crate) fn label(shared: &Shared, id: TenantId, name: &str) -> String {
    if id == TenantId::DEFAULT {
        return name.to_owned();
    }
    let estate = shared.services.ports.estate.current();
    let tenant = estate.tenants.iter().find(|(known, _)| *known == id);
    tenant.map_or_else(String::new, |(_, tenant)| format!("{tenant}/{name}"))
}

/// What an `Authorization` header holds.
pub(crate) enum Credential {
    Bearer(String),
    Basic(ClientCredentials),
}

pub(crate) fn credential(headers: &HeaderMap) -> Option<Credential> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    // Two credentials are none: nobody can say which one counts.
    if values.next().is_some() {
        return None;
    }
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(Credential::Bearer(rest.to_owned()));
    }
    scheme.eq_ignore_ascii_case("basic").then(|| decode(rest)).flatten().map(Credential::Basic)
}

/// The user-id and password of HTTP Basic (RFC 7617 §2).
fn decode(encoded: &str) -> Option<ClientCredentials> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(ClientCredentials { id: id.to_owned(), secret: SecretString::from(secret.to_owned()) })
}

/// The credentials of an `Authorization: Basic` header, if it has one.
pub(crate) fn basic(headers: &HeaderMap) -> Option<ClientCredentials> {
    match credential(headers)? {
        Credential::Basic(given) => Some(given),
        Credential::Bearer(_) => None,
    }
}

async fn by_token(shared: &Shared, token: &str) -> Result<(ServiceProvider, String), Failure> {
    let ports = &shared.services.ports;
    let hash = token::hash(token);
    // Not cached: a revoked token is refused at once.
    let stored = ports.ledger.token(&hash).await?;
    let now = ports.clock.now();
    let valid = stored
        .filter(|t| bool::from(t.hash.as_slice().ct_eq(&hash)))
        .filter(|t| t.expires.is_none_or(|expires| now < expires));
    let Some(valid) = valid else {
        return Err(Failure::unauthorized());
    };
    let estate = ports.estate.current();
    let provider = estate.service_provider(valid.service_provider);
    let provider = provider.cloned().ok_or_else(Failure::unauthorized)?;
    let client = format!("{}/{}", provider.name, valid.id);
    Ok((provider, client))
}

async fn by_secret(
    shared: &Shared,
    given: ClientCredentials,
) -> Result<(ServiceProvider, String), Failure> {
    let ports = &shared.services.ports;
    let estate = ports.estate.current();
    let provider = estate
        .service_providers
        .iter()
        .find(|p| p.basic.as_ref().is_some_and(|b| b.client_id == given.id));
    let known = provider.and_then(|p| p.basic.as_ref());
    let right = shared.verifier.verify(known, &given.secret, &*ports.clock).await;
    match provider {
        Some(provider) if right => Ok((provider.clone(), given.id)),
        _ => Err(Failure::unauthorized()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn basic_is_split_at_the_first_colon() {
        let encoded = STANDARD.encode("hr:a:b");
        let given = basic(&headers(&[&format!("bAsIc {encoded}")])).unwrap();
        assert_eq!(given.id, "hr");
        assert_eq!(secrecy::ExposeSecret::expose_secret(&given.secret), "a:b");
    }

    #[test]
    fn what_is_no_credential_is_none() {
        for values in [
            &["Basic !!!"][..],
            &["Basic aHI="],
            &["Digest x"],
            &["Bearer"],
            &[""],
            &["Bearer a", "Bearer b"],
        ] {
            assert!(credential(&headers(values)).is_none(), "{values:?}");
        }
    }
}
