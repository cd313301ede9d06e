//! How targets and event streams stand, who waits there, and what a person orders about them.

use sutler_model::delivery::TargetStatus;
use sutler_model::estate::{Estate, Target};
use sutler_model::event::{EventStream, StreamLine};
use sutler_model::outcome::Finding;
use sutler_model::port::{LedgerError, Quarantine};

use super::{Acting, Refused, begin, find, refused};
use crate::Ports;
use crate::hold::Hold;

/// How the targets of a tenant stand.
pub async fn status(ports: &Ports, tenant: &str) -> Result<Vec<TargetStatus>, Refused> {
    let estate = ports.ledger.estate().await?;
    find::tenant(&estate, tenant)?;
    let all = statuses(ports, &estate).await?;
    Ok(all.into_iter().filter(|(of, _)| of == tenant).map(|(_, status)| status).collect())
}

/// Every target's status with the name of its tenant. The ledger names targets only, which
/// are unique within a tenant: equal names come in the order of the estate.
pub async fn statuses(
    ports: &Ports,
    estate: &Estate,
) -> Result<Vec<(String, TargetStatus)>, LedgerError> {
    let mut targets: Vec<&Target> = estate.targets.iter().collect();
    let quarantined = ports.ledger.quarantined().await?;
    let mut found = Vec::new();
    for status in ports.ledger.status(ports.clock.now()).await? {
        let Some(at) = targets.iter().position(|target| target.name == status.name) else {
            continue;
        };
        let target = targets.remove(at);
        let tenant = estate.tenants.iter().find(|(id, _)| *id == target.tenant);
        let state = state(ports, target, &quarantined).await?.unwrap_or(status.state);
        let status = TargetStatus { state, ..status };
        found.push((tenant.map(|(_, name)| name.clone()).unwrap_or_default(), status));
    }
    Ok(found)
}

/// How the event streams of a tenant stand.
pub async fn streams(ports: &Ports, tenant: &str) -> Result<Vec<StreamLine>, Refused> {
    let estate = ports.ledger.estate().await?;
    let id = find::tenant(&estate, tenant)?;
    let states = ports.ledger.event_streams().await?;
    let line = |stream: &EventStream| {
        let state = states.iter().find(|state| state.stream == stream.id)?;
        Some(StreamLine::new(&stream.name, state))
    };
    let ours = estate.event_streams.iter().filter(|stream| stream.tenant == id);
    Ok(ours.filter_map(line).collect())
}

/// Tests a target without changing anything there.
pub async fn check(
    ports: &Ports,
    acting: &Acting,
    tenant: &str,
    target: &str,
) -> Result<Vec<Finding>, Refused> {
    let act = acting.act(Some(tenant), "target.check", target);
    let wanted = async {
        let estate = ports.ledger.estate().await?;
        let target = find::target(&estate, tenant, target)?;
        let connector = ports.connectors.connector(target).map_err(Refused::Impossible)?;
        begin(ports, act.clone()).await?;
        Ok(connector)
    };
    Ok(refused(ports, &act, wanted.await).await?.check().await)
}

/// The target of a tenant with this name, or all of them.
pub async fn targets(
    ports: &Ports,
    tenant: &str,
    only: Option<&str>,
) -> Result<Vec<Target>, Refused> {
    let estate = ports.ledger.estate().await?;
    if let Some(name) = only {
        return Ok(vec![find::target(&estate, tenant, name)?.clone()]);
    }
    let id = find::tenant(&estate, tenant)?;
    Ok(estate.targets.into_iter().filter(|target| target.tenant == id).collect())
}

/// Why a target gets nothing, or less than everything; `None` if it gets all.
async fn state(
    ports: &Ports,
    target: &Target,
    quarantined: &[Quarantine],
) -> Result<Option<String>, LedgerError> {
    let pause = ports.ledger.pause(target.id).await?;
    let hold = Hold::at(pause, &target.maintenance, ports.clock.now());
    let probed = quarantined.iter().find(|held| held.target == target.id).map(probed);
    Ok(match (hold.says(), probed) {
        (Some(hold), Some(probed)) => Some(format!("{hold}; {probed}")),
        (hold, probed) => hold.or(probed),
    })
}

fn probed(held: &Quarantine) -> String {
    let probe = held.probe.map(|at| format!(", next probe {}", at.rfc3339()));
    let since = held.since.rfc3339();
    format!("{} since {since}{}", held.fault.cause, probe.unwrap_or_default())
}
