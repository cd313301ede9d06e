//! `plan`: what would be done at the targets, kept under an id; and doing exactly that. Reads the
//! estate file that a plan is about; the rest is the engine's.

use std::path::PathBuf;

use sutler_engine::admin::{self, Acting, Drafted};
use sutler_model::plan::PlannedFile;

use super::apply::{NotApplied, Source, Wanted, linked, make_plan};
use super::context::Context;
use super::execute::Done;
use super::message::Reply;
use crate::estate::{self, Report};

/// How many resources are sent at once.
const PAGE: usize = 1_000;

/// Makes a plan and keeps it.
pub(super) async fn make(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    target: Option<&str>,
    file: Option<PlannedFile>,
) -> Done {
    let (file, report) = match file {
        None => (None, None),
        Some(file) => match draft(context, &file, false, acting).await {
            Ok((drafted, report)) => (Some((file, drafted)), Some(report)),
            Err(why) => return Ok(why.reply()),
        },
    };
    let plan = admin::make_plan(&context.ports, acting, tenant, target, file).await?;
    Ok(Reply::Plan { report, plan: Box::new(plan) })
}

/// A page of what a plan says.
pub(super) async fn told(context: &Context, id: &str, after: usize) -> Done {
    let after = after.to_string();
    let page = admin::planned_pairs(&context.ports, None, id, Some(&after), PAGE).await?;
    Ok(Reply::Planned { pairs: page.items })
}

/// Does what a plan says, or nothing.
pub(super) async fn apply(context: &Context, acting: &Acting, id: &str) -> Done {
    let found = admin::plan(&context.ports, None, id).await;
    let plan = admin::refused(&context.ports, &admin::applying(acting, None, id), found).await?;
    let (drafted, report) = match &plan.file {
        None => (None, None),
        Some(file) => match draft(context, file, false, acting).await {
            Ok((drafted, report)) => (Some(drafted), Some(report)),
            Err(why) => return Ok(why.reply()),
        },
    };
    admin::apply_plan(&context.ports, acting, None, &plan, drafted).await?;
    Ok(Reply::Plan { report, plan: Box::new(plan) })
}

/// What the file of a plan would change. `walled` keeps it from what is the machine's.
pub(super) async fn draft(
    context: &Context,
    file: &PlannedFile,
    walled: bool,
    acting: &Acting,
) -> Result<(Drafted, Report), NotApplied> {
    let wanted = Wanted {
        file: file.name.clone(),
        source: Source::Text(file.text.clone()),
        base: Some(PathBuf::from(&file.base)).filter(|base| !base.as_os_str().is_empty()),
        options: serde_json::from_value(file.options.clone()).unwrap_or_default(),
        dry: true,
        tenant: file.tenant.clone(),
        walled,
        expected: None,
        acting: acting.clone(),
    };
    let stored = context.ports.ledger.estate().await?;
    let exported = estate::export(&stored, file.tenant.as_deref());
    let linked = linked(context, &stored).await?;
    // Hashing takes its time.
    let made = tokio::task::block_in_place(|| {
        make_plan(context, &wanted, &file.text, &exported, &stored, &linked)
    });
    let made = made.map_err(NotApplied::Faults)?;
    let mut report = made.report;
    report.generated.clear();
    let record = estate::record(&report, &made.edit);
    Ok((Drafted { edit: made.edit, record }, report))
}
