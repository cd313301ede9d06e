//! `reconcile`: a target is compared with what it should hold, while somebody may watch.

use sutler_engine::admin::{self, Acting};

use super::context::Context;
use super::execute::Done;
use super::message::Reply;

/// How many findings are sent at once.
const PAGE: usize = 1_000;

pub(super) async fn begin(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    target: &str,
    dry: bool,
) -> Done {
    let comparison = admin::compare(&context.ports, acting, tenant, target, dry).await?;
    Ok(Reply::Compared { comparison, findings: Vec::new() })
}

pub(super) async fn compared(context: &Context, id: &str, after: usize) -> Done {
    let comparison = admin::comparison(&context.ports, None, id).await?;
    let after = after.to_string();
    let page = admin::findings(&context.ports, None, id, Some(&after), PAGE).await?;
    Ok(Reply::Compared { comparison, findings: page.items })
}
