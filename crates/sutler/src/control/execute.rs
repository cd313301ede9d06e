//! The one place where a command is carried out, whoever received it.

use secrecy::ExposeSecret;
use sutler_engine::admin::{self, Acting};
use sutler_inbound::token;
use sutler_model::estate::TokenKind;
use sutler_model::port::LedgerError;

use super::administrators;
use super::apply::{self, Source, Wanted};
use super::context::{Context, advised};
use super::guard;
use super::history::{Asked, history};
use super::message::{Reply, Request};
use super::notifications::notifications;
use super::pause::{How, pause, resume};
use super::people::{failed, leavers, retry};
use super::provision::provision;
use super::{plan, probe, reconcile};
use crate::{estate, import};

/// Carries a request out for who gives it. A refusal says what to do.
pub(crate) async fn execute(context: &Context, request: Request, acting: &Acting) -> Reply {
    let done = match request {
        Request::Apply { file, text, base, options, dry } => {
            let wanted = Wanted {
                file,
                source: Source::Text(text),
                base: Some(base),
                options,
                dry,
                tenant: None,
                walled: false,
                expected: None,
                acting: acting.clone(),
            };
            return apply::reply(context, wanted).await;
        }
        Request::Plan { tenant, target, file } => {
            plan::make(context, acting, &tenant, target.as_deref(), file).await
        }
        Request::Planned { id, after } => plan::told(context, &id, after).await,
        Request::ApplyPlan { id } => plan::apply(context, acting, &id).await,
        Request::Compared { id, after } => reconcile::compared(context, &id, after).await,
        Request::ProbePlan { tenant, target } => probe::plan(context, &tenant, &target).await,
        Request::Probe(wanted) => Ok(probe::run(context, wanted, probe::Unheard, acting).await),
        Request::Stop => Err("there is nothing under way that could be stopped".to_owned().into()),
        Request::Export { .. }
        | Request::Schemas { .. }
        | Request::TokenList { .. }
        | Request::AdminList
        | Request::Trail { .. }
        | Request::TrailVerify
        | Request::Status { .. }
        | Request::Streams { .. }
        | Request::Notifications { .. }
        | Request::History { .. }
        | Request::Waves { .. }
        | Request::Held { .. }
        | Request::Failed { .. }
        | Request::Leavers { .. }
        | Request::Explain { .. } => look(context, request).await,
        ordered => order(context, ordered, acting).await,
    };
    done.unwrap_or_else(|error| Reply::refused(error.0))
}

/// What only looks.
async fn look(context: &Context, request: Request) -> Done {
    let ports = &context.ports;
    Ok(match request {
        Request::Export { tenant } => export(context, tenant.as_deref()).await?,
        Request::Schemas { tenant } => schemas(context, &tenant)?,
        Request::TokenList { tenant, service_provider } => Reply::Tokens {
            tokens: admin::tokens(ports, &tenant, service_provider.as_deref()).await?,
        },
        Request::AdminList => administrators::list(context).await?,
        Request::Trail { tenant, act, actor, since, limit } => {
            administrators::trail(context, tenant.as_deref(), act, actor, since, limit).await?
        }
        Request::TrailVerify => administrators::verify(context).await?,
        Request::Status { tenant } => {
            Reply::Status { targets: admin::status(ports, &tenant).await? }
        }
        Request::Streams { tenant } => {
            Reply::Streams { streams: admin::streams(ports, &tenant).await? }
        }
        Request::Notifications { tenant } => notifications(context, &tenant).await?,
        Request::Failed { tenant, target, after } => {
            failed(context, &tenant, target.as_deref(), after.as_deref()).await?
        }
        Request::Leavers { tenant, target, after } => {
            leavers(context, &tenant, target.as_deref(), after.as_deref()).await?
        }
        Request::Waves { tenant, target } => {
            guard::waves(context, &tenant, target.as_deref()).await?
        }
        Request::Held { tenant, wave, after } => {
            guard::pairs(context, &tenant, wave, after).await?
        }
        Request::History { tenant, target, resource, outcome, since, before, limit } => {
            let asked = Asked { target, resource, outcome, since, before, limit };
            history(context, &tenant, asked).await?
        }
        Request::Explain { tenant, target, resource } => {
            let explanation = admin::explain(ports, &tenant, &target, &resource).await?;
            Reply::Explained { explanation: Box::new(explanation) }
        }
        _ => return Err(Refused("this is no question".to_owned())),
    })
}

/// What changes something, or tries to: each leaves its rows in the audit trail.
async fn order(context: &Context, request: Request, acting: &Acting) -> Done {
    let ports = &context.ports;
    Ok(match request {
        Request::TokenCreate { tenant, service_provider } => {
            token_create(context, acting, &tenant, &service_provider).await?
        }
        Request::TokenRevoke { id } => {
            admin::revoke_token(ports, acting, None, &id).await?;
            Reply::Count { count: 1 }
        }
        Request::AdminCreate { name, role, tenant, lifetime } => {
            let tenant = tenant.as_deref();
            administrators::create(context, acting, &name, role, tenant, lifetime).await?
        }
        Request::AdminRevoke { id } => administrators::revoke(context, acting, &id).await?,
        Request::Retry { tenant, target, resource, cause } => {
            retry(context, acting, &tenant, target.as_deref(), resource, cause).await?
        }
        Request::Verdict { tenant, wave, only, release } => {
            guard::verdict(context, acting, &tenant, (wave, only), release).await?
        }
        Request::Pause { tenant, target, until, reason, leavers_go_on } => {
            let how = How { until, reason, leavers_go_on };
            pause(context, acting, &tenant, &target, how).await?
        }
        Request::Resume { tenant, target } => resume(context, acting, &tenant, &target).await?,
        Request::Check { tenant, target } => {
            Reply::Findings { findings: admin::check(ports, acting, &tenant, &target).await? }
        }
        Request::Reconcile { tenant, target, dry } => {
            reconcile::begin(context, acting, &tenant, &target, dry).await?
        }
        Request::Provision { tenant, target, resource } => {
            provision(context, acting, &tenant, &target, &resource).await?
        }
        Request::Backup { to } => backup(context, acting, &to).await?,
        Request::Import { tenant, service_provider, rows, begins, last } => {
            let act = acting.act(Some(&tenant), "import.start", begins.as_deref().unwrap_or("-"));
            let act = Acting::with(act, "service_provider", Some(service_provider.as_str()));
            let found = caller(context, &tenant, &service_provider);
            let caller = admin::refused(ports, &act, found).await?;
            if begins.is_some() {
                admin::begin(ports, act).await?;
            }
            Reply::Imported(import::rows(context, &caller, rows, last).await)
        }
        _ => return Err(Refused("this is no order".to_owned())),
    })
}

/// Why a command was refused, for a person.
pub(super) struct Refused(pub(super) String);

impl From<String> for Refused {
    fn from(message: String) -> Self {
        Self(message)
    }
}

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

pub(super) type Done = Result<Reply, Refused>;

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

async fn token_create(
    context: &Context,
    acting: &Acting,
    tenant: &str,
    service_provider: &str,
) -> Done {
    let ports = &context.ports;
    let mut made = None;
    let make = |provider| {
        let now = ports.clock.now();
        let issued = token::issue(&*ports.random, provider, TokenKind::Bearer, now, None);
        made = Some((issued.token, issued.record.id.clone()));
        issued.record
    };
    admin::keep_token(ports, acting, tenant, service_provider, make).await?;
    let (token, id) = made.ok_or_else(|| Refused("no token was made".to_owned()))?;
    Ok(Reply::Token { token: token.expose_secret().to_owned(), id })
}

async fn backup(context: &Context, acting: &Acting, to: &std::path::Path) -> Done {
    let ports = &context.ports;
    let act = acting.act(None, "store.backup", &to.display().to_string());
    let wanted = async {
        if to.exists() {
            let message = format!("`{}` exists already: name a file that does not", to.display());
            return Err(admin::Refused::Impossible(message));
        }
        admin::begin(ports, act.clone()).await?;
        Ok(ports.ledger.backup(to).await?)
    };
    let count = admin::refused(ports, &act, wanted.await).await?;
    Ok(Reply::Count { count })
}

fn caller(
    context: &Context,
    tenant: &str,
    service_provider: &str,
) -> Result<sutler_engine::provision::Caller, admin::Refused> {
    let stored = context.ports.estate.current();
    let provider = admin::provider(&stored, tenant, service_provider)?;
    Ok(import::caller(&stored, provider))
}
