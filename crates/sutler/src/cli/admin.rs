//! `sutler admin token`: who may use the admin API, and how far.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use sutler_model::administrator::Role;

use super::output::{self, say, table};
use super::{ask, out_of_turn, span};
use crate::control::{Reply, Request};
use crate::settings::Settings;

#[derive(clap::Args)]
pub(super) struct Admin {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Tokens of administrators, for the admin API.
    Token(Token),
}

#[derive(clap::Args)]
struct Token {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Make a token; it is shown once.
    Create(Create),
    /// List tokens, without their values, which nobody has.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a token at once.
    Revoke {
        /// Its id, as `admin token list` shows it.
        id: String,
    },
}

#[derive(clap::Args)]
struct Create {
    /// How far it goes: `auditor` reads, `operator` also retries and checks, `owner` also edits.
    #[arg(long, value_name = "ROLE", value_parser = role)]
    role: Role,
    /// What it is called in the audit trail.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// In which tenant.
    #[arg(long, value_name = "NAME", default_value = "default")]
    tenant: String,
    /// In all tenants and for the installation; for owners only.
    #[arg(long, conflicts_with = "tenant")]
    all_tenants: bool,
    /// When it ends, from now: `90d`, `12h` [default: when it is revoked].
    #[arg(long, value_name = "SPAN", value_parser = span)]
    expires: Option<i64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Admin {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode> {
        let What::Token(token) = self.what;
        match token.action {
            Action::Create(wanted) => create(settings, wanted).await?,
            Action::List { json } => list(settings, json).await?,
            Action::Revoke { id } => {
                ask(settings, Request::AdminRevoke { id: id.clone() }).await?;
                say(&format!("The token {id} is revoked."));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_name(text).ok_or_else(|| "expected auditor, operator or owner".to_owned())
}

async fn create(settings: &Settings, wanted: Create) -> Result<()> {
    let Create { role, name, tenant, all_tenants, expires, json } = wanted;
    let tenant = Some(tenant).filter(|_| !all_tenants);
    let request = Request::AdminCreate {
        name: name.clone(),
        role,
        tenant: tenant.clone(),
        lifetime: expires,
    };
    let Reply::Token { token, id } = ask(settings, request).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "token": token, "id": id }));
    }
    let place = tenant.as_ref().map_or_else(|| "all tenants".to_owned(), |t| format!("tenant {t}"));
    say(&format!("A token for the {} {name} ({place}), shown only now:", role.name()));
    say(&format!("  {token}"));
    say(&format!(
        "Its id is {id}; `sutler admin token revoke {id}` ends it. With the token in `TOKEN`:"
    ));
    let root = match tenant.as_deref() {
        None => "/api/v1/installation".to_owned(),
        Some("default") => "/api/v1".to_owned(),
        Some(tenant) => format!("/t/{tenant}/api/v1"),
    };
    let address = format!("http://{}{root}/me", settings.listen);
    say(&format!("  curl -H \"Authorization: Bearer $TOKEN\" {address}"));
    Ok(())
}

async fn list(settings: &Settings, json: bool) -> Result<()> {
    let Reply::Administrators { administrators } = ask(settings, Request::AdminList).await? else {
        return Err(out_of_turn());
    };
    if json {
        return output::json(&json!({ "administrators": administrators }));
    }
    if administrators.is_empty() {
        say("There are no administrators yet. Next:");
        say("  sutler admin token create --role owner --all-tenants --name NAME");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = administrators
        .into_iter()
        .map(|one| {
            vec![
                one.id,
                one.name,
                one.role.name().to_owned(),
                one.tenant.unwrap_or_else(|| "(all)".to_owned()),
                one.created,
                one.expires.unwrap_or_else(|| "never".to_owned()),
                one.last_used.unwrap_or_else(|| "never".to_owned()),
            ]
        })
        .collect();
    table(&["ID", "NAME", "ROLE", "TENANT", "CREATED", "EXPIRES", "LAST USED"], &rows);
    Ok(())
}
