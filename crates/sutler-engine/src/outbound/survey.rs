//! Finds out who among our own accounts holds a name, and whether the holders wait in a ring.

use sutler_model::port::{LedgerError, Rival};
use sutler_model::{Kind, LinkId, Rid, TargetId};

use crate::Ports;
use crate::decide::Contest;
use crate::hidden::{frames, show};
use crate::rules::{Facts, TargetRules};

/// The longest ring that is followed.
const LONGEST: usize = 32;

/// Follows the holders from the one of `key`, until one wants nothing that another holds, or
/// the way comes back to `own`.
pub(crate) async fn survey(
    ports: &Ports,
    rules: &TargetRules,
    kind: Kind,
    rid: Rid,
    key: &str,
    own: Option<(LinkId, Option<&str>)>,
) -> Result<Contest, LedgerError> {
    let ask = |key: String, not| holder(ports, (rules.target.id, kind), key, not);
    let Some(first) = ask(key.to_owned(), rid).await? else {
        return Ok(Contest::Free);
    };
    let by = first.link.id;
    let free = Contest::Held { by, ring: false, first: false };
    let Some((own_id, own_key)) = own else {
        return Ok(free);
    };
    let mut smallest = true;
    let mut next = first;
    for _ in 0..LONGEST {
        smallest &= own_id < next.link.id;
        let Some(wants) = wants(ports, rules, &next).await? else {
            return Ok(free);
        };
        if Some(wants.as_str()) == own_key {
            return Ok(Contest::Held { by, ring: true, first: smallest });
        }
        match ask(wants, next.link.rid).await? {
            Some(holder) => next = holder,
            None => return Ok(free),
        }
    }
    Ok(free)
}

/// The holder of a name among the accounts of ours, whether their resources are stored or not.
async fn holder(
    ports: &Ports,
    (target, kind): (TargetId, Kind),
    key: String,
    not: Rid,
) -> Result<Option<Rival>, LedgerError> {
    let mut rival = ports.ledger.rival(target, kind, &key, not).await?;
    if rival.is_none() {
        rival = ports.ledger.rival(target, kind, &ports.hiding.hide(&key), not).await?;
    }
    if let Some(rival) = rival.as_mut() {
        show(&mut rival.link, &*ports.hiding);
    }
    Ok(rival)
}

/// The name that a holder wants instead of the one it has.
async fn wants(
    ports: &Ports,
    rules: &TargetRules,
    holder: &Rival,
) -> Result<Option<String>, LedgerError> {
    let live = holder.resource.as_ref().filter(|resource| !resource.gone);
    let Some(resource) = live else {
        return Ok(None);
    };
    let frames = frames(ports, rules, &[resource.rid]).await?;
    let Some(frame) = frames.first() else {
        return Ok(None);
    };
    let resource = frame.resource.as_ref().unwrap_or(resource);
    let facts = Facts {
        references: &frame.references,
        groups: &frame.groups,
        once: Some(&holder.link.once),
    };
    let wanted = rules.wanted(resource, facts).ok();
    let key = wanted.and_then(|wanted| wanted.key(resource.kind));
    Ok(key.filter(|key| Some(key) != holder.link.key.as_ref()))
}
