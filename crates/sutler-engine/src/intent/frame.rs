//! The frame of a pair whose resource has an open intent: it shows what is desired.

use sutler_model::change::Action;
use sutler_model::intent::Reason;
use sutler_model::port::{Frame, Sealer, Unsealable};

use super::sealed::{Desired, open_change, open_desired};

/// Puts what is desired in the place of what is stored. A frame without an intent stays.
pub(crate) fn intended(frame: &mut Frame, sealer: &dyn Sealer) -> Result<(), Unsealable> {
    let (Some(view), Some(resource)) = (&frame.intent, &mut frame.resource) else {
        return Ok(());
    };
    let (tenant, uid) = (resource.tenant, &resource.uid);
    let desired = match view.reason {
        Reason::Pass => Some(open_desired(sealer, &view.sealed, tenant, uid)?),
        Reason::Confirm => content(open_change(sealer, &view.sealed, tenant, uid)?.action),
    };
    if let Some(Desired { body, active }) = desired {
        resource.body = body;
        resource.active = active;
    }
    resource.gone = false;
    frame.passed = false;
    Ok(())
}

fn content(action: Action) -> Option<Desired> {
    let content = match action {
        Action::Create { content, .. } => Some(content),
        Action::Update { content, .. } => content,
        Action::Delete { .. } => None,
    };
    content.map(|content| Desired { body: content.body, active: content.active })
}
