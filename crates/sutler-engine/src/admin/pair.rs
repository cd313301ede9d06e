//! One resource at one target.

use sutler_model::explanation::Explanation;

use super::{Refused, find};
use crate::{Ports, explain};

/// Why a resource is, or is not, at a target. It is named by its id, or by its name in any
/// spelling.
pub async fn explain(
    ports: &Ports,
    tenant: &str,
    target: &str,
    resource: &str,
) -> Result<Explanation, Refused> {
    let estate = ports.estate.refresh(&*ports.ledger).await?;
    let target = find::target(&estate, tenant, target)?;
    let unknown = || {
        Refused::Missing(format!(
            "there is no user or group with the id or name `{resource}`: \
             `sutler status --leavers` shows the ids of those who are gone"
        ))
    };
    let rid = explain::find(ports, target.tenant, resource).await?.ok_or_else(unknown)?;
    explain::explain(ports, target, rid).await?.ok_or_else(unknown)
}
