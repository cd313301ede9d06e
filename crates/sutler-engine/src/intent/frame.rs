//! The frame of a pair whose resource has an open intent: it shows what is desired.

use sutler_model::Document;
use sutler_model::change::{Action, Content};
use sutler_model::intent::Reason;
use sutler_model::port::{Frame, Sealer, Unsealable};

use super::sealed::open_change;
use crate::passed::Desired;

/// Puts what is desired in the place of what is stored. A frame without an intent stays. Gives
/// what the desired state was computed from, if that is not all.
pub(crate) fn intended(
    frame: &mut Frame,
    sealer: &dyn Sealer,
) -> Result<Option<Document>, Unsealable> {
    let (Some(view), Some(resource)) = (&frame.intent, &mut frame.resource) else {
        return Ok(None);
    };
    let mut basis = None;
    match view.reason {
        Reason::Pass => {
            let desired = Desired::open(&view.sealed, sealer, resource)?;
            (resource.body, basis) = (desired.body, desired.basis);
        }
        Reason::Confirm => {
            let change = open_change(sealer, &view.sealed, resource.tenant, &resource.uid)?;
            if let Some(content) = content(change.action) {
                (resource.body, resource.active) = (content.body, content.active);
            }
        }
    }
    resource.gone = false;
    frame.passed = false;
    Ok(basis)
}

fn content(action: Action) -> Option<Content> {
    match action {
        Action::Create { content, .. } => Some(content),
        Action::Update { content, .. } => content,
        Action::Delete { .. } => None,
    }
}
