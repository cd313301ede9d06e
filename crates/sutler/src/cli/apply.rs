//! `sutler apply`: the estate as a file, or a plan that was looked at.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::output::{complain, json, say};
use super::{out_of_turn, plan, refusal};
use crate::control::{Reply, Request, Session};
use crate::estate::{Options, Report};
use crate::settings::Settings;
use sutler_model::plan::PlannedFile;

/// The largest estate file.
const LARGEST: u64 = 4 * 1024 * 1024;

#[derive(clap::Args)]
pub(super) struct Apply {
    /// A plan that `sutler plan` has shown: exactly that is done, or nothing.
    #[arg(value_name = "PLAN", conflicts_with_all = ["file", "moved", "unroute", "abandon"])]
    plan: Option<String>,
    #[command(flatten)]
    choice: Choice,
}

#[derive(clap::Args)]
pub(super) struct Choice {
    /// The estate file; `-` reads the standard input.
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// This target's new address is the same system, moved.
    #[arg(long, value_name = "TARGET")]
    pub(super) moved: Vec<String>,
    /// Accounts at this target may go, because they are routed there no longer.
    #[arg(long, value_name = "TARGET")]
    pub(super) unroute: Vec<String>,
    /// Remove this target although there are accounts: they stay there as they are, and Sutler
    /// no longer knows them.
    #[arg(long, value_name = "TARGET")]
    pub(super) abandon: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub(super) json: bool,
}

impl Choice {
    fn options(&self) -> Options {
        Options {
            moved: self.moved.clone(),
            unroute: self.unroute.clone(),
            abandon: self.abandon.clone(),
        }
    }
}

impl Apply {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        if let Some(id) = self.plan {
            return plan::apply(id, self.choice.json, settings).await;
        }
        let Some(file) = &self.choice.file else {
            bail!("what is to be applied? Name an estate file with `-f`, or a plan");
        };
        let PlannedFile { name, text, base, .. } = planned(file, &self.choice)?;
        let options = self.choice.options();
        let base = PathBuf::from(base);
        let request = Request::Apply { file: name, text, base, options, dry: false };
        let mut session = Session::open(settings, true).await?;
        let Reply::Applied { report } = refusal(session.ask(request).await?)? else {
            return Err(out_of_turn());
        };
        if self.choice.json {
            json(&report)?;
        } else {
            show(&report, false);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// An estate file as it is handed over.
pub(super) fn planned(file: &Path, choice: &Choice) -> Result<PlannedFile> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let base = folder.unwrap_or(Path::new(".")).canonicalize()?;
    let options = choice.options();
    Ok(PlannedFile {
        name: file.display().to_string(),
        text: read(file)?,
        base: base.display().to_string(),
        options: serde_json::to_value(options)?,
        tenant: None,
    })
}

fn read(file: &Path) -> Result<String> {
    use std::io::Read;
    let shown = file.display();
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(
            std::fs::File::open(file)
                .with_context(|| format!("the estate file `{shown}` cannot be read"))?,
        )
    };
    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("the estate file `{shown}` cannot be read"))?;
    if u64::try_from(bytes.len())? > LARGEST {
        bail!("the estate file `{shown}` is larger than {LARGEST} bytes");
    }
    String::from_utf8(bytes).with_context(|| format!("the estate file `{shown}` is not UTF-8"))
}

pub(super) fn show(report: &Report, dry: bool) {
    let lines = [
        (if dry { "would add" } else { "added" }, &report.added),
        ("unchanged", &report.unchanged),
        (if dry { "would remove" } else { "removed" }, &report.removed),
        (
            if dry { "would compare with all resources" } else { "comparing with all resources" },
            &report.sweeps,
        ),
    ];
    for change in &report.changed {
        let verb = if dry { "would change" } else { "changed" };
        say(&format!("{verb}: {}", change.entry));
        for field in &change.fields {
            say(&format!("    {field}"));
        }
    }
    for (what, entries) in lines {
        for entry in entries {
            say(&format!("{what}: {entry}"));
        }
    }
    for warning in &report.warnings {
        complain(&format!("warning: {warning}"));
    }
    for made in &report.generated {
        say(&format!("generated for {} (shown only now): {}", made.of, made.value));
    }
    if report.is_empty() {
        say("The estate is as the file says.");
    }
}
