//! `sutler dialect`: what is tolerated from a service provider in each dialect.
//!
//! Asks nobody: the dialects are part of the program.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sutler_model::{Dialect, Leniency};

use super::output::{self, say, table};

#[derive(clap::Args)]
pub(super) struct ShowDialect {
    /// Only this dialect, with what each leniency changes [default: all, side by side].
    name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl ShowDialect {
    pub(super) fn run(&self) -> Result<ExitCode> {
        match self.name.as_deref().map(named).transpose()? {
            Some(dialect) if self.json => output::json(&described(dialect))?,
            Some(dialect) => show(dialect),
            None if self.json => {
                output::json(&json!({ "dialects": Dialect::ALL.map(described) }))?;
            }
            None => side_by_side(),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn named(name: &str) -> Result<Dialect> {
    Dialect::from_name(name).with_context(|| {
        let known = Dialect::ALL.map(Dialect::name).join(", ");
        format!("there is no dialect `{name}`: expected one of {known}")
    })
}

fn described(dialect: Dialect) -> Value {
    let leniencies: Vec<Value> = dialect
        .leniencies()
        .iter()
        .map(|l| json!({ "name": l.name(), "change": l.change(), "otherwise": l.otherwise() }))
        .collect();
    json!({ "name": dialect.name(), "leniencies": leniencies })
}

fn show(dialect: Dialect) {
    let rows: Vec<Vec<String>> = dialect
        .leniencies()
        .iter()
        .map(|leniency| vec![leniency.name().to_owned(), leniency.change().to_owned()])
        .collect();
    table(&["LENIENCY", "WHAT IT CHANGES"], &rows);
}

fn side_by_side() {
    let mut head = vec!["LENIENCY"];
    head.extend(Dialect::ALL.map(Dialect::name));
    let rows: Vec<Vec<String>> = Leniency::ALL
        .into_iter()
        .map(|leniency| {
            let mark =
                |dialect: Dialect| if dialect.leniencies().has(leniency) { "yes" } else { "-" };
            let marks = Dialect::ALL.map(|dialect| mark(dialect).to_owned());
            [leniency.name().to_owned()].into_iter().chain(marks).collect()
        })
        .collect();
    table(&head, &rows);
    say("\n`sutler dialect NAME` says what each leniency changes.");
}
