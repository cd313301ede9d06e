//! `plan` and `apply`: compare, and commit the difference with its rows in the audit trail.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sutler_engine::admin::{Acting, note_refusal, statuses};
use sutler_inbound::admin::{EntryKind, estate_tag};
use sutler_model::audit::Act;
use sutler_model::estate::Estate;
use sutler_model::port::{LedgerError, Order};

use super::context::{Context, advised};
use super::message::Reply;
use crate::estate::{
    self, EntryFault, Fault, Options, Plan, PlanContext, Report, Secrets, Unusable,
};

/// How often an apply begins anew because somebody else changed the estate meanwhile.
const TRIES: usize = 5;

/// How the act is called.
const ACT: &str = "estate.apply";

/// What was asked for.
pub(super) struct Wanted {
    /// How the file is called in messages.
    pub(super) file: String,
    pub(super) source: Source,
    /// Where relative paths of secrets start; `None` if there must be none.
    pub(super) base: Option<PathBuf>,
    pub(super) options: Options,
    pub(super) dry: bool,
    /// The only tenant that may be spoken of.
    pub(super) tenant: Option<String>,
    /// True if who asks reaches nothing of the machine.
    pub(super) walled: bool,
    /// The tags of which one must be that of what is stored.
    pub(super) expected: Option<Vec<String>>,
    pub(super) acting: Acting,
}

/// Where the file comes from.
pub(super) enum Source {
    /// It was sent.
    Text(String),
    /// It is what is stored, with this entry.
    Put(EntryKind, String, serde_json::Map<String, serde_json::Value>),
    /// It is what is stored, without this entry.
    Delete(EntryKind, String),
}

/// Why nothing was changed.
pub(super) enum NotApplied {
    /// The file is at fault.
    Faults(Vec<Fault>),
    /// What is stored has another tag than was expected.
    Moved,
    /// There is no such entry.
    Missing(String),
    /// The store could not do it.
    Store(LedgerError),
}

impl From<LedgerError> for NotApplied {
    fn from(error: LedgerError) -> Self {
        Self::Store(error)
    }
}

impl NotApplied {
    /// Why, for the audit trail. What the file says is not repeated: it may be anything.
    fn why(&self) -> String {
        match self {
            Self::Faults(faults) => {
                let place =
                    |first: &Fault| format!(", the first at {}:{}", first.line, first.column);
                let place = faults.first().map(place).unwrap_or_default();
                format!("the estate has {} faults{place}", faults.len())
            }
            Self::Moved => "the estate is another than was expected".to_owned(),
            Self::Missing(text) => text.clone(),
            Self::Store(error) => error.to_string(),
        }
    }

    /// Why, for the command line.
    pub(super) fn reply(self) -> Reply {
        match self {
            Self::Faults(faults) => Reply::Faults { faults },
            Self::Store(error) => Reply::refused(advised(&error)),
            other => Reply::refused(other.why()),
        }
    }
}

/// For the command line.
pub(super) async fn reply(context: &Context, wanted: Wanted) -> Reply {
    match apply(context, &wanted).await {
        Ok(report) => Reply::Applied { report },
        Err(why) => why.reply(),
    }
}

/// Applies, or plans. What was refused stands in the audit trail.
pub(super) async fn apply(context: &Context, wanted: &Wanted) -> Result<Report, NotApplied> {
    let mut done = Err(NotApplied::Store(LedgerError::EstateMoved));
    for _ in 0..TRIES {
        done = attempt(context, wanted).await;
        if !matches!(done, Err(NotApplied::Store(LedgerError::EstateMoved))) {
            break;
        }
    }
    if let (Err(why), false) = (&done, wanted.dry) {
        note_refusal(&context.ports, act(wanted, wanted.tenant.as_deref()), &why.why()).await;
    }
    done
}

fn act(wanted: &Wanted, tenant: Option<&str>) -> Act {
    let object = match &wanted.source {
        Source::Text(_) => "estate".to_owned(),
        Source::Put(kind, name, _) | Source::Delete(kind, name) => format!("{} {name}", kind.noun),
    };
    let act = wanted.acting.act(tenant, ACT, &object);
    Acting::with(act, "file", Some(wanted.file.as_str()).filter(|file| !file.is_empty()))
}

async fn attempt(context: &Context, wanted: &Wanted) -> Result<Report, NotApplied> {
    let ledger = &context.ports.ledger;
    let stored = Arc::new(ledger.estate().await?);
    let exported = estate::export(&stored, wanted.tenant.as_deref());
    if let Some(expected) = &wanted.expected
        && !expected.contains(&estate_tag(&exported))
    {
        return Err(NotApplied::Moved);
    }
    let text = text(wanted, &exported)?;
    let linked = linked(context, &stored).await?;
    // Hashing takes its time.
    let made = tokio::task::block_in_place(|| {
        make_plan(context, wanted, &text, &exported, &stored, &linked)
    });
    let plan = made.map_err(NotApplied::Faults)?;
    let mut report = plan.report;
    if wanted.dry {
        // What would be made is not made.
        report.generated.clear();
        return Ok(report);
    }
    if !report.is_empty() || !plan.edit.sweep.is_empty() {
        let acts = estate::record(&report, &plan.edit).into_iter().map(|(tenant, details)| {
            let mut act = act(wanted, Some(&tenant));
            act.details.extend(details);
            act
        });
        let acts = acts.collect();
        let order = Order::EditEstate(Box::new(plan.edit));
        ledger.order(order, acts, context.ports.clock.now()).await?;
        context.ports.estate.refresh(&**ledger).await?;
        context.ports.pulse.notify();
        tracing::info!(
            estate.actor = %wanted.acting.actor,
            estate.added = report.added.len(),
            estate.changed = report.changed.len(),
            estate.removed = report.removed.len(),
            "the estate was changed"
        );
    }
    Ok(report)
}

/// The file that is to be held.
fn text(wanted: &Wanted, exported: &str) -> Result<String, NotApplied> {
    let tenant = wanted.tenant.as_deref().unwrap_or(estate::DEFAULT_TENANT);
    let (made, kind, name) = match &wanted.source {
        Source::Text(text) => return Ok(text.clone()),
        Source::Put(kind, name, entry) => {
            (estate::put_entry(exported, tenant, *kind, name, entry.clone()), kind, name)
        }
        Source::Delete(kind, name) => {
            (estate::delete_entry(exported, tenant, *kind, name), kind, name)
        }
    };
    made.map_err(|fault| match fault {
        EntryFault::Missing => NotApplied::Missing(format!("there is no {} `{name}`", kind.noun)),
        EntryFault::Unwritable(message) => {
            NotApplied::Faults(vec![Fault { line: 1, column: 1, message, file: String::new() }])
        }
    })
}

pub(super) fn make_plan(
    context: &Context,
    wanted: &Wanted,
    text: &str,
    exported: &str,
    stored: &Estate,
    linked: &BTreeSet<(String, String)>,
) -> Result<Plan, Vec<Fault>> {
    if let Some(tenant) = &wanted.tenant {
        let has = wanted.walled.then_some(exported);
        let faults = estate::beyond_the_wall(&wanted.file, text, tenant, has);
        if !faults.is_empty() {
            return Err(faults);
        }
    }
    let read = estate::read(&wanted.file, text);
    let relative = match wanted.base {
        None => estate::relative_files(&wanted.file, text),
        Some(_) => Vec::new(),
    };
    let base = wanted.base.as_deref().unwrap_or(Path::new("/"));
    let secrets = Secrets { base, sealer: &context.sealer, random: &*context.ports.random };
    let from = PlanContext {
        file: &wanted.file,
        text,
        estate: stored,
        linked,
        options: &wanted.options,
        secrets: &secrets,
    };
    match read {
        Ok(declared) if relative.is_empty() => estate::plan(&from, &declared, &wanted.acting.actor),
        Ok(_) => Err(relative),
        Err(unusable) => Err(all_faults(&from, unusable, relative)),
    }
}

/// Everything that can be said against a file at once, in its order. A file with paths that lead
/// nowhere is not compiled: its rules may stand in another one.
fn all_faults(from: &PlanContext<'_>, unusable: Unusable, relative: Vec<Fault>) -> Vec<Fault> {
    let Unusable { faults: mut all, rest } = unusable;
    if let Some(rest) = rest.filter(|_| relative.is_empty()) {
        all.extend(estate::rule_faults(from, &rest));
    }
    all.extend(relative);
    all.sort();
    all.dedup();
    all
}

/// The targets that have, or may have, accounts of ours.
pub(super) async fn linked(
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
