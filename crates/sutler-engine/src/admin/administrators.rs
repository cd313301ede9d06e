//! The administrators of the installation and of its tenants.

use sutler_model::administrator::{AdminToken, AdminTokenLine, Role};
use sutler_model::port::Order;
use sutler_model::{TenantId, Time};

use super::{Acting, Refused, find, refused};
use crate::Ports;

/// The longest name of an administrator's token.
const LONGEST_NAME: usize = 64;

/// What an administrator's token is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAdministrator<'a> {
    /// What it is called.
    pub name: &'a str,
    /// How far it goes.
    pub role: Role,
    /// In which tenant; `None` is all of them.
    pub tenant: Option<&'a str>,
    /// How long it lives, in milliseconds; `None` lives until revoked.
    pub lifetime: Option<i64>,
}

/// The administrators of a tenant; of all tenants and the installation if none is named.
pub async fn administrators(
    ports: &Ports,
    tenant: Option<&str>,
) -> Result<Vec<AdminTokenLine>, Refused> {
    let estate = ports.ledger.estate().await?;
    let only = tenant.map(|name| find::tenant(&estate, name)).transpose()?;
    let all = ports.ledger.administrators().await?;
    let ours = all.iter().filter(|token| only.is_none() || token.tenant == only);
    let name = |id: TenantId| estate.tenants.iter().find(|(known, _)| *known == id);
    let line = |token: &AdminToken| {
        let tenant = token.tenant.and_then(name).map(|(_, name)| name.as_str());
        token.line(tenant)
    };
    Ok(ours.map(line).collect())
}

/// Stores the token of a new administrator; `handle` and `hash` are those of its secret.
pub async fn keep_administrator(
    ports: &Ports,
    acting: &Acting,
    new: NewAdministrator<'_>,
    handle: &str,
    hash: Vec<u8>,
) -> Result<(), Refused> {
    let act = acting.act(new.tenant, "administrator.create", new.name);
    let act = Acting::with(act, "role", Some(new.role.name()));
    let wanted = async {
        let now = ports.clock.now();
        let token = checked(ports, &new, handle, hash, now).await?;
        let act = Acting::with(act.clone(), "token", Some(handle));
        let act = Acting::with(act, "expires", token.expires.map(Time::rfc3339));
        ports.ledger.order(Order::AddAdministrator(token), vec![act], now).await?;
        Ok(())
    };
    refused(ports, &act, wanted.await).await
}

async fn checked(
    ports: &Ports,
    new: &NewAdministrator<'_>,
    handle: &str,
    hash: Vec<u8>,
    now: Time,
) -> Result<AdminToken, Refused> {
    if !is_name(new.name) {
        return Err(Refused::Impossible(format!(
            "the name \"{}\" cannot be used: names have 1 to {LONGEST_NAME} letters (a to z), digits, `-`, `_` and `.`, and begin with a letter or digit",
            new.name
        )));
    }
    if new.tenant.is_none() && new.role != Role::Owner {
        return Err(Refused::Impossible(format!(
            "a token for all tenants has the role owner, not {}: name one tenant",
            new.role.name()
        )));
    }
    let estate = ports.ledger.estate().await?;
    let tenant = new.tenant.map(|name| find::tenant(&estate, name)).transpose()?;
    let all = ports.ledger.administrators().await?;
    if all.iter().any(|token| token.tenant == tenant && token.name == new.name) {
        return Err(Refused::Taken(format!(
            "there is an administrator `{}` already: choose another name, or revoke that one first",
            new.name
        )));
    }
    Ok(AdminToken {
        id: handle.to_owned(),
        name: new.name.to_owned(),
        role: new.role,
        tenant,
        hash,
        created: now,
        expires: new.lifetime.map(|lifetime| now.plus(lifetime)),
        used: None,
    })
}

/// Ends an administrator's token at once: any, or one of a tenant.
pub async fn revoke_administrator(
    ports: &Ports,
    acting: &Acting,
    only: Option<&str>,
    id: &str,
) -> Result<(), Refused> {
    let token = administrators(ports, only).await?.into_iter().find(|token| token.id == id);
    let chain = token.as_ref().and_then(|token| token.tenant.as_deref()).or(only);
    let act = acting.act(chain, "administrator.revoke", id);
    let wanted = async {
        let missing = || {
            Refused::Missing(format!(
                "there is no administrator's token with the id `{id}`: `sutler admin token list` shows the ids"
            ))
        };
        let token = token.as_ref().ok_or_else(missing)?;
        let act = Acting::with(act.clone(), "name", Some(token.name.clone()));
        let order = Order::RevokeAdministrator(id.to_owned());
        match ports.ledger.order(order, vec![act], ports.clock.now()).await? {
            0 => Err(missing()),
            _ => Ok(()),
        }
    };
    refused(ports, &act, wanted.await).await
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
