//! Builds the client of one target.

use std::time::Duration;

use reqwest::{Certificate, Client, ClientBuilder, redirect, retry};

use super::address::Egress;
use super::resolver::Resolver;
use crate::factory::{BuildError, Settings};

const IDLE: Duration = Duration::from_mins(1);

/// A client: rustls, pooled connections, no redirects, no proxies, no retries of its own.
pub(crate) fn client(
    egress: Egress,
    timeout: Duration,
    settings: &Settings,
) -> Result<Client, BuildError> {
    let roots = certificates(settings)?;
    let build = |roots: Vec<Certificate>| builder(egress, timeout, settings).tls_certs_merge(roots);
    // Without any certificate of the system, plain http must still work; https then trusts
    // the extra roots alone.
    build(roots.clone())
        .build()
        .or_else(|_| builder(egress, timeout, settings).tls_certs_only(roots).build())
        .map_err(|error| BuildError::Client(error.to_string()))
}

fn certificates(settings: &Settings) -> Result<Vec<Certificate>, BuildError> {
    settings
        .extra_roots
        .iter()
        .map(|der| Certificate::from_der(der))
        .collect::<Result<_, _>>()
        .map_err(|error| BuildError::Client(error.to_string()))
}

fn builder(egress: Egress, timeout: Duration, settings: &Settings) -> ClientBuilder {
    let connect = u64::try_from(settings.connect_timeout).unwrap_or(5_000);
    // A connection that does not stand in half of the time is a failure of its own: nothing
    // was sent, and that must not be mistaken for a lost answer.
    let connect = Duration::from_millis(connect).min(timeout / 2);
    Client::builder()
        .tls_backend_rustls()
        .dns_resolver(Resolver(egress))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .no_proxy()
        .referer(false)
        .connect_timeout(connect)
        .read_timeout(timeout)
        .timeout(timeout)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(32)
        .http1_max_headers(100)
        .http2_max_header_list_size(32 * 1024)
        .user_agent(concat!("sutler/", env!("CARGO_PKG_VERSION")))
}
