//! The one place where a command is carried out, whoever received it.

use secrecy::ExposeSecret;
use sutler_engine::explain;
use sutler_inbound::token;
use sutler_model::delivery::TargetStatus;
use sutler_model::estate::{Estate, ServiceProvider, Target, Token, TokenKind};
use sutler_model::event::EventStream;
use sutler_model::port::LedgerError;
use sutler_model::{TenantId, Uid};

use super::apply::{Wanted, apply};
use super::context::{Context, advised};
use super::guard;
use super::message::{Reply, Request, StreamLine, TokenLine};
use super::plan;
use super::probe;
use super::provision::provision;
use super::reconcile;
use crate::{estate, import};

/// How many failed pairs and leavers a list shows.
const LONGEST_LIST: usize = 5_000;

/// Carries a request out. A refusal says what to do.
pub(crate) async fn execute(context: &Context, request: Request) -> Reply {
    let done = match request {
        Request::Apply { file, text, base, options, dry, actor } => {
            let wanted = Wanted { file, text, base, options, dry, actor };
            Ok(apply(context, wanted).await)
        }
        Request::Plan { tenant, target, file, actor } => {
            plan::make(context, &tenant, target.as_deref(), file, actor).await
        }
        Request::Planned { id, after } => plan::told(context, &id, after).await,
        Request::ApplyPlan { id, actor } => plan::apply(context, &id, actor).await,
        Request::Reconcile { tenant, target, dry } => {
            reconcile::begin(context, &tenant, &target, dry).await
        }
        Request::Compared { id, after } => reconcile::compared(context, &id, after).await,
        Request::Provision { tenant, target, resource } => {
            provision(context, &tenant, &target, &resource).await
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
        Request::Waves { tenant, target } => {
            guard::waves(context, &tenant, target.as_deref()).await
        }
        Request::Held { tenant, wave, after } => guard::pairs(context, &tenant, wave, after).await,
        Request::Verdict { tenant, wave, only, release, actor } => {
            guard::verdict(context, &tenant, (wave, only), release, actor).await
        }
        Request::Retry { tenant, target, resource } => {
            retry(context, &tenant, &target, resource).await
        }
        Request::Check { tenant, target } => check(context, &tenant, &target).await,
        Request::ProbePlan { tenant, target } => probe::plan(context, &tenant, &target).await,
        Request::Probe(wanted) => Ok(probe::run(context, wanted, probe::Unheard).await),
        Request::Stop => Err("there is nothing under way that could be stopped".to_owned().into()),
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
pub(super) struct Refused(pub(super) String);

impl From<LedgerError> for Refused {
    fn from(error: LedgerError) -> Self {
        Self(advised(&error))
    }
}

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self(message)
    }
}

pub(super) type Done = Result<Reply, Refused>;

fn schemas(context: &Context, tenant: &str) -> Done {
    let stored = context.ports.estate.current();
    let id = tenant_id(&stored, tenant)?;
    let own = stored.extensions.iter().filter(|own| own.tenant == id).cloned().collect();
    Ok(Reply::Schemas { own })
}

async fn export(context: &Context, tenant: Option<&str>) -> Done {
    let stored = context.ports.ledger.estate().await?;
    if let Some(tenant) = tenant {
        tenant_id(&stored, tenant)?;
    }
    Ok(Reply::Text { text: estate::export(&stored, tenant) })
}

async fn token_create(context: &Context, tenant: &str, service_provider: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let provider = find_provider(&stored, tenant, service_provider)?;
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
    let stored = context.ports.ledger.estate().await?;
    let of = match service_provider {
        Some(name) => Some(find_provider(&stored, tenant, name)?.id),
        None => None,
    };
    let id = tenant_id(&stored, tenant)?;
    let tokens = context.ports.ledger.tokens(of, false).await?;
    let line = |token: Token| {
        let provider = stored.service_provider(token.service_provider)?;
        (provider.tenant == id).then(|| TokenLine {
            id: token.id,
            service_provider: provider.name.clone(),
            created: token.created.rfc3339(),
            expires: token.expires.map(sutler_model::Time::rfc3339),
        })
    };
    Ok(Reply::Tokens { tokens: tokens.into_iter().filter_map(line).collect() })
}

async fn token_revoke(context: &Context, id: &str) -> Done {
    if context.ports.ledger.revoke_token(id).await? {
        return Ok(Reply::Count { count: 1 });
    }
    Err(format!("there is no token with the id `{id}`: `sutler token list` shows the ids").into())
}

async fn status(context: &Context, tenant: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    tenant_id(&stored, tenant)?;
    let all = statuses(context, &stored).await?;
    let targets =
        all.into_iter().filter(|(of, _)| of == tenant).map(|(_, status)| status).collect();
    Ok(Reply::Status { targets })
}

async fn streams(context: &Context, tenant: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let id = tenant_id(&stored, tenant)?;
    let states = context.ports.ledger.event_streams().await?;
    let line = |stream: &EventStream| {
        let state = states.iter().find(|state| state.stream == stream.id)?;
        Some(StreamLine {
            name: stream.name.clone(),
            waiting: state.waiting,
            lost: state.lost,
            lost_at: state.lost_at.map(sutler_model::Time::rfc3339),
            fault: state.fault.as_ref().map(|(fault, _)| fault.clone()),
        })
    };
    let ours = stored.event_streams.iter().filter(|stream| stream.tenant == id);
    Ok(Reply::Streams { streams: ours.filter_map(line).collect() })
}

/// Every target's status with the name of its tenant. The ledger names targets only, which
/// are unique within a tenant: equal names come in the order of the estate.
pub(super) async fn statuses(
    context: &Context,
    stored: &Estate,
) -> Result<Vec<(String, TargetStatus)>, LedgerError> {
    let mut targets: Vec<&Target> = stored.targets.iter().collect();
    let mut found = Vec::new();
    for status in context.ports.ledger.status(context.ports.clock.now()).await? {
        let Some(at) = targets.iter().position(|target| target.name == status.name) else {
            continue;
        };
        let target = targets.remove(at);
        let tenant = stored.tenants.iter().find(|(id, _)| *id == target.tenant);
        found.push((tenant.map(|(_, name)| name.clone()).unwrap_or_default(), status));
    }
    Ok(found)
}

async fn failed(context: &Context, tenant: &str, target: Option<&str>) -> Done {
    let mut pairs = Vec::new();
    for target in targets(context, tenant, target).await? {
        let room = LONGEST_LIST + 1 - pairs.len();
        pairs.extend(context.ports.ledger.failed(Some(target.id), room).await?);
    }
    let truncated = cut(&mut pairs);
    Ok(Reply::Failed { pairs, truncated })
}

async fn leavers(context: &Context, tenant: &str, target: Option<&str>) -> Done {
    let mut leavers = Vec::new();
    for target in targets(context, tenant, target).await? {
        let room = LONGEST_LIST + 1 - leavers.len();
        leavers.extend(context.ports.ledger.leavers(Some(target.id), room).await?);
    }
    let truncated = cut(&mut leavers);
    Ok(Reply::Leavers { leavers, truncated })
}

/// Leaves of a list what may be shown; true if there was more.
fn cut<T>(list: &mut Vec<T>) -> bool {
    let more = list.len() > LONGEST_LIST;
    list.truncate(LONGEST_LIST);
    more
}

async fn retry(context: &Context, tenant: &str, target: &str, resource: Option<String>) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let target = find_target(&stored, tenant, target)?.id;
    let uid = resource.map(Uid);
    let now = context.ports.clock.now();
    let count = context.ports.ledger.retry(target, uid.as_ref(), now).await?;
    context.ports.pulse.notify();
    Ok(Reply::Count { count: u64::try_from(count).unwrap_or(u64::MAX) })
}

async fn check(context: &Context, tenant: &str, target: &str) -> Done {
    let stored = context.ports.ledger.estate().await?;
    let target = find_target(&stored, tenant, target)?;
    let connector = context.ports.connectors.connector(target)?;
    Ok(Reply::Findings { findings: connector.check().await })
}

async fn explain(context: &Context, tenant: &str, target: &str, resource: &str) -> Done {
    let stored = context.ports.estate.refresh(&*context.ports.ledger).await?;
    let target = find_target(&stored, tenant, target)?;
    let unknown = || {
        format!(
            "there is no user or group with the id or name `{resource}`: \
             `sutler status --leavers` shows the ids of those who are gone"
        )
    };
    let rid = explain::find(&context.ports, target.tenant, resource).await?;
    let rid = rid.ok_or_else(unknown)?;
    let explanation = explain::explain(&context.ports, target, rid).await?;
    let explanation = Box::new(explanation.ok_or_else(unknown)?);
    Ok(Reply::Explained { explanation })
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
    let provider = find_provider(&stored, tenant, service_provider)?;
    Ok(import::caller(&stored, provider))
}

async fn targets(
    context: &Context,
    tenant: &str,
    only: Option<&str>,
) -> Result<Vec<Target>, Refused> {
    let stored = context.ports.ledger.estate().await?;
    if let Some(name) = only {
        return Ok(vec![find_target(&stored, tenant, name)?.clone()]);
    }
    let id = tenant_id(&stored, tenant)?;
    Ok(stored.targets.into_iter().filter(|target| target.tenant == id).collect())
}

pub(super) fn tenant_id(stored: &Estate, name: &str) -> Result<TenantId, Refused> {
    let known = stored.tenants.iter().find(|(_, known)| known == name);
    let names = || join(stored.tenants.iter().map(|(_, name)| name));
    known
        .map(|(id, _)| *id)
        .ok_or_else(|| format!("there is no tenant `{name}`; there are: {}", names()).into())
}

fn find_provider<'a>(
    stored: &'a Estate,
    tenant: &str,
    name: &str,
) -> Result<&'a ServiceProvider, Refused> {
    let id = tenant_id(stored, tenant)?;
    let of_tenant = || stored.service_providers.iter().filter(|provider| provider.tenant == id);
    of_tenant().find(|provider| provider.name == name).ok_or_else(|| {
        let there = join(of_tenant().map(|provider| &provider.name));
        format!("there is no service provider `{name}` in the tenant `{tenant}`; there are: {there}. Add it to the estate with `sutler apply`").into()
    })
}

pub(super) fn find_target<'a>(
    stored: &'a Estate,
    tenant: &str,
    name: &str,
) -> Result<&'a Target, Refused> {
    let id = tenant_id(stored, tenant)?;
    let of_tenant = || stored.targets.iter().filter(|target| target.tenant == id);
    of_tenant().find(|target| target.name == name).ok_or_else(|| {
        let there = join(of_tenant().map(|target| &target.name));
        format!("there is no target `{name}` in the tenant `{tenant}`; there are: {there}. Add it to the estate with `sutler apply`").into()
    })
}

fn join<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
}

/// The name of a tenant.
pub(super) fn tenant_name(stored: &Estate, id: TenantId) -> &str {
    let tenant = stored.tenants.iter().find(|(known, _)| *known == id);
    tenant.map_or("default", |(_, name)| name.as_str())
}
