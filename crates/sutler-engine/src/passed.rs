//! What is desired of somebody who is passed through: sealed, until every target has it.
//!
//! The store keeps bytes that it cannot read. What is in them is known here alone.

use serde::{Deserialize, Serialize};
use sutler_model::port::{Hiding, Sealer, Unsealable};
use sutler_model::resource::Resource;
use sutler_model::{Document, Kind, ServiceProviderId, TenantId, Uid};

use crate::intent;

/// A desired state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Desired {
    /// The attributes.
    pub(crate) body: Document,
    /// What the attributes were computed from, if that was not all that there is: what a target
    /// told, or nothing. What this makes of an account is left alone where `body` makes the same
    /// of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) basis: Option<Document>,
}

impl Desired {
    /// All of it.
    pub(crate) fn whole(body: Document) -> Self {
        Self { body, basis: None }
    }

    /// Nothing of the attributes: only members are to change.
    pub(crate) fn members_only() -> Self {
        Self { body: Document::new(), basis: Some(Document::new()) }
    }

    /// Sealed for this resource alone.
    pub(crate) fn seal(
        &self,
        sealer: &dyn Sealer,
        tenant: TenantId,
        uid: &Uid,
    ) -> Result<Vec<u8>, Unsealable> {
        intent::seal(sealer, self, tenant, uid)
    }

    /// What [`Desired::seal`] sealed.
    pub(crate) fn open(
        sealed: &[u8],
        sealer: &dyn Sealer,
        resource: &Resource,
    ) -> Result<Self, Unsealable> {
        intent::open(sealer, sealed, resource.tenant, &resource.uid)
    }
}

/// The client's own name for a resource.
pub(crate) const EXTERNAL_ID: &str = "externalId";

/// The digest under which a resource is known by a name. What is unique in its tenant meets there,
/// whoever brought it; what is a client's own word meets only its own.
pub(crate) fn digest(
    hiding: &dyn Hiding,
    (tenant, provider): (TenantId, ServiceProviderId),
    kind: Kind,
    attribute: &str,
    key: &str,
) -> String {
    let whose = if attribute == EXTERNAL_ID { provider.0 } else { 0 };
    let text = serde_json::json!([tenant.0, whose, kind.name(), attribute, key]);
    hiding.digest(&text.to_string())
}
