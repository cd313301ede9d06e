//! What the guard holds, over the control socket.

use sutler_engine::admin::{self, Acting};

use super::context::Context;
use super::execute::Refused;
use super::message::Reply;

/// Pairs and waves a page.
const PAGE: usize = 500;

/// The waves of a tenant, or of one of its targets.
pub(super) async fn waves(
    context: &Context,
    tenant: &str,
    target: Option<&str>,
) -> Result<Reply, Refused> {
    let (mut waves, mut after) = (Vec::new(), None);
    loop {
        let page = admin::waves(&context.ports, tenant, target, after.as_deref(), PAGE).await?;
        waves.extend(page.items);
        after = page.next;
        if after.is_none() {
            return Ok(Reply::Waves { waves });
        }
    }
}

/// Who is in a wave, a page after `after`.
pub(super) async fn pairs(
    context: &Context,
    tenant: &str,
    wave: i64,
    after: i64,
) -> Result<Reply, Refused> {
    let (id, after) = (wave.to_string(), after.to_string());
    let page = admin::held_pairs(&context.ports, tenant, &id, Some(&after), PAGE).await;
    let page = page.map_err(|refused| advised(refused, tenant))?;
    Ok(Reply::Held { pairs: page.items, last: page.next.is_none() })
}

/// Releases or rejects a wave, or some of it.
pub(super) async fn verdict(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    (wave, only): (i64, Option<Vec<String>>),
    release: bool,
) -> Result<Reply, Refused> {
    let id = wave.to_string();
    let about = admin::give_verdict(&context.ports, acting, tenant, &id, only, release).await;
    let count = about.map_err(|refused| advised(refused, tenant))?;
    Ok(Reply::Count { count: u64::try_from(count).unwrap_or(u64::MAX) })
}

/// A refusal, with what shows how things stand.
fn advised(refused: admin::Refused, tenant: &str) -> Refused {
    match refused {
        admin::Refused::Store(error) => error.into(),
        other => {
            let of = admin::tenant_option(tenant);
            format!("{other}: `sutler held{of}` shows what is held").into()
        }
    }
}
