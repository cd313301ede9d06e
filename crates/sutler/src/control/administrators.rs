//! Administrators' tokens and the audit trail, for the command line.

use secrecy::ExposeSecret;
use sutler_engine::admin::{self, Acting, NewAdministrator};
use sutler_inbound::token;
use sutler_model::Time;
use sutler_model::administrator::Role;
use sutler_model::audit::{Chains, Place, Query};

use super::context::Context;
use super::message::Reply;

/// Makes an administrator's token.
pub(super) async fn create(
    context: &Context,
    acting: &Acting,
    name: &str,
    role: Role,
    tenant: Option<&str>,
    lifetime: Option<i64>,
) -> Result<Reply, admin::Refused> {
    let ports = &context.ports;
    let issued = token::issue_administrator(&*ports.random);
    let new = NewAdministrator { name, role, tenant, lifetime };
    admin::keep_administrator(ports, acting, new, &issued.handle, issued.hash).await?;
    Ok(Reply::Token { token: issued.token.expose_secret().to_owned(), id: issued.handle })
}

/// Lists all of them.
pub(super) async fn list(context: &Context) -> Result<Reply, admin::Refused> {
    let administrators = admin::administrators(&context.ports, None).await?;
    Ok(Reply::Administrators { administrators })
}

/// Ends one.
pub(super) async fn revoke(
    context: &Context,
    acting: &Acting,
    id: &str,
) -> Result<Reply, admin::Refused> {
    admin::revoke_administrator(&context.ports, acting, None, id).await?;
    Ok(Reply::Count { count: 1 })
}

/// The newest rows of the trail: of a tenant's chain, or of all.
pub(super) async fn trail(
    context: &Context,
    tenant: Option<&str>,
    act: Option<String>,
    actor: Option<String>,
    since: Option<i64>,
    limit: usize,
) -> Result<Reply, admin::Refused> {
    let chains = match tenant {
        None => Chains::All,
        Some(name) => Chains::One(Some(admin::tenant(&context.ports.estate.current(), name)?)),
    };
    let query = Query { chains, act, actor, since: since.map(Time), from: Place::NEWEST, limit };
    let page = admin::trail(&context.ports, &query).await?;
    Ok(Reply::Trail { truncated: page.next.is_some(), rows: page.items })
}

/// Walks along all chains.
pub(super) async fn verify(context: &Context) -> Result<Reply, admin::Refused> {
    let chains = admin::verify(&context.ports, Chains::All).await?;
    Ok(Reply::TrailVerified { chains })
}
