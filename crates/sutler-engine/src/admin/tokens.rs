//! The bearer tokens of service providers.

use sutler_model::estate::{Token, TokenLine};

use super::{Refused, find};
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
