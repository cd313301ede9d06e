//! `sutler probe`: find out what a target takes, with throw-away objects.

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use sutler_model::Document;
use sutler_outbound::{MOST_OBJECTS, PREFIX};

use super::output::{self, complain, say};
use super::{OfTenant, out_of_turn, refusal};
use crate::control::{LeftObject, ProbeRequest, Reply, Request, Session};
use crate::settings::Settings;

/// The longest text of attributes, in bytes.
const LONGEST: usize = 64 * 1_024;

#[derive(clap::Args)]
pub(super) struct Probe {
    #[command(flatten)]
    of: OfTenant,
    /// Which target.
    target: String,
    /// Write the profile to this file, which must not be there [default: print it].
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do not ask; also probe a target where there are accounts of ours.
    #[arg(long)]
    yes: bool,
    /// What a user must have there beyond name, display name and e-mail address, as JSON.
    #[arg(long, value_name = "JSON")]
    user_attributes: Option<String>,
    /// The domain of user names, where they must be e-mail addresses.
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Probe {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let user_attributes = self.attributes()?;
        if let Some(file) = self.output.as_deref().filter(|file| file.exists()) {
            bail!("`{}` exists already: name a file that does not", file.display());
        }
        let mut session = Session::open(settings, false).await?;
        if !self.agreed(&mut session).await? {
            say("Nothing was sent.");
            return Ok(ExitCode::FAILURE);
        }
        let wanted = ProbeRequest {
            tenant: self.of.tenant.clone(),
            target: self.target.clone(),
            user_attributes,
            domain: self.domain.clone(),
        };
        // Lines go beside the profile, so that it can be piped.
        let told = |line: &str| complain(line);
        let stop = async {
            if tokio::signal::ctrl_c().await.is_ok() {
                complain("stopping: what was made is taken away first");
            } else {
                std::future::pending::<()>().await;
            }
        };
        let Reply::Probed { profile, failure, left } =
            refusal(session.probe(wanted, told, stop).await?)?
        else {
            return Err(out_of_turn());
        };
        self.conclude(profile.as_deref(), failure.as_deref(), &left)
    }

    fn attributes(&self) -> Result<Document> {
        let Some(text) = &self.user_attributes else {
            return Ok(Document::new());
        };
        if text.len() > LONGEST {
            bail!("`--user-attributes` has more than {LONGEST} bytes");
        }
        let value: Value = serde_json::from_str(text)
            .context("`--user-attributes` must be JSON, such as '{\"title\": \"x\"}'")?;
        match value {
            Value::Object(attributes) => Ok(attributes),
            _ => bail!("`--user-attributes` must be a JSON object, such as '{{\"title\": \"x\"}}'"),
        }
    }

    /// Says what would be done, and asks.
    async fn agreed(&self, session: &mut Session) -> Result<bool> {
        let plan =
            Request::ProbePlan { tenant: self.of.tenant.clone(), target: self.target.clone() };
        let Reply::ProbePlan { url, accounts } = refusal(session.ask(plan).await?)? else {
            return Err(out_of_turn());
        };
        let name = &self.target;
        let will = format!(
            "The probe makes {MOST_OBJECTS} users and groups at most at `{name}` ({url}), with names that begin with `{PREFIX}`, changes them and takes them away again. It touches nothing else there."
        );
        if self.yes {
            return Ok(true);
        }
        if accounts > 0 {
            bail!(
                "the target `{name}` is in use: {accounts} accounts of ours are there, or on their way. {will} Say `--yes` to probe it all the same"
            );
        }
        if !std::io::stdin().is_terminal() {
            bail!("{will} Say `--yes` to have it done");
        }
        complain(&will);
        let mut stderr = std::io::stderr();
        write!(stderr, "Go on? [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        std::io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    fn conclude(
        &self,
        profile: Option<&str>,
        failure: Option<&str>,
        left: &[LeftObject],
    ) -> Result<ExitCode> {
        let well = failure.is_none() && profile.is_some();
        if let (Some(file), Some(profile)) = (&self.output, profile) {
            write(file, profile)?;
        }
        if self.json {
            output::json(
                &json!({ "ok": well, "profile": profile, "failure": failure, "left": left }),
            )?;
        } else {
            for one in left {
                complain(&format!(
                    "LEFT  the {} with the id `{}` is still at `{}`: {}",
                    one.kind.to_lowercase(),
                    one.id,
                    self.target,
                    one.why
                ));
            }
            if let Some(failure) = failure {
                complain(&format!("error: the target could not be probed: {failure}"));
            }
            if left.is_empty() {
                complain("Nothing is left there of what was made.");
            }
            match (&self.output, profile) {
                (Some(file), Some(_)) => say(&format!(
                    "Wrote `{file}`. To use it, write `profile = \"file:{file}\"` into the target and run `sutler apply`.",
                    file = file.display()
                )),
                (None, Some(profile)) => say(profile.trim_end()),
                (_, None) => {}
            }
        }
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

fn write(file: &Path, profile: &str) -> Result<()> {
    let said = || format!("`{}` cannot be written", file.display());
    let mut made =
        std::fs::OpenOptions::new().write(true).create_new(true).open(file).with_context(said)?;
    made.write_all(profile.as_bytes()).with_context(said)
}
