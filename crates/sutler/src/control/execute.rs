//! The one place where a command is carried out, whoever received it.

use secrecy::ExposeSecret;
use sutler_engine::admin::{self, Cut};
use sutler_inbound::token;
use sutler_model::Uid;
use sutler_model::estate::TokenKind;
use sutler_model::port::LedgerError;

use super::apply::{Wanted, apply};
use super::context::{Context, advised};
use super::message::{Reply, Request};
use crate::{estate, import};

/// How many failed pairs and leavers a list shows.
const LONGEST_LIST: usize = 5_000;

/// Carries a request out. A refusal says what to do.
pub(crate) async fn execute(context: &Context, request: Request) -> Reply {
    let ports = &context.ports;
    let done = match request {
        Request::Apply { file, text, base, options, dry, actor } => {
            let wanted = Wanted { file, text, base, options, dry, actor };
            Ok(apply(context, wanted).await)
        }
        Request::Export { tenant } => export(context, tenant.as_deref()).await,
        Request::Schemas { tenant } => schemas(context, &tenant),
        Request::TokenCreate { tenant, service_provider } => {
            token_create(context, &tenant, &service_provider).await
        }
        Request::TokenList { tenant, service_provider } => {
            token_list(context, &tenant, service_provider.as_deref()).await
        }
        Request::TokenRevoke { id } => token_revoke(context, &id).await,
        Request::Status { tenant } => status(context, &tenant).await,
        Request::Streams { tenant } => streams(context, &tenant).await,
        Request::Failed { tenant, target } => failed(context, &tenant, target.as_deref()).await,
        Request::Leavers { tenant, target } => leavers(context, &tenant, target.as_deref()).await,
        Request::Retry { tenant, target, resource } => {
            retry(context, &tenant, &target, resource).await
        }
        Request::Check { tenant, target } => admin::check(ports, &tenant, &target)
            .await
            .map(|findings| Reply::Findings { findings })
            .map_err(Refused::from),
        Request::Explain { tenant, target, resource } => {
            explain(context, &tenant, &target, &resource).await
        }
        Request::Backup { to } => backup(context, &to).await,
        Request::Import { tenant, service_provider, rows, last } => {
            match caller(context, &tenant, &service_provider) {
                Ok(caller) => Ok(Reply::Imported(import::rows(context, &caller, rows, last).await)),
                Err(error) => Err(error),
            }
        }
    };
    done.unwrap_or_else(|error| Reply::refused(error.0))
}

/// Why a command was refused, for a person.
struct Refused(String);

impl From<LedgerError> for Refused {
    fn from(error: LedgerError) -> Self {
        Self(advised(&error))
    }
}

impl From<admin::Refused> for Refused {
    fn from(refused: admin::Refused) -> Self {
        match refused {
            admin::Refused::Store(error) => error.into(),
            other => Self(other.to_string()),
        }
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self(message)
    }
}

type Done = Result<Reply, Refused>;

fn schemas(context: &Context, tenant: &str) -> Done {
    let stored = context.ports.estate.current();
    let id = admin::tenant(&stored, tenant)?;
    let own = stored.extensions.iter().filter(|own| own.tenant == id).cloned().collect();
    Ok(Reply::Schemas { own })
}

async fn export(context: &Context, tenant: Option<&str>) -> Done {
    let stored = context.ports.ledger.estate().await?;
    if let Some(tenant) = tenant {
        admin::tenant(&stored, tenant)?;
    }
    Ok(Reply::Text { text: estate::export(&stored, tenant) })
}

async fn token_create(context: &Context, tenant: &str, service_provider: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let provider = admin::provider(&stored, tenant, service_provider)?;
    let issued = token::issue(
        &*context.ports.random,
        provider.id,
        TokenKind::Bearer,
        context.ports.clock.now(),
        None,
    );
    let id = issued.record.id.clone();
    context.ports.ledger.add_token(issued.record).await?;
    Ok(Reply::Token { token: issued.token.expose_secret().to_owned(), id })
}

async fn token_list(context: &Context, tenant: &str, service_provider: Option<&str>) -> Done {
    let tokens = admin::tokens(&context.ports, tenant, service_provider).await?;
    Ok(Reply::Tokens { tokens })
}

async fn token_revoke(context: &Context, id: &str) -> Done {
    if context.ports.ledger.revoke_token(id).await? {
        return Ok(Reply::Count { count: 1 });
    }
    Err(format!("there is no token with the id `{id}`: `sutler token list` shows the ids").into())
}

async fn status(context: &Context, tenant: &str) -> Done {
    let targets = admin::status(&context.ports, tenant).await?;
    Ok(Reply::Status { targets })
}

async fn streams(context: &Context, tenant: &str) -> Done {
    let streams = admin::streams(&context.ports, tenant).await?;
    Ok(Reply::Streams { streams })
}

async fn failed(context: &Context, tenant: &str, target: Option<&str>) -> Done {
    let found = admin::failed(&context.ports, tenant, target, LONGEST_LIST).await?;
    let Cut { items: pairs, truncated } = found;
    Ok(Reply::Failed { pairs, truncated })
}

async fn leavers(context: &Context, tenant: &str, target: Option<&str>) -> Done {
    let found = admin::leavers(&context.ports, tenant, target, LONGEST_LIST).await?;
    let Cut { items: leavers, truncated } = found;
    Ok(Reply::Leavers { leavers, truncated })
}

async fn retry(context: &Context, tenant: &str, target: &str, resource: Option<String>) -> Done {
    let uid = resource.map(Uid);
    let count = admin::retry(&context.ports, tenant, target, uid.as_ref()).await?;
    Ok(Reply::Count { count: u64::try_from(count).unwrap_or(u64::MAX) })
}

async fn explain(context: &Context, tenant: &str, target: &str, resource: &str) -> Done {
    let explanation = admin::explain(&context.ports, tenant, target, resource).await?;
    Ok(Reply::Explained { explanation: Box::new(explanation) })
}

async fn backup(context: &Context, to: &std::path::Path) -> Done {
    if to.exists() {
        let message = format!("`{}` exists already: name a file that does not", to.display());
        return Err(message.into());
    }
    let count = context.ports.ledger.backup(to).await?;
    Ok(Reply::Count { count })
}

fn caller(
    context: &Context,
    tenant: &str,
    service_provider: &str,
) -> Result<sutler_engine::provision::Caller, Refused> {
    let stored = context.ports.estate.current();
    let provider = admin::provider(&stored, tenant, service_provider)?;
    Ok(import::caller(&stored, provider))
}
