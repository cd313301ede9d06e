//! Where a request goes: to a tenant, or to the installation.

use std::collections::BTreeMap;

use sutler_model::TenantId;
use sutler_model::administrator::AdminToken;
use sutler_model::estate::Estate;

/// The root of the API, in each tenant.
pub(super) const ROOT: &str = "/api/v1";
/// Before the root, in tenants other than the default one.
pub(super) const OF_TENANT: &str = "/t/{tenant}";
/// Below the root, for the installation.
pub(super) const INSTALLATION: &str = "/installation";

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// A tenant.
    Tenant(TenantId, String),
    /// All tenants, and what belongs to none.
    Installation,
}

impl Scope {
    /// The scope of a path; `None` if there is no such tenant.
    pub(super) fn of(
        installation: bool,
        path: &BTreeMap<String, String>,
        estate: &Estate,
    ) -> Option<Self> {
        if installation {
            return Some(Self::Installation);
        }
        let by = |named: &dyn Fn(&(TenantId, String)) -> bool| {
            let found = estate.tenants.iter().find(|tenant| named(tenant));
            found.map(|(id, name)| Self::Tenant(*id, name.clone()))
        };
        match path.get("tenant") {
            Some(wanted) => by(&|(_, name)| name == wanted),
            None => by(&|(id, _)| *id == TenantId::DEFAULT),
        }
    }

    /// True if the holder of this token gets there at all.
    pub(super) fn lets_in(&self, token: &AdminToken) -> bool {
        match (token.tenant, self) {
            (None, _) => true,
            (Some(own), Self::Tenant(id, _)) => own == *id,
            (Some(_), Self::Installation) => false,
        }
    }

    /// The tenant's name.
    pub(super) fn tenant(&self) -> Option<&str> {
        match self {
            Self::Tenant(_, name) => Some(name),
            Self::Installation => None,
        }
    }
}

/// True for a path of the admin API: what is refused there is a problem (RFC 9457).
pub(crate) fn is_ours(path: &str) -> bool {
    let rest = match path.strip_prefix("/t/").and_then(|rest| rest.split_once('/')) {
        Some((_, rest)) => rest,
        None => path.trim_start_matches('/'),
    };
    rest.starts_with("api/v1") && !rest.starts_with("api/v1.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_api_are_told_from_others() {
        for ours in ["/api/v1/targets", "/t/acme/api/v1/me", "/api/v1"] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in ["/api/openapi.json", "/scim/v2/api/v1", "/t/api/v1", "/t/acme/scim/v2/Users"]
        {
            assert!(!is_ours(other), "{other}");
        }
    }
}
