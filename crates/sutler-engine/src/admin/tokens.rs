//! The bearer tokens of service providers.

use sutler_model::ServiceProviderId;
use sutler_model::estate::{Token, TokenLine};
use sutler_model::port::Order;

use super::{Acting, Refused, find, refused};
use crate::Ports;

/// The tokens of a service provider, or of all of the tenant; without their values, which
/// nobody has.
pub async fn tokens(
    ports: &Ports,
    tenant: &str,
    service_provider: Option<&str>,
) -> Result<Vec<TokenLine>, Refused> {
    let estate = ports.ledger.estate().await?;
    let of = match service_provider {
        Some(name) => Some(find::provider(&estate, tenant, name)?.id),
        None => None,
    };
    let id = find::tenant(&estate, tenant)?;
    let tokens = ports.ledger.tokens(of, false).await?;
    let line = |token: Token| {
        let provider = estate.service_provider(token.service_provider)?;
        (provider.tenant == id).then(|| TokenLine::new(&token, &provider.name))
    };
    Ok(tokens.into_iter().filter_map(line).collect())
}

/// Stores a token that `make` makes for a service provider.
pub async fn keep_token(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    service_provider: &str,
    make: impl FnOnce(ServiceProviderId) -> Token,
) -> Result<(), Refused> {
    let act = acting.act(Some(tenant), "token.create", service_provider);
    let wanted = async {
        let estate = ports.ledger.estate().await?;
        let token = make(find::provider(&estate, tenant, service_provider)?.id);
        let act = Acting::with(act.clone(), "token", Some(token.id.clone()));
        let act = Acting::with(act, "expires", token.expires.map(sutler_model::Time::rfc3339));
        ports.ledger.order(Order::AddToken(token), vec![act], ports.clock.now()).await?;
        Ok(())
    };
    refused(ports, &act, wanted.await).await
}

/// Ends a token at once: any, or one of a service provider of a tenant.
pub async fn revoke_token(
    ports: &Ports,
    acting: &Acting,
    only: Option<(&str, &str)>,
    id: &str,
) -> Result<(), Refused> {
    let estate = ports.ledger.estate().await?;
    let all = ports.ledger.tokens(None, false).await?;
    let of = |token: &Token| {
        let provider = estate.service_provider(token.service_provider)?;
        let tenant = estate.tenants.iter().find(|(known, _)| *known == provider.tenant)?;
        Some((tenant.1.clone(), provider.name.clone()))
    };
    let owner = all.iter().find(|token| token.id == id).and_then(of);
    let owner = owner.filter(|(tenant, name)| {
        only.is_none_or(|(of, provider)| tenant == of && name == provider)
    });
    let chain = owner.as_ref().map(|(tenant, _)| tenant.as_str()).or(only.map(|(of, _)| of));
    let act = acting.act(chain, "token.revoke", id);
    let wanted = async {
        let missing = || {
            Refused::Missing(format!(
                "there is no token with the id `{id}`: `sutler token list` shows the ids"
            ))
        };
        let (_, provider) = owner.as_ref().ok_or_else(missing)?;
        let act = Acting::with(act.clone(), "service_provider", Some(provider.clone()));
        let order = Order::RevokeToken(id.to_owned());
        match ports.ledger.order(order, vec![act], ports.clock.now()).await? {
            0 => Err(missing()),
            _ => Ok(()),
        }
    };
    refused(ports, &act, wanted.await).await
}
