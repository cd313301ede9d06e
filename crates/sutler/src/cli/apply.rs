//! `sutler plan` and `sutler apply`: the estate as a file.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use super::output::{complain, json, say};
use super::{out_of_turn, refusal};
use crate::control::{Reply, Request, Session};
use crate::estate::{Options, Report};
use crate::settings::Settings;

/// The largest estate file.
const LARGEST: u64 = 4 * 1024 * 1024;

#[derive(clap::Args)]
pub(super) struct Plan {
    #[command(flatten)]
    choice: Choice,
}

#[derive(clap::Args)]
pub(super) struct Apply {
    #[command(flatten)]
    choice: Choice,
}

#[derive(clap::Args)]
struct Choice {
    /// The estate file; `-` reads the standard input.
    #[arg(short = 'f', long = "file", value_name = "FILE")]
    file: PathBuf,
    /// This target's new address is the same system, moved.
    #[arg(long, value_name = "TARGET")]
    moved: Vec<String>,
    /// Accounts at this target may go, because they are routed there no longer.
    #[arg(long, value_name = "TARGET")]
    unroute: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Plan {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        run(self.choice, settings, true).await
    }
}

impl Apply {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        run(self.choice, settings, false).await
    }
}

async fn run(choice: Choice, settings: &Settings, dry: bool) -> Result<ExitCode> {
    let text = read(&choice.file)?;
    let file = choice.file.display().to_string();
    let folder = choice.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let base = folder.unwrap_or(Path::new(".")).canonicalize()?;
    let request = Request::Apply {
        file,
        text,
        base,
        options: Options { moved: choice.moved, unroute: choice.unroute },
        dry,
    };
    let mut session = Session::open(settings, true).await?;
    let Reply::Applied { report } = refusal(session.ask(request).await?)? else {
        return Err(out_of_turn());
    };
    if choice.json {
        json(&report)?;
    } else {
        show(&report, dry);
    }
    Ok(ExitCode::SUCCESS)
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

fn show(report: &Report, dry: bool) {
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
