//! `sutler import`: create or update people from a CSV file, with a report of every fault.

use std::collections::HashSet;
use std::fs::File;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use sutler_model::estate::Estate;
use sutler_model::fold::fold;
use sutler_model::schema::Schemas;
use sutler_model::{Kind, TenantId};

use super::output::{self, complain, say};
use super::{OfTenant, out_of_turn, refusal};
use crate::control::{ImportRow, Imported, Reply, Request, RowFault, Session};
use crate::import::{Found, Rows};
use crate::settings::Settings;

/// Rows in a request.
const BATCH: usize = 512;

/// Bytes in a request, give or take a row.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Faults that are kept for the report; all are counted.
const MOST_FAULTS: usize = 1_000;

/// Rows that may wait for their managers.
const MOST_WAITING: usize = 1_000_000;

#[derive(clap::Args)]
pub(super) struct Import {
    /// The CSV file: UTF-8, with a header of SCIM paths (`userName` is required) and, if
    /// wanted, `groups` (names separated by `;`) and `manager` (a `userName`). People are
    /// created or updated by `userName`, and never deleted; an empty cell changes nothing.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    of: OfTenant,
    /// In whose name: the people belong to this service provider, and go where it is routed.
    #[arg(long, value_name = "NAME")]
    service_provider: String,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let shown = self.file.display().to_string();
        let file = File::open(&self.file).with_context(|| format!("`{shown}` cannot be read"))?;
        let length = file.metadata()?.len();
        let mut session = Session::open(settings, false).await?;
        let schemas = schemas(&mut session, &self.of.tenant).await?;
        let rows = match Rows::open(file, schemas.of(Kind::User)) {
            Ok(rows) => rows,
            Err(faults) => bail!(
                "nothing was imported, since the header of `{shown}` cannot be used:\n{}",
                faults.join("\n")
            ),
        };
        let mut work = Work {
            session,
            tenant: self.of.tenant,
            service_provider: self.service_provider,
            bar: bar(length),
            begins: Some(shown.clone()),
            total: Imported::default(),
            faults: 0,
            waiting: Vec::new(),
        };
        work.all(rows).await?;
        work.bar.finish_and_clear();
        work.report(&shown, self.json)
    }
}

/// The types of resource of the tenant.
async fn schemas(session: &mut Session, tenant: &str) -> Result<Arc<Schemas>> {
    let request = Request::Schemas { tenant: tenant.to_owned() };
    let Reply::Schemas { own } = refusal(session.ask(request).await?)? else {
        return Err(out_of_turn());
    };
    let id = own.first().map_or(TenantId::DEFAULT, |own| own.tenant);
    Ok(Estate::default().with_extensions(own).schemas(id))
}

/// An import under way.
struct Work {
    session: Session,
    tenant: String,
    service_provider: String,
    bar: ProgressBar,
    /// The name of the file, until it is said.
    begins: Option<String>,
    total: Imported,
    faults: usize,
    /// Rows whose managers had not come yet: who, and the manager's name.
    waiting: Vec<ImportRow>,
}

impl Work {
    async fn all(&mut self, mut rows: Rows<File>) -> Result<()> {
        let mut batch: Vec<ImportRow> = Vec::new();
        let mut names = HashSet::new();
        let mut size = 0;
        loop {
            let found = rows.next();
            let row = match found {
                None => break,
                Some(Found::Row(row)) => row,
                Some(Found::Fault(fault)) => {
                    self.note(fault);
                    continue;
                }
                Some(Found::Broken(fault)) => {
                    self.note(fault);
                    break;
                }
            };
            // The same person twice in a file: the later row wins, so it comes later.
            size += serde_json::to_vec(&row)?.len();
            if batch.len() == BATCH || size > MOST_BYTES || !names.insert(fold(&row.user_name)) {
                self.send(std::mem::take(&mut batch), false).await?;
                names.clear();
                size = 0;
                names.insert(fold(&row.user_name));
            }
            batch.push(row);
            self.bar.set_position(rows.bytes());
        }
        self.send(batch, false).await?;
        self.waiting_rows().await
    }

    /// Those whose managers stood below them in the file.
    async fn waiting_rows(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        for rows in waiting.chunks(BATCH) {
            self.send(rows.to_vec(), true).await?;
        }
        Ok(())
    }

    async fn send(&mut self, rows: Vec<ImportRow>, last: bool) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let request = Request::Import {
            tenant: self.tenant.clone(),
            service_provider: self.service_provider.clone(),
            rows: rows.clone(),
            begins: self.begins.take(),
            last,
        };
        let Reply::Imported(imported) = refusal(self.session.ask(request).await?)? else {
            return Err(out_of_turn());
        };
        if !last {
            self.total.created += imported.created;
            self.total.updated += imported.updated;
            self.total.unchanged += imported.unchanged;
        }
        imported.faults.into_iter().for_each(|fault| self.note(fault));
        let later: HashSet<u64> = imported.later.into_iter().collect();
        let wait = rows.into_iter().filter(|row| later.contains(&row.line)).map(|row| ImportRow {
            set: Vec::new(),
            groups: Vec::new(),
            ..row
        });
        self.waiting.extend(wait);
        if self.waiting.len() > MOST_WAITING {
            bail!(
                "more than {MOST_WAITING} people stand above their managers in the file: put managers first"
            );
        }
        Ok(())
    }

    fn note(&mut self, fault: RowFault) {
        self.faults += 1;
        if self.total.faults.len() < MOST_FAULTS {
            self.total.faults.push(fault);
        }
    }

    fn report(mut self, file: &str, json: bool) -> Result<ExitCode> {
        self.total.faults.sort_by_key(|fault| fault.line);
        let Imported { created, updated, unchanged, faults, .. } = &self.total;
        if json {
            output::json(&json!({
                "created": created,
                "updated": updated,
                "unchanged": unchanged,
                "failed": self.faults,
                "faults": faults,
            }))?;
        } else {
            for fault in faults {
                complain(&format!("{file}:{}: {}", fault.line, fault.message));
            }
            if self.faults > faults.len() {
                complain(&format!("… and {} more", self.faults - faults.len()));
            }
            say(&format!(
                "{created} created, {updated} updated, {unchanged} unchanged, {} with faults",
                self.faults
            ));
        }
        Ok(if self.faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// A bar over the bytes of the file, if there is somebody to see it.
fn bar(length: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3}% {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style)
}
