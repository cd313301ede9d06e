//! Who waits for a person and who is out, as the command line asks for them.

use sutler_engine::admin;

use super::context::Context;
use super::execute::Done;
use super::message::Reply;

/// How many failed pairs and leavers a page shows.
const PAGE: usize = 5_000;

/// A page of failed pairs; with the first one all of them by cause.
pub(super) async fn failed(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
) -> Done {
    let page = admin::failed(&context.ports, tenant, target, after, PAGE).await?;
    let groups = match after {
        None => admin::failed_by_cause(&context.ports, tenant, target).await?,
        Some(_) => Vec::new(),
    };
    Ok(Reply::Failed { pairs: page.items, groups, next: page.next })
}

/// A page of leavers, target by target.
pub(super) async fn leavers(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
    after: Option<&str>,
) -> Done {
    let page = admin::leavers(&context.ports, tenant, target, after, PAGE).await?;
    Ok(Reply::Leavers { leavers: page.items, next: page.next })
}
