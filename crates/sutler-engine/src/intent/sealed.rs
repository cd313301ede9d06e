//! What is desired, as bytes that only this installation can read. Pure but for the key.
//!
//! It is bound to the tenant and the public id of the resource, so that no row can be put in the
//! place of another.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sutler_model::change::Change;
use sutler_model::port::{Sealer, Unsealable};
use sutler_model::{TenantId, Uid};

/// Seals a change that is to be confirmed.
pub fn seal_change(sealer: &dyn Sealer, change: &Change, uid: &Uid) -> Result<Vec<u8>, Unsealable> {
    seal(sealer, change, change.tenant, uid)
}

/// Opens a change that is to be confirmed.
pub fn open_change(
    sealer: &dyn Sealer,
    sealed: &[u8],
    tenant: TenantId,
    uid: &Uid,
) -> Result<Change, Unsealable> {
    open(sealer, sealed, tenant, uid)
}

fn context(tenant: TenantId, uid: &Uid) -> Vec<u8> {
    format!("intent/{tenant}/{uid}").into_bytes()
}

pub(crate) fn seal<T: Serialize>(
    sealer: &dyn Sealer,
    what: &T,
    tenant: TenantId,
    uid: &Uid,
) -> Result<Vec<u8>, Unsealable> {
    let bytes = serde_json::to_vec(what).map_err(|error| Unsealable(error.to_string()))?;
    sealer.seal(&bytes, &context(tenant, uid))
}

pub(crate) fn open<T: DeserializeOwned>(
    sealer: &dyn Sealer,
    sealed: &[u8],
    tenant: TenantId,
    uid: &Uid,
) -> Result<T, Unsealable> {
    let bytes = sealer.open(sealed, &context(tenant, uid))?;
    // The words of the parser may tell what was sealed.
    serde_json::from_slice(&bytes).map_err(|_| Unsealable("it is not what was sealed".to_owned()))
}
