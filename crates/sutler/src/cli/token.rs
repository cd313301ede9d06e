//! `sutler token`: long-lived bearer tokens. Two may be valid at once, for rotation.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::output::{self, say, table};
use super::{OfTenant, ask, out_of_turn};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a token; it is shown once.
    Create {
        #[command(flatten)]
        of: OfTenant,
        /// For which service provider.
        #[arg(long, value_name = "NAME")]
        service_provider: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// List tokens, without their values, which nobody has.
    List {
        #[command(flatten)]
        of: OfTenant,
        /// Only of this service provider.
        #[arg(long, value_name = "NAME")]
        service_provider: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a token at once.
    Revoke {
        /// Its id, as `token list` shows it.
        id: String,
    },
}

impl Token {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        match self.action {
            Action::Create { of, service_provider, json } => {
                create(settings, of.tenant, service_provider, json).await?;
            }
            Action::List { of, service_provider, json } => {
                list(settings, of.tenant, service_provider, json).await?;
            }
            Action::Revoke { id } => revoke(settings, id).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn create(
    settings: &Settings,
    tenant: String,
    service_provider: String,
    json: bool,
) -> Result<()> {
    let request = Request::TokenCreate { tenant, service_provider: service_provider.clone() };
    let Reply::Token { token, id } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "token": token, "id": id }));
    }
    say(&format!("A token for {service_provider}, shown only now:"));
    say(&format!("  {token}"));
    say(&format!("Its id is {id}; `sutler token revoke {id}` ends it."));
    Ok(())
}

async fn list(
    settings: &Settings,
    tenant: String,
    service_provider: Option<String>,
    json: bool,
) -> Result<()> {
    let request = Request::TokenList { tenant, service_provider };
    let Reply::Tokens { tokens } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "tokens": tokens }));
    }
    let rows: Vec<Vec<String>> = tokens
        .into_iter()
        .map(|token| {
            let expires = token.expires.unwrap_or_else(|| "never".to_owned());
            vec![token.id, token.service_provider, token.created, expires]
        })
        .collect();
    table(&["ID", "SERVICE PROVIDER", "CREATED", "EXPIRES"], &rows);
    Ok(())
}

async fn revoke(settings: &Settings, id: String) -> Result<()> {
    ask(settings, Request::TokenRevoke { id: id.clone() }).await?;
    say(&format!("The token {id} is revoked."));
    Ok(())
}
