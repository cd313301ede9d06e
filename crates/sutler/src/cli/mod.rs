//! The command line: one file for each command.
//!
//! Exit codes: 0 done, 1 not done (the message says what to do), 2 the command line was wrong.

mod admin;
mod apply;
mod audit;
mod backup;
mod check;
mod demo;
mod dialect;
mod explain;
mod export;
mod failed;
mod held;
mod history;
mod import;
mod notifications;
mod output;
mod pause;
mod plan;
mod probe;
mod profiles;
mod provision;
mod reconcile;
mod retry;
mod serve;
mod span;
mod status;
mod token;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::control::{Reply, Request, Session};
use crate::logging;
use crate::settings::Settings;

pub(crate) use output::say;
use span::span;

/// Identity provisioning: applications push users and groups in, Sutler keeps them and
/// pushes them out to every system that should know them.
#[derive(Parser)]
#[command(name = "sutler", version, about, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(clap::Args)]
struct Common {
    /// The data directory [default: sutler-data, or `SUTLER_DATA`].
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The settings file [default: sutler.toml, if it is there].
    #[arg(long, global = true, value_name = "FILE", env = "SUTLER_CONFIG")]
    config: Option<PathBuf>,
}

/// Which tenant a command is about.
#[derive(clap::Args)]
struct OfTenant {
    /// The tenant.
    #[arg(long, value_name = "NAME", default_value = "default")]
    tenant: String,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Try Sutler out: a sample estate with two emulated targets, 300 people and 25 groups.
    Demo(demo::Demo),
    /// Show what would be done at the targets: as they are, or as an estate file would have it.
    Plan(plan::Plan),
    /// Make the estate hold what a file says.
    Apply(apply::Apply),
    /// Print the estate as a file.
    Export(export::Export),
    /// Create or update people from a CSV file.
    Import(import::Import),
    /// Bearer tokens of service providers.
    Token(token::Token),
    /// Administrators: who may use the admin API.
    Admin(admin::Admin),
    /// What administrators have ordered, and whether the trail of it is whole.
    Audit(audit::Audit),
    /// How the targets stand.
    Status(status::Status),
    /// Show what the guard holds: too many were to leave at once, and a person is asked.
    Held(held::Held),
    /// Let happen what the guard holds.
    Release(held::Release),
    /// Let the target keep what the guard holds.
    Reject(held::Reject),
    /// Try failed deliveries again.
    Retry(retry::Retry),
    /// Leave a target alone for a while: its work waits.
    Pause(pause::Pause),
    /// End the pause of a target.
    Resume(pause::Resume),
    /// Test a target's address, credentials and profile; nothing is changed there.
    Check(check::Check),
    /// Compare a target with what it should hold, and put right what differs.
    Reconcile(reconcile::Reconcile),
    /// Provision one user or group at one target now, and tell every step.
    Provision(provision::Provision),
    /// Tell why somebody is, or is not, at a target, and what is next.
    Explain(explain::Explain),
    /// Show what was delivered, the newest first: what changed, and with `-v` what was said.
    History(history::History),
    /// Show what each dialect of a service provider tolerates.
    Dialect(dialect::ShowDialect),
    /// Find out what a target takes, with throw-away users and groups, and write it as a profile.
    Probe(probe::Probe),
    /// List the profiles of targets, or print one.
    Profiles(profiles::Profiles),
    /// Copy the store to a file, also while a server runs.
    Backup(backup::Backup),
}

/// Runs the command that was asked for.
pub(crate) fn run() -> ExitCode {
    let arguments = Arguments::parse();
    match start(arguments) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn start(arguments: Arguments) -> Result<ExitCode> {
    let mut settings = Settings::load(arguments.common.config.as_deref())?;
    if let Some(data) = &arguments.common.data {
        settings.data.clone_from(data);
    }
    let quiet = match arguments.command {
        Command::Serve(_) => "info",
        Command::Demo(_) => "error",
        _ => "warn",
    };
    logging::start(settings.log.as_deref().unwrap_or(quiet))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the runtime could not be started")?;
    let code = runtime.block_on(run_command(arguments, settings));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

async fn run_command(arguments: Arguments, settings: Settings) -> Result<ExitCode> {
    match arguments.command {
        Command::Serve(serve) => serve.run(settings).await,
        Command::Demo(demo) => demo.run(arguments.common.data).await,
        Command::Plan(plan) => plan.run(&settings).await,
        Command::Apply(apply) => apply.run(&settings).await,
        Command::Export(export) => export.run(&settings).await,
        Command::Import(import) => import.run(&settings).await,
        Command::Token(token) => token.run(&settings).await,
        Command::Admin(admin) => admin.run(&settings).await,
        Command::Audit(audit) => audit.run(&settings).await,
        Command::Status(status) => status.run(&settings).await,
        Command::Held(held) => held.run(&settings).await,
        Command::Release(release) => release.run(&settings).await,
        Command::Reject(reject) => reject.run(&settings).await,
        Command::Retry(retry) => retry.run(&settings).await,
        Command::Pause(pause) => pause.run(&settings).await,
        Command::Resume(resume) => resume.run(&settings).await,
        Command::Check(check) => check.run(&settings).await,
        Command::Reconcile(reconcile) => reconcile.run(&settings).await,
        Command::Provision(provision) => provision.run(&settings).await,
        Command::Explain(explain) => explain.run(&settings).await,
        Command::History(history) => history.run(&settings).await,
        Command::Dialect(dialect) => dialect.run(),
        Command::Probe(probe) => probe.run(&settings).await,
        Command::Profiles(profiles) => profiles.run(),
        Command::Backup(backup) => backup.run(&settings).await,
    }
}

/// Has one request executed where the store is; a refusal becomes an error.
async fn ask(settings: &Settings, request: Request) -> Result<Reply> {
    let mut session = Session::open(settings, false).await?;
    refusal(session.ask(request).await?)
}

fn refusal(reply: Reply) -> Result<Reply> {
    match reply {
        Reply::Refused { message } => Err(anyhow::anyhow!(message)),
        Reply::Faults { faults } => {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            Err(anyhow::anyhow!(
                "nothing was changed, since the estate file cannot be used:\n{}",
                lines.join("\n")
            ))
        }
        other => Ok(other),
    }
}

/// The reply was not one to this request.
fn out_of_turn() -> anyhow::Error {
    anyhow::anyhow!("the server answered something else: is it of another version?")
}
