//! The estate: service providers and targets, as data in the ledger.

mod edit;
mod permission;
mod rules;

pub use edit::EstateEdit;
pub use permission::Permission;
pub use rules::{Drift, Mapping, MappingMode, MatchRule, TypeRules};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::access::AttributeAccess;
use crate::event::EventStream;
use crate::guard::Guard;
use crate::identity_provider::IdentityProvider;
use crate::maintenance::Window;
use crate::nesting::Nesting;
use crate::notification::Notification;
use crate::schema::{Extension, Schema, Schemas};
use crate::{Dialect, Kind, ServiceProviderId, Store, TargetId, TenantId};

/// What becomes of a service provider's writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Stored, not delivered.
    Store,
    /// Stored and delivered.
    StoreAndProvision,
    /// Delivered, not stored: what comes in is kept sealed until every target has it.
    Provision,
}

impl Mode {
    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::StoreAndProvision => "store-and-provision",
            Self::Provision => "provision",
        }
    }

    /// True if what comes in goes on to targets.
    pub fn delivers(self) -> bool {
        self != Self::Store
    }
}

/// When a service provider is answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// When the change is committed.
    #[default]
    Queued,
    /// When the targets have confirmed it.
    Blocking,
}

impl Delivery {
    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Blocking => "blocking",
        }
    }

    /// True for the usual one.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// An application that sends identities in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceProvider {
    /// Its key; `ServiceProviderId(0)` before it is stored.
    pub id: ServiceProviderId,
    /// Whose.
    pub tenant: TenantId,
    /// Unique in its tenant.
    pub name: String,
    /// What becomes of its writes.
    pub mode: Mode,
    /// When it is answered.
    #[serde(default, skip_serializing_if = "Delivery::is_usual")]
    pub delivery: Delivery,
    /// The target that answers its reads, by name: one of `targets`. Only where nothing of its is
    /// stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_from: Option<String>,
    /// How it speaks SCIM.
    #[serde(default)]
    pub dialect: Dialect,
    /// The targets that its resources are routed to, by name.
    pub targets: Vec<String>,
    /// What it may do; deny by default.
    pub permissions: Vec<Permission>,
    /// Which attributes it may read and write.
    #[serde(default, skip_serializing_if = "AttributeAccess::is_everything")]
    pub attributes: AttributeAccess,
    /// Which stores it may use; `None` is all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stores: Option<Vec<Store>>,
    /// Client id and hashed secret for HTTP Basic.
    pub basic: Option<ClientSecret>,
    /// Client id and hashed secret for OAuth 2.0 client credentials.
    pub oauth: Option<ClientSecret>,
}

impl ServiceProvider {
    /// True if what it brings is routed to the target of this name, of its tenant.
    pub fn provisions(&self, target: &str) -> bool {
        self.mode.delivers() && self.targets.iter().any(|own| own == target)
    }
}

/// A client id with where its secret is. Only a generated secret is kept, hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// Unique in the estate, for its kind of authentication.
    pub client_id: String,
    /// Where the secret came from: `env:NAME`, `file:PATH`, `generated`.
    pub source: String,
    /// The hash of a generated secret (Argon2id, PHC form), else empty: the server reads the
    /// others where they are, at each use.
    pub hash: String,
}

/// What becomes of an account when its user is deactivated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDeactivate {
    /// It is disabled.
    #[default]
    Disable,
    /// It is deleted.
    Delete,
    /// Nothing is sent.
    Keep,
}

/// What becomes of an account when its resource is deleted, or is no longer routed there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDelete {
    /// It is deleted.
    #[default]
    Delete,
    /// It is disabled; a group is deleted.
    Disable,
    /// Nothing is sent; the link is closed with that reason.
    Keep,
}

/// How an account at a target is recognised as ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Correlate {
    /// By the link's id, which is written as `externalId` in the create itself.
    #[default]
    #[serde(rename = "externalId")]
    ExternalId,
    /// By its name (`displayName` of a group). The target is looked at before each create, and
    /// who holds the name there is taken for ours; `externalId` is an attribute like others.
    #[serde(rename = "userName")]
    UserName,
}

/// A secret of a target: where it is, read by the server at use. Only a generated one is kept,
/// sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRef {
    /// `env:NAME`, `file:PATH` or `generated`.
    pub source: String,
    /// The sealed value of a generated secret (key id, nonce and ciphertext, base64), else empty.
    pub sealed: String,
}

/// How Sutler authenticates to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetAuth {
    /// No authentication.
    None,
    /// A long-lived token.
    Bearer(SecretRef),
    /// HTTP Basic.
    Basic {
        /// The user name.
        username: String,
        /// The password.
        password: SecretRef,
    },
    /// OAuth 2.0 client credentials (RFC 6749 §4.4); the token is cached.
    ClientCredentials {
        /// Where tokens are had.
        token_url: String,
        /// Our id there.
        client_id: String,
        /// Our secret there.
        client_secret: SecretRef,
        /// The scope to ask for, if any.
        scope: Option<String>,
    },
}

/// A system that is provisioned outbound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its key; `TargetId(0)` before it is stored.
    pub id: TargetId,
    /// Whose.
    pub tenant: TenantId,
    /// Unique in its tenant.
    pub name: String,
    /// Raised by every edit of the target or of what is routed to it.
    pub version: i64,
    /// Which connector speaks to it: `scim2`.
    pub connector: String,
    /// Where it is.
    pub url: String,
    /// How to authenticate there.
    pub auth: TargetAuth,
    /// Loopback and private addresses are refused unless this is set.
    pub allow_private_addresses: bool,
    /// When a user is deactivated.
    pub on_deactivate: OnDeactivate,
    /// When a resource is deleted or unrouted.
    pub on_delete: OnDelete,
    /// Calls at once.
    pub concurrency: u32,
    /// Calls a second, at most; `None` is without limit.
    pub rate: Option<u32>,
    /// Time-out of one call, in milliseconds.
    pub timeout: i64,
    /// How long a created account may stay invisible to look-ups, in milliseconds.
    pub lag: i64,
    /// How an account is recognised as ours.
    #[serde(default)]
    pub correlate: Correlate,
    /// The URNs of the tenant's own schemas whose attributes it receives.
    #[serde(default)]
    pub schemas: Vec<String>,
    /// What it gets of the members of a group that are groups.
    #[serde(default, skip_serializing_if = "Nesting::is_native")]
    pub nesting: Nesting,
    /// What is known of its kind beyond the protocol: the name of a shipped profile, or the
    /// whole text of one. `None` is the generic one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// When it is left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintenance: Vec<Window>,
    /// When a resource is no longer in scope; `None` is as when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_leave: Option<OnDelete>,
    /// How long an account that was disabled for good is kept before it is deleted, in
    /// milliseconds; `None` is for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_after: Option<i64>,
    /// How many may lose what they have there before a person is asked.
    #[serde(default, skip_serializing_if = "Guard::is_usual")]
    pub guard: Guard,
    /// How often the target is compared with what it should hold, in milliseconds; `None` is
    /// on demand only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconcile_every: Option<i64>,
    /// Who of the users has an account, and what it holds.
    #[serde(default, skip_serializing_if = "TypeRules::is_builtin")]
    pub users: TypeRules,
    /// The same for groups.
    #[serde(default, skip_serializing_if = "TypeRules::is_builtin")]
    pub groups: TypeRules,
}

impl Target {
    /// The rules for a type of resource.
    pub fn rules(&self, kind: Kind) -> &TypeRules {
        match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        }
    }
}

/// A schema of a tenant's own, which adds attributes to types of resource (RFC 7643 §3.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaExtension {
    /// Whose.
    pub tenant: TenantId,
    /// The URN, a name for people, the attributes.
    pub schema: Schema,
    /// The types of resource that can carry it.
    pub extends: Vec<Kind>,
    /// True if every resource of these types must.
    pub required: bool,
    /// The paths below the URN that filters find by index: `level`, `badge.number`.
    pub indexed: Vec<String>,
}

/// Everything: as it is stored, and as the engine holds it in memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estate {
    /// Raised by every edit.
    pub version: i64,
    /// Tenants by name; `default` is always there.
    pub tenants: Vec<(TenantId, String)>,
    /// The service providers.
    pub service_providers: Vec<ServiceProvider>,
    /// The targets.
    pub targets: Vec<Target>,
    /// Who is told what has changed.
    pub event_streams: Vec<EventStream>,
    /// The identity providers.
    pub identity_providers: Vec<IdentityProvider>,
    /// Who is told when a target needs a person.
    pub notifications: Vec<Notification>,
    /// The tenants' own schemas.
    pub extensions: Vec<SchemaExtension>,
    /// The types of resource of the tenants that have schemas of their own, made from these.
    pub schemas: BTreeMap<TenantId, Arc<Schemas>>,
}

impl Estate {
    /// The same estate with these schemas in the place of what it had.
    #[must_use]
    pub fn with_extensions(self, extensions: Vec<SchemaExtension>) -> Self {
        let mut of_tenants: BTreeMap<TenantId, Vec<(Kind, Extension)>> = BTreeMap::new();
        for own in &extensions {
            let extension = Extension {
                schema: own.schema.clone(),
                required: own.required,
                indexed: own.indexed.clone(),
            };
            let of_tenant = of_tenants.entry(own.tenant).or_default();
            of_tenant.extend(own.extends.iter().map(|kind| (*kind, extension.clone())));
        }
        let schemas = of_tenants.into_iter();
        let schemas = schemas.map(|(tenant, own)| (tenant, Arc::new(Schemas::with(&own))));
        Self { schemas: schemas.collect(), extensions, ..self }
    }

    /// The types of resource of a tenant.
    pub fn schemas(&self, tenant: TenantId) -> Arc<Schemas> {
        self.schemas.get(&tenant).cloned().unwrap_or_else(Schemas::standard)
    }

    /// The target with this key.
    pub fn target(&self, id: TargetId) -> Option<&Target> {
        self.targets.iter().find(|t| t.id == id)
    }

    /// The service provider with this key.
    pub fn service_provider(&self, id: ServiceProviderId) -> Option<&ServiceProvider> {
        self.service_providers.iter().find(|s| s.id == id)
    }

    /// The identity provider of a tenant that has this issuer, to the letter.
    pub fn identity_provider(&self, tenant: TenantId, issuer: &str) -> Option<&IdentityProvider> {
        self.identity_providers.iter().find(|p| p.tenant == tenant && p.issuer == issuer)
    }

    /// True if nothing is stored of a resource with these origins: who brought it passes it
    /// through.
    pub fn passes(&self, origins: &[ServiceProviderId]) -> bool {
        let mut known = origins.iter().filter_map(|origin| self.service_provider(*origin));
        known.any(|provider| provider.mode == Mode::Provision)
    }

    /// True if a resource with these origins is routed to the target: one of them provisions
    /// and names it.
    pub fn routes(&self, origins: &[ServiceProviderId], target: &Target) -> bool {
        origins
            .iter()
            .filter_map(|o| self.service_provider(*o))
            .any(|s| s.tenant == target.tenant && s.provisions(&target.name))
    }
}

/// A stored credential that is not part of the estate: a bearer or access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The public handle, for `token list` and `token revoke`.
    pub id: String,
    /// Whose.
    pub service_provider: ServiceProviderId,
    /// SHA-256 of the token.
    pub hash: Vec<u8>,
    /// `bearer` (long-lived) or `access` (OAuth 2.0, 1 h).
    pub kind: TokenKind,
    /// When it was made.
    pub created: crate::Time,
    /// When it ends; `None` lives until revoked.
    pub expires: Option<crate::Time>,
}

/// The kinds of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Long-lived, made by `token create`.
    Bearer,
    /// Short-lived, given out at `/oauth2/token`.
    Access,
}

/// A token in a list, without its value, which nobody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLine {
    /// The public handle.
    pub id: String,
    /// The name of whose it is.
    pub service_provider: String,
    /// When it was made (RFC 3339).
    pub created: String,
    /// When it ends (RFC 3339); `None` lives until revoked.
    pub expires: Option<String>,
}

impl TokenLine {
    /// The line of a token of a service provider of this name.
    pub fn new(token: &Token, service_provider: &str) -> Self {
        Self {
            id: token.id.clone(),
            service_provider: service_provider.to_owned(),
            created: token.created.rfc3339(),
            expires: token.expires.map(crate::Time::rfc3339),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_provider_stored_without_a_dialect_is_strict() {
        let stored = json!({
            "id": 1, "tenant": 1, "name": "hr", "mode": "store", "targets": [],
            "permissions": [], "basic": null, "oauth": null,
        });
        let provider: ServiceProvider = serde_json::from_value(stored).unwrap();
        assert_eq!(provider.dialect, Dialect::Strict);
        assert_eq!(provider.delivery, Delivery::Queued);
        assert_eq!(provider.read_from, None);
        assert!(provider.attributes.is_everything() && provider.stores.is_none());
    }

    #[test]
    fn w19_what_is_stored_does_not_go_on_and_the_rest_does() {
        for (mode, goes) in
            [(Mode::Store, false), (Mode::StoreAndProvision, true), (Mode::Provision, true)]
        {
            let stored = json!({
                "id": 1, "tenant": 1, "name": "hr", "mode": mode.name(), "targets": ["app"],
                "permissions": [], "basic": null, "oauth": null,
            });
            let provider: ServiceProvider = serde_json::from_value(stored).unwrap();
            assert_eq!(provider.mode, mode);
            assert_eq!((provider.provisions("app"), provider.provisions("crm")), (goes, false));
        }
    }
}
