//! Who a user is: an access token of an identity provider that the tenant trusts (RFC 9068), and
//! the user of ours that it is about.
//!
//! Nothing of it is kept but the provider's keys: a user who was deactivated or deleted, and a
//! provider that was removed, are refused with the next request.

use axum::extract::FromRequestParts;
use http::StatusCode;
use http::request::Parts;
use sutler_engine::provision::{Caller, Myself, NoSubject};
use sutler_federation::{Claims, Denied, Token};
use sutler_model::access::AttributeAccess;
use sutler_model::change::Via;
use sutler_model::identity_provider::IdentityProvider;
use sutler_model::{Dialect, Uid};

use crate::authenticate::{Authenticated, Credential, credential, label};
use crate::failure::Failure;
use crate::place::Place;
use crate::request::Sender;
use crate::services::Shared;

/// A request of a user about himself.
pub(crate) struct Subject {
    pub(crate) caller: Caller,
    pub(crate) uid: Uid,
}

impl FromRequestParts<Shared> for Subject {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let place = Place::from_request_parts(parts, shared).await?;
        let token = match credential(&parts.headers) {
            Some(Credential::Bearer(token)) if Token::is_likely(&token) => token,
            _ => {
                Authenticated::from_request_parts(parts, shared).await?;
                return Err(forbidden(
                    "`/Me` is for users: there is no user behind this credential, which is an application's",
                ));
            }
        };
        let (provider, claims) = login(shared, &place, &token).await?;
        let label = label(shared, provider.tenant, &provider.name);
        let subject = subject(shared, provider, &claims).await?;
        if let Some(sender) = parts.extensions.get::<Sender>() {
            sender.set(&subject.caller.client, &label);
        }
        Ok(subject)
    }
}

/// The claims of a token that a provider of this tenant has signed for us.
pub(crate) async fn login(
    shared: &Shared,
    place: &Place,
    text: &str,
) -> Result<(IdentityProvider, Claims), Failure> {
    let refused = |provider: &str, reason: &dyn std::fmt::Display| {
        tracing::info!(identity_provider.name = provider, %reason, "a user's token was refused");
        Failure::unauthorized()
    };
    let token = Token::read(text).map_err(|reason| refused("-", &reason))?;
    let estate = shared.services.ports.estate.current();
    let issuer = place.tenant.zip(token.issuer());
    let provider = issuer.and_then(|(tenant, issuer)| estate.identity_provider(tenant, issuer));
    let provider = provider.ok_or_else(|| refused("-", &"no identity provider has this issuer"))?;
    match shared.keyring.verify(&token, provider).await {
        Ok(claims) => Ok((provider.clone(), claims)),
        Err(Denied::Rejected(reason)) => Err(refused(&provider.name, &reason)),
        Err(reason @ Denied::Unavailable) => Err(Failure::unavailable(reason.to_string())),
    }
}

/// The user that a login is about, as a caller who may do what his provider's users may.
async fn subject(
    shared: &Shared,
    provider: IdentityProvider,
    claims: &Claims,
) -> Result<Subject, Failure> {
    let value = claims.text(&provider.user.claim).ok_or_else(Failure::unauthorized)?;
    let provisioner = &shared.services.provisioner;
    let found = provisioner.subject(provider.tenant, provider.user.attribute, value).await;
    let user = match found {
        Ok(user) => user,
        Err(NoSubject::Store(error)) => return Err(error.into()),
        Err(reason) => {
            tracing::info!(identity_provider.name = %provider.name, %reason, "a login is about nobody");
            return Err(forbidden("there is no active user here whom this token is about"));
        }
    };
    let uid = user.uid;
    let caller = Caller {
        tenant: provider.tenant,
        service_provider: None,
        client: format!("{}/user:{uid}", provider.name),
        permissions: Vec::new(),
        attributes: AttributeAccess::default(),
        stores: None,
        via: Via::Scim2,
        schemas: shared.services.ports.estate.current().schemas(provider.tenant),
        dialect: Dialect::Strict,
        txn: None,
        myself: Some(Myself {
            uid: uid.clone(),
            permissions: provider.permissions,
            write: provider.write,
        }),
    };
    Ok(Subject { caller, uid })
}

pub(crate) fn forbidden(detail: &str) -> Failure {
    Failure::new(StatusCode::FORBIDDEN, detail)
}
