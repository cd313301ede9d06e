//! `[[target]]` as it was written.

use sutler_model::Kind;
use sutler_model::estate::{Correlate, OnDeactivate, OnDelete};
use sutler_model::guard::Guard;
use sutler_model::maintenance::Window;
use sutler_model::nesting::Nesting;
use sutler_model::schema::Schemas;

use super::document::{DeclaredSecret, name, secret, tenant};
use super::guard;
use super::profile::{self, DeclaredProfile};
use super::rules::{self, DeclaredRules};
use super::section::{Placed, Section};

/// The longest time for which a disabled account is kept: ten years.
const MOST_DAYS: i64 = 3_650 * 86_400_000;
/// How long an account may stay invisible where neither target nor profile says it.
pub(super) const LAG: i64 = 5_000;
/// Calls at once where neither says it.
pub(super) const CONCURRENCY: u32 = 8;

/// Connectors that other versions will have.
const LATER_CONNECTORS: [&str; 8] =
    ["scim1", "soap", "spml", "google", "salesforce", "ldap", "rest", "wasm"];

/// More windows than anybody plans.
const MOST_WINDOWS: usize = 50;

/// A target of a file.
#[derive(Debug)]
pub(crate) struct DeclaredTarget {
    pub(crate) tenant: Placed<String>,
    pub(crate) name: Placed<String>,
    pub(crate) connector: String,
    pub(crate) url: Placed<String>,
    pub(crate) auth: DeclaredAuth,
    pub(crate) allow_private_addresses: bool,
    pub(crate) on_deactivate: Placed<OnDeactivate>,
    pub(crate) on_delete: Option<Placed<OnDelete>>,
    pub(crate) concurrency: Option<u32>,
    pub(crate) rate: Option<u32>,
    pub(crate) timeout: i64,
    pub(crate) lag: Option<i64>,
    pub(crate) correlate: Option<Placed<Correlate>>,
    pub(crate) profile: Option<DeclaredProfile>,
    pub(crate) nesting: Option<Nesting>,
    pub(crate) schemas: Vec<Placed<String>>,
    pub(crate) on_leave: Option<OnDelete>,
    pub(crate) delete_after: Option<i64>,
    pub(crate) guard: Guard,
    pub(crate) reconcile_every: Option<i64>,
    pub(crate) users: DeclaredRules,
    pub(crate) groups: DeclaredRules,
    pub(crate) maintenance: Vec<Window>,
}

/// How to authenticate there.
#[derive(Debug)]
pub(crate) enum DeclaredAuth {
    None,
    Bearer(DeclaredSecret),
    Basic {
        username: String,
        password: DeclaredSecret,
    },
    ClientCredentials {
        token_url: String,
        client_id: String,
        client_secret: DeclaredSecret,
        scope: Option<String>,
    },
}

impl DeclaredAuth {
    pub(super) fn secret(&self) -> Option<&DeclaredSecret> {
        match self {
            Self::None => None,
            Self::Bearer(secret)
            | Self::Basic { password: secret, .. }
            | Self::ClientCredentials { client_secret: secret, .. } => Some(secret),
        }
    }
}

/// Reads an entry; `types` gives the types of resource of a tenant, as the file declares them.
pub(super) fn read(
    mut section: Section<'_>,
    types: &dyn Fn(&str) -> Schemas,
) -> Option<DeclaredTarget> {
    let tenant = tenant(&mut section);
    let name = name(&mut section, "\"app\"");
    let connector = connector(&mut section);
    let url = url(&mut section, "url", "\"https://app.example.org/scim/v2\"");
    let auth = auth(&mut section);
    let allow_private_addresses = section.flag("allow_private_addresses", false);
    let on_deactivate =
        placed(&mut section, "on_deactivate", &ON_DEACTIVATE, OnDeactivate::Disable);
    let on_deactivate =
        on_deactivate.unwrap_or_else(|| Placed { value: OnDeactivate::Disable, at: section.at() });
    let on_delete = placed(&mut section, "on_delete", &ON_DELETE, OnDelete::Delete);
    let concurrency = section.count("concurrency", 64);
    let rate = section.count("rate", 10_000);
    let timeout = section.span("timeout", 10_000, 100..600_001);
    let lag = section.has("lag");
    let lag = Some(section.span("lag", LAG, 0..3_600_001)).filter(|_| lag);
    let correlate = placed(&mut section, "correlate", &CORRELATE, Correlate::ExternalId);
    let profile = profile::read(&mut section);
    let nesting = placed(&mut section, "nesting", &NESTING, Nesting::Native);
    let schemas = section.list("schemas").unwrap_or_default();
    let on_leave = section.has("on_leave");
    let on_leave_is = section.word("on_leave", &ON_DELETE, &[], OnDelete::Delete);
    let delete_after = section.has("delete_after");
    let delete_after_is = section.span("delete_after", 0, 1..MOST_DAYS);
    let guard = guard::read(&mut section);
    let reconcile = section.has("reconcile_every");
    let reconcile_every = section.span("reconcile_every", 0, 60_000..MOST_DAYS);
    let shapes = types(&tenant.value);
    let users = rules::read(&mut section, ("users", "`[target.users]`"), shapes.of(Kind::User));
    let groups = rules::read(&mut section, ("groups", "`[target.groups]`"), shapes.of(Kind::Group));
    let maintenance = windows(&mut section);
    section.finish();
    Some(DeclaredTarget {
        tenant,
        name: name?,
        connector,
        url: url?,
        auth: auth?,
        allow_private_addresses,
        on_deactivate,
        on_delete,
        concurrency,
        rate,
        timeout,
        lag,
        correlate,
        profile,
        nesting: nesting.map(|said| said.value),
        schemas,
        on_leave: on_leave.then_some(on_leave_is),
        delete_after: delete_after.then_some(delete_after_is),
        guard,
        reconcile_every: reconcile.then_some(reconcile_every),
        users,
        groups,
        maintenance,
    })
}

/// A word with its place, if it is there.
fn placed<T: Copy>(
    section: &mut Section<'_>,
    key: &'static str,
    known: &[(&str, T)],
    default: T,
) -> Option<Placed<T>> {
    let at = section.place(key);
    let value = section.word(key, known, &[], default);
    at.map(|at| Placed { value, at })
}

/// Maintenance windows; each that is wrong is told at its place.
fn windows(section: &mut Section<'_>) -> Vec<Window> {
    let texts = section.list("maintenance").unwrap_or_default();
    if let Some(beyond) = texts.get(MOST_WINDOWS) {
        section.fault(&beyond.at, format!("a target has at most {MOST_WINDOWS} windows"));
    }
    let mut windows = Vec::new();
    for text in texts {
        match text.value.parse::<Window>() {
            Ok(window) => windows.push(window),
            Err(error) => section.fault(&text.at, error.to_string()),
        }
    }
    windows
}

pub(super) const ON_DEACTIVATE: [(&str, OnDeactivate); 3] = [
    ("disable", OnDeactivate::Disable),
    ("delete", OnDeactivate::Delete),
    ("keep", OnDeactivate::Keep),
];

pub(super) const CORRELATE: [(&str, Correlate); 2] =
    [("externalId", Correlate::ExternalId), ("userName", Correlate::UserName)];

pub(super) const NESTING: [(&str, Nesting); 3] =
    [("native", Nesting::Native), ("flatten", Nesting::Flatten), ("skip", Nesting::Skip)];

pub(super) const ON_DELETE: [(&str, OnDelete); 3] =
    [("delete", OnDelete::Delete), ("disable", OnDelete::Disable), ("keep", OnDelete::Keep)];

fn connector(section: &mut Section<'_>) -> String {
    let Some(connector) = section.required("connector", "\"scim2\"") else {
        return String::new();
    };
    let known = sutler_outbound::CONNECTORS;
    if !known.contains(&connector.value.as_str()) {
        let known = known.join(", ");
        let message = if LATER_CONNECTORS.contains(&connector.value.as_str()) {
            format!(
                "the connector \"{}\" is not built yet in this version: use {known}",
                connector.value
            )
        } else {
            format!("there is no connector \"{}\": use {known}", connector.value)
        };
        section.fault(&connector.at, message);
    }
    connector.value
}

pub(super) fn url(
    section: &mut Section<'_>,
    key: &'static str,
    example: &str,
) -> Option<Placed<String>> {
    let text = section.required(key, example)?;
    let reason = match reqwest::Url::parse(&text.value) {
        Err(error) => Some(error.to_string()),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            Some("it must begin with `https://` or `http://`".to_owned())
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Some("credentials do not belong into it: use `auth`".to_owned())
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            Some("it must end with the path, without `?` and `#`".to_owned())
        }
        Ok(_) => None,
    };
    if let Some(reason) = reason {
        section.fault(&text.at, format!("`{key}` is not an address that can be used: {reason}"));
    }
    Some(text)
}

/// `None` if it is written and wrong.
fn auth(section: &mut Section<'_>) -> Option<DeclaredAuth> {
    if !section.has("auth") {
        section.text("auth");
        return Some(DeclaredAuth::None);
    }
    let mut inside = section.section("auth", "`auth`")?;
    let kinds = ["bearer", "basic", "client_credentials"];
    let given: Vec<&str> = kinds.into_iter().filter(|kind| inside.has(kind)).collect();
    if given.len() != 1 {
        inside.fault(
            &inside.at(),
            "`auth` must have exactly one of `bearer`, `basic` and `client_credentials`; leave `auth` out for a target without authentication",
        );
    }
    let bearer = if inside.has("bearer") {
        secret(&mut inside, "bearer").map(DeclaredAuth::Bearer)
    } else {
        inside.text("bearer");
        None
    };
    let basic = inside.section("basic", "`auth.basic`").and_then(basic);
    let client = inside
        .section("client_credentials", "`auth.client_credentials`")
        .and_then(client_credentials);
    inside.finish();
    bearer.or(basic).or(client)
}

fn basic(mut section: Section<'_>) -> Option<DeclaredAuth> {
    let username = section.required("username", "\"sutler\"");
    let password = secret(&mut section, "password");
    section.finish();
    Some(DeclaredAuth::Basic { username: username?.value, password: password? })
}

fn client_credentials(mut section: Section<'_>) -> Option<DeclaredAuth> {
    let token_url = url(&mut section, "token_url", "\"https://app.example.org/oauth2/token\"");
    let client_id = section.required("client_id", "\"sutler\"");
    let client_secret = secret(&mut section, "client_secret");
    let scope = section.text("scope").map(|scope| scope.value);
    section.finish();
    Some(DeclaredAuth::ClientCredentials {
        token_url: token_url?.value,
        client_id: client_id?.value,
        client_secret: client_secret?,
        scope,
    })
}
