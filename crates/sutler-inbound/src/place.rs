//! Where a request goes: which tenant, and under which public address its resources lie.

use axum::extract::{FromRequestParts, OriginalUri};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Uri, header};
use sutler_model::TenantId;

use crate::failure::Failure;
use crate::serve::Peer;
use crate::services::Shared;

/// The paths under which SCIM 2.0 is served, in every tenant.
pub(crate) const ROOTS: [&str; 2] = ["/scim/v2", "/scim2"];

/// The tenant of a request and the address of its SCIM root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// `None` if there is no tenant of that name.
    pub(crate) tenant: Option<TenantId>,
    /// Absolute, without a trailing slash.
    pub(crate) base: String,
}

impl FromRequestParts<Shared> for Place {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let uri = match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri.clone(),
            None => parts.uri.clone(),
        };
        let (name, root) = split(uri.path());
        let tenant = match name {
            None => Some(TenantId::DEFAULT),
            Some(name) => {
                let estate = shared.services.ports.estate.current();
                let found = estate.tenants.iter().find(|(_, n)| n == name);
                found.map(|(id, _)| *id)
            }
        };
        let tls = parts.extensions.get::<Peer>().is_some_and(|p| p.tls);
        let origin = origin(shared, &parts.headers, &uri, tls);
        Ok(Self { tenant, base: format!("{origin}{root}") })
    }
}

/// The tenant's name, if the path has one, and the path of the SCIM root.
fn split(path: &str) -> (Option<&str>, &str) {
    let (name, rest, skipped) = match path.strip_prefix("/t/").and_then(|p| p.split_once('/')) {
        Some((name, _)) => {
            let skipped = "/t/".len() + name.len();
            (Some(name), path.get(skipped..).unwrap_or_default(), skipped)
        }
        None => (None, path, 0),
    };
    let length = ROOTS.iter().find(|root| rest.starts_with(**root)).map_or(0, |root| root.len());
    (name, path.get(..skipped + length).unwrap_or_default())
}

fn origin(shared: &Shared, headers: &HeaderMap, uri: &Uri, tls: bool) -> String {
    let settings = &shared.services.settings;
    if let Some(base) = &settings.base_url {
        return base.trim_end_matches('/').to_owned();
    }
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let forwarded = |name: &str| text(name).filter(|_| settings.behind_proxy);
    let scheme = match forwarded("x-forwarded-proto") {
        Some("https") => "https",
        Some("http") => "http",
        _ if tls => "https",
        _ => "http",
    };
    let host = forwarded("x-forwarded-host")
        .or_else(|| text(header::HOST.as_str()))
        .and_then(plain)
        .or_else(|| uri.authority().and_then(|a| plain(a.as_str())));
    let host = host.unwrap_or_else(|| "localhost".to_owned());
    format!("{scheme}://{host}")
}

/// A host with its port, and nothing else.
fn plain(host: &str) -> Option<String> {
    let authority: Authority = host.parse().ok()?;
    (!authority.as_str().contains('@')).then(|| authority.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_told_from_the_path() {
        let check = |path, tenant, root| assert_eq!(split(path), (tenant, root), "{path}");
        check("/scim/v2/Users", None, "/scim/v2");
        check("/scim2/Users/1", None, "/scim2");
        check("/t/acme/scim/v2/Groups", Some("acme"), "/t/acme/scim/v2");
        check("/t/acme/scim2", Some("acme"), "/t/acme/scim2");
        check("/t/scim/v2", Some("scim"), "/t/scim");
    }

    #[test]
    fn a_host_is_a_host_and_nothing_else() {
        assert_eq!(plain("id.example.org:8443").as_deref(), Some("id.example.org:8443"));
        assert_eq!(plain("[::1]:80").as_deref(), Some("[::1]:80"));
        for bad in ["user@host", "a/b", "a b", "", "\"<script>"] {
            assert_eq!(plain(bad), None, "{bad}");
        }
    }
}
