//! `plan` and `apply`: compare, and commit the difference.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use sutler_engine::admin::statuses;
use sutler_model::estate::Estate;
use sutler_model::port::LedgerError;

use super::context::{Context, advised};
use super::message::Reply;
use crate::estate::{self, Declared, Fault, Options, Plan, Secrets};

/// How often an apply begins anew because somebody else changed the estate meanwhile.
const TRIES: usize = 5;

/// What was asked for.
pub(super) struct Wanted {
    pub(super) file: String,
    pub(super) text: String,
    pub(super) base: PathBuf,
    pub(super) options: Options,
    pub(super) dry: bool,
    pub(super) actor: String,
}

pub(super) async fn apply(context: &Context, wanted: Wanted) -> Reply {
    for _ in 0..TRIES {
        match attempt(context, &wanted).await {
            Ok(reply) => return reply,
            Err(LedgerError::EstateMoved) => {}
            Err(error) => return Reply::refused(advised(&error)),
        }
    }
    Reply::refused(advised(&LedgerError::EstateMoved))
}

async fn attempt(context: &Context, wanted: &Wanted) -> Result<Reply, LedgerError> {
    let ledger = &context.ports.ledger;
    let stored = Arc::new(ledger.estate().await?);
    let linked = linked(context, &stored).await?;
    // Hashing takes its time.
    let made = tokio::task::block_in_place(|| make_plan(context, wanted, &stored, &linked));
    let plan = match made {
        Ok(plan) => plan,
        Err(faults) => return Ok(Reply::Faults { faults }),
    };
    let mut report = plan.report;
    if wanted.dry {
        // What would be made is not made.
        report.generated.clear();
        return Ok(Reply::Applied { report });
    }
    if !report.is_empty() || !plan.edit.sweep.is_empty() {
        ledger.edit_estate(plan.edit, context.ports.clock.now()).await?;
        context.ports.estate.refresh(&**ledger).await?;
        context.ports.pulse.notify();
        tracing::info!(
            estate.actor = %wanted.actor,
            estate.added = report.added.len(),
            estate.changed = report.changed.len(),
            estate.removed = report.removed.len(),
            "the estate was changed"
        );
    }
    Ok(Reply::Applied { report })
}

fn make_plan(
    context: &Context,
    wanted: &Wanted,
    stored: &Estate,
    linked: &BTreeSet<(String, String)>,
) -> Result<Plan, Vec<Fault>> {
    let declared: Declared = estate::read(&wanted.file, &wanted.text)?;
    let secrets =
        Secrets { base: &wanted.base, sealer: &context.sealer, random: &*context.ports.random };
    let from = estate::PlanContext {
        file: &wanted.file,
        text: &wanted.text,
        estate: stored,
        linked,
        options: &wanted.options,
        secrets: &secrets,
    };
    estate::plan(&from, &declared, &wanted.actor)
}

/// The targets that have, or may have, accounts of ours.
async fn linked(
    context: &Context,
    stored: &Estate,
) -> Result<BTreeSet<(String, String)>, LedgerError> {
    let mut linked = BTreeSet::new();
    for (tenant, status) in statuses(&context.ports, stored).await? {
        if status.in_sync + status.pending + status.failed > 0 {
            linked.insert((tenant, status.name));
        }
    }
    Ok(linked)
}
