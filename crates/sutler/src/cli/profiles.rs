//! `sutler profiles`: what is known of kinds of target beyond the protocol.
//!
//! Asks nobody: the profiles are part of the program.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use sutler_outbound::{PROFILES, Profile, shipped};

use super::output::{self, say, table};

#[derive(clap::Args)]
pub(super) struct Profiles {
    /// Print this profile, as a file to begin one's own with [default: list all].
    name: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Profiles {
    pub(super) fn run(&self) -> Result<ExitCode> {
        match &self.name {
            Some(name) => print(name, self.json)?,
            None => list(self.json)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print(name: &str, as_json: bool) -> Result<()> {
    let text = shipped(name).with_context(|| {
        let known: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
        format!("there is no profile `{name}`: expected one of {}", known.join(", "))
    })?;
    if as_json {
        let value: Value = toml::from_str(text)?;
        return output::json(&value);
    }
    say(text.trim_end());
    Ok(())
}

fn list(as_json: bool) -> Result<()> {
    let all: Vec<Profile> =
        PROFILES.iter().map(|(_, text)| Profile::read(text)).collect::<Result<_, _>>()?;
    if as_json {
        let profiles: Vec<Value> = all
            .iter()
            .map(|p| {
                json!({
                    "name": p.name(), "title": p.title(),
                    "evidence": p.evidence().text(), "sources": p.sources(),
                })
            })
            .collect();
        return output::json(&json!({ "profiles": profiles }));
    }
    let row = |profile: &Profile| {
        [profile.name(), profile.title(), profile.evidence().text()].map(str::to_owned).to_vec()
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    table(&["PROFILE", "FOR", "EVIDENCE"], &rows);
    say(
        "\n`profile = \"NAME\"` in a `[[target]]` uses one; `sutler profiles NAME` prints it, to begin your own with.",
    );
    Ok(())
}
