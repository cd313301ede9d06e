//! Names to addresses, at the moment of each connection: a name that changes its answer
//! between two calls is judged twice.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{Egress, forbidden};

/// Resolves names, and drops every address that the target may not have.
pub(crate) struct Resolver(pub(crate) Egress);

/// None of a name's addresses may be called.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Forbidden(String);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let egress = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let permitted: Vec<SocketAddr> =
                found.iter().copied().filter(|address| egress.permits(address.ip())).collect();
            match (permitted.is_empty(), found.first()) {
                (true, Some(first)) => {
                    let at = format!("{} ({})", name.as_str(), first.ip());
                    Err(Box::new(Forbidden(forbidden(&at))).into())
                }
                _ => Ok(Box::new(permitted.into_iter()) as Addrs),
            }
        })
    }
}
