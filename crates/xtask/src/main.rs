//! `cargo xtask tidy` prints what is out of order and fails if anything is;
//! `cargo xtask conformance` and `cargo xtask promises` write a page of the reference each;
//! `cargo xtask ledger` runs a long suite and keeps its figures.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.as_slice() {
        [chore] if chore == "tidy" => tidy(),
        [chore, suite, command @ ..] if chore == "ledger" => ledger(suite, command),
        [chore] => match xtask::pages::PAGES.iter().find(|page| page.chore == chore) {
            Some(page) => write(page),
            None => usage(),
        },
        _ => usage(),
    };
    outcome.unwrap_or_else(|problem| {
        report(&format!("error: {problem:#}"));
        ExitCode::from(2)
    })
}

fn tidy() -> anyhow::Result<ExitCode> {
    let findings = xtask::tidy::run(&workspace_root())?;
    for finding in &findings {
        report(&finding.to_string());
    }
    if findings.is_empty() {
        report("tidy: nothing found");
        return Ok(ExitCode::SUCCESS);
    }
    report(&format!("tidy: {} found", findings.len()));
    Ok(ExitCode::FAILURE)
}

fn ledger(suite: &str, command: &[String]) -> anyhow::Result<ExitCode> {
    let status = xtask::ledger::run(&workspace_root(), suite, command)?;
    if status.success() {
        report(&format!("ledger: the figures of `{suite}` are in reliability/ledger.json"));
        return Ok(ExitCode::SUCCESS);
    }
    report(&format!("ledger: `{suite}` failed; nothing was written"));
    Ok(ExitCode::FAILURE)
}

fn write(page: &xtask::pages::Page) -> anyhow::Result<ExitCode> {
    page.write(&workspace_root())?;
    report(&format!("{}: wrote {}", page.chore, page.path));
    Ok(ExitCode::SUCCESS)
}

fn usage() -> anyhow::Result<ExitCode> {
    let chores = "tidy | conformance | promises | ledger SUITE [NAME=VALUE…] COMMAND…";
    Err(anyhow::anyhow!("usage: cargo xtask {chores}"))
}

fn workspace_root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A closed pipe (`| head`) is no failure of the chore.
fn report(line: &str) {
    drop(writeln!(io::stdout(), "{line}"));
}
