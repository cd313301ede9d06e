//! Finds out who among our own accounts holds a name, and whether the holders wait in a ring.

use sutler_model::port::{Ledger, LedgerError, Rival};
use sutler_model::{Kind, LinkId, Rid};

use crate::decide::Contest;
use crate::rules::{Facts, TargetRules};

/// The longest ring that is followed.
const LONGEST: usize = 32;

/// Follows the holders from the one of `key`, until one wants nothing that another holds, or
/// the way comes back to `own`.
pub(crate) async fn survey(
    ledger: &dyn Ledger,
    rules: &TargetRules,
    kind: Kind,
    rid: Rid,
    key: &str,
    own: Option<(LinkId, Option<&str>)>,
) -> Result<Contest, LedgerError> {
    let target = rules.target.id;
    let Some(first) = ledger.rival(target, kind, key, rid).await? else {
        return Ok(Contest::Free);
    };
    let by = first.link.id;
    let free = Contest::Held { by, ring: false, first: false };
    let Some((own_id, own_key)) = own else {
        return Ok(free);
    };
    let mut smallest = true;
    let mut holder = first;
    for _ in 0..LONGEST {
        smallest &= own_id < holder.link.id;
        let Some(wants) = wants(ledger, rules, &holder).await? else {
            return Ok(free);
        };
        if Some(wants.as_str()) == own_key {
            return Ok(Contest::Held { by, ring: true, first: smallest });
        }
        match ledger.rival(target, kind, &wants, holder.link.rid).await? {
            Some(next) => holder = next,
            None => return Ok(free),
        }
    }
    Ok(free)
}

/// The name that a holder wants instead of the one it has.
async fn wants(
    ledger: &dyn Ledger,
    rules: &TargetRules,
    holder: &Rival,
) -> Result<Option<String>, LedgerError> {
    let live = holder.resource.as_ref().filter(|resource| !resource.gone);
    let Some(resource) = live else {
        return Ok(None);
    };
    let frames = ledger.frames(rules.target.id, &[resource.rid], rules.reads).await?;
    let Some(frame) = frames.first() else {
        return Ok(None);
    };
    let facts = Facts {
        references: &frame.references,
        groups: &frame.groups,
        once: Some(&holder.link.once),
    };
    let wanted = rules.wanted(resource, facts).ok();
    let key = wanted.and_then(|wanted| wanted.key(resource.kind));
    Ok(key.filter(|key| Some(key) != holder.link.key.as_ref()))
}
