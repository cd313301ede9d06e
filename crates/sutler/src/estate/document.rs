//! An estate file as it was written: entries with their places.

use std::ops::Range;

use toml::de::DeTable;

use super::DEFAULT_TENANT;
use super::event_stream::{self, DeclaredDelivery, DeclaredStream};
use super::fault::{Fault, Faults};
use super::identity_provider::{self, DeclaredIdentityProvider};
use super::notification::{self, DeclaredNotification};
use super::passing;
use super::provider::{self, DeclaredProvider};
use super::schema::{self, DeclaredSchema};
use super::section::{Placed, Section};
use super::target::{self, DeclaredTarget};
use crate::secrets::SecretSource;

/// The longest name of a tenant, a service provider or a target.
const LONGEST_NAME: usize = 64;

/// What a file declares.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) tenants: Vec<String>,
    pub(crate) service_providers: Vec<DeclaredProvider>,
    pub(crate) targets: Vec<DeclaredTarget>,
    pub(crate) schemas: Vec<DeclaredSchema>,
    pub(crate) identity_providers: Vec<DeclaredIdentityProvider>,
    pub(crate) event_streams: Vec<DeclaredStream>,
    pub(crate) notifications: Vec<DeclaredNotification>,
}

/// A secret that an entry needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeclaredSecret {
    pub(crate) source: SecretSource,
    pub(crate) at: Range<usize>,
}

/// A file that cannot be used.
#[derive(Debug)]
pub(crate) struct Unusable {
    /// What is wrong with it.
    pub(crate) faults: Vec<Fault>,
    /// What could be read all the same: whatever else is wrong with that can be told too.
    pub(crate) rest: Option<Box<Declared>>,
}

/// Reads an estate file: the whole estate of the tenants in it.
pub(crate) fn read(file: &str, text: &str) -> Result<Declared, Unusable> {
    let faults = Faults::new(file, text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        faults.add(&error.span().unwrap_or(0..0), format!("this is not TOML: {}", error.message()));
    }
    if !errors.is_empty() {
        return Err(Unusable { faults: faults.sorted(), rest: None });
    }
    let mut root = Section::new("the estate file", table.get_ref(), table.span(), &faults);
    let mut declared = Declared::default();
    read_tenants(&mut root, &mut declared);
    let schemas = root.sections("schema", "[[schema]]");
    declared.schemas = schemas.into_iter().filter_map(schema::read).collect();
    // Where a schema is at fault, what is said of its attributes would be wrong.
    let whole = faults.sorted().is_empty();
    let types = |tenant: &str| schema::types(&declared.schemas, tenant);
    for section in root.sections("service_provider", "[[service_provider]]") {
        declared.service_providers.extend(provider::read(section, &types));
    }
    for section in root.sections("target", "[[target]]") {
        declared.targets.extend(target::read(section, &types));
    }
    for section in root.sections("identity_provider", "[[identity_provider]]") {
        declared.identity_providers.extend(identity_provider::read(section, &types));
    }
    for section in root.sections("event_stream", "[[event_stream]]") {
        declared.event_streams.extend(event_stream::read(section));
    }
    for section in root.sections("notification", "[[notification]]") {
        declared.notifications.extend(notification::read(section));
    }
    root.finish();
    refuse_duplicates(&declared, &faults);
    refuse_dangling(&declared, &faults);
    refuse_unknown_receivers(&declared, &faults);
    passing::refuse_reading_others(&declared, &types, &faults);
    match faults.sorted() {
        found if found.is_empty() => Ok(declared),
        faults => Err(Unusable { faults, rest: whole.then(|| Box::new(declared)) }),
    }
}

impl Declared {
    /// True if the tenant is declared, or has an entry.
    pub(super) fn speaks_of(&self, tenant: &str) -> bool {
        self.tenants.iter().any(|declared| declared == tenant)
            || self.service_providers.iter().any(|provider| provider.tenant.value == tenant)
            || self.targets.iter().any(|target| target.tenant.value == tenant)
            || self.schemas.iter().any(|schema| schema.tenant.value == tenant)
            || self.identity_providers.iter().any(|provider| provider.tenant.value == tenant)
            || self.event_streams.iter().any(|stream| stream.tenant.value == tenant)
            || self.notifications.iter().any(|one| one.tenant.value == tenant)
    }

    pub(super) fn has_provider(&self, tenant: &str, name: &str) -> bool {
        let is_it = |d: &DeclaredProvider| d.tenant.value == tenant && d.name.value == name;
        self.service_providers.iter().any(is_it)
    }

    pub(super) fn has_stream(&self, tenant: &str, name: &str) -> bool {
        self.event_streams.iter().any(|d| d.tenant.value == tenant && d.name.value == name)
    }

    pub(super) fn has_target(&self, tenant: &str, name: &str) -> bool {
        self.targets.iter().any(|d| d.tenant.value == tenant && d.name.value == name)
    }
}

impl Declared {
    /// The tenant's schema of that URN.
    pub(super) fn schema(&self, tenant: &str, urn: &str) -> Option<&DeclaredSchema> {
        self.schemas.iter().find(|d| d.tenant.value == tenant && d.urn.value == urn)
    }
}

fn refuse_unknown_receivers(declared: &Declared, faults: &Faults<'_>) {
    for stream in &declared.event_streams {
        let DeclaredDelivery::Poll(provider) = &stream.delivery else {
            continue;
        };
        if !declared.has_provider(&stream.tenant.value, &provider.value) {
            let message = format!(
                "the event stream `{}` names a service provider `{}` that does not exist: add a `[[service_provider]]` with that name, or name another in `poll`",
                stream.name.value, provider.value
            );
            faults.add(&provider.at, message);
        }
    }
}

fn read_tenants(root: &mut Section<'_>, declared: &mut Declared) {
    for mut section in root.sections("tenant", "[[tenant]]") {
        if let Some(name) = name(&mut section, "\"acme\"") {
            if declared.tenants.contains(&name.value) {
                section.fault(&name.at, format!("the tenant `{}` is declared twice", name.value));
            }
            declared.tenants.push(name.value);
        }
        section.finish();
    }
}

/// The name of an entry: letters, digits, `-`, `_` and `.`, since it stands in paths and logs.
pub(super) fn name(section: &mut Section<'_>, example: &str) -> Option<Placed<String>> {
    let name = section.required("name", example)?;
    if !is_name(&name.value) {
        let message = format!(
            "the name \"{}\" cannot be used: names have 1 to {LONGEST_NAME} letters (a to z), digits, `-`, `_` and `.`, and begin with a letter or digit",
            name.value
        );
        section.fault(&name.at, message);
    }
    Some(name)
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Which tenant an entry belongs to.
pub(super) fn tenant(section: &mut Section<'_>) -> Placed<String> {
    section
        .text("tenant")
        .unwrap_or_else(|| Placed { value: DEFAULT_TENANT.to_owned(), at: section.at() })
}

/// A secret's reference; a literal secret is a fault that says what to write.
pub(super) fn secret(section: &mut Section<'_>, key: &'static str) -> Option<DeclaredSecret> {
    let text = section.required(key, "\"env:NAME\"")?;
    match SecretSource::parse(&text.value) {
        Ok(source) => Some(DeclaredSecret { source, at: text.at }),
        Err(message) => {
            section.fault(&text.at, format!("`{key}`: {message}"));
            None
        }
    }
}

fn refuse_duplicates(declared: &Declared, faults: &Faults<'_>) {
    let mut seen = Vec::new();
    let mut once = |kind: &'static str, tenant: &str, name: &Placed<String>| {
        let key = (kind, tenant.to_owned(), name.value.clone());
        if seen.contains(&key) {
            faults.add(&name.at, format!("the {kind} `{}` is declared twice", name.value));
        }
        seen.push(key);
    };
    for provider in &declared.service_providers {
        once("service provider", &provider.tenant.value, &provider.name);
        for (kind, client) in
            [("Basic client id", &provider.basic), ("OAuth client id", &provider.oauth)]
        {
            if let Some(client) = client {
                once(kind, "", &client.client_id);
            }
        }
    }
    for target in &declared.targets {
        once("target", &target.tenant.value, &target.name);
    }
    for schema in &declared.schemas {
        once("schema", &schema.tenant.value, &schema.urn.clone().map(|u| u.to_ascii_lowercase()));
    }
    for provider in &declared.identity_providers {
        once("identity provider", &provider.tenant.value, &provider.name);
        // A token is asked of whom its issuer names: that must be one provider, and no token may
        // be good in two tenants.
        once("issuer", &provider.tenant.value, &provider.issuer);
        for audience in &provider.settings.audience {
            let of_issuer = Placed {
                value: format!("{audience}` of the issuer `{}", provider.issuer.value),
                at: provider.issuer.at.clone(),
            };
            once("audience", "", &of_issuer);
        }
    }
    for stream in &declared.event_streams {
        once("event stream", &stream.tenant.value, &stream.name);
    }
    for notification in &declared.notifications {
        once("notification", &notification.tenant.value, &notification.name);
    }
}

fn refuse_dangling(declared: &Declared, faults: &Faults<'_>) {
    let tenants = declared
        .service_providers
        .iter()
        .map(|provider| &provider.tenant)
        .chain(declared.targets.iter().map(|target| &target.tenant))
        .chain(declared.schemas.iter().map(|schema| &schema.tenant))
        .chain(declared.identity_providers.iter().map(|provider| &provider.tenant))
        .chain(declared.event_streams.iter().map(|stream| &stream.tenant));
    for tenant in tenants {
        if tenant.value != DEFAULT_TENANT && !declared.tenants.contains(&tenant.value) {
            let message = format!(
                "there is no tenant `{0}` in this file: add `[[tenant]]` with `name = \"{0}\"`",
                tenant.value
            );
            faults.add(&tenant.at, message);
        }
    }
    refuse_unknown_schemas(declared, faults);
    for provider in &declared.service_providers {
        for wanted in &provider.targets {
            let tenant = &provider.tenant.value;
            let here = declared
                .targets
                .iter()
                .any(|target| target.tenant.value == *tenant && target.name.value == wanted.value);
            if !here {
                let message = format!(
                    "the service provider `{}` names a target `{}` that does not exist: add a `[[target]]` with that name, or take it out of `targets`",
                    provider.name.value, wanted.value
                );
                faults.add(&wanted.at, message);
            }
        }
    }
}

fn refuse_unknown_schemas(declared: &Declared, faults: &Faults<'_>) {
    for target in &declared.targets {
        for urn in &target.schemas {
            if declared.schema(&target.tenant.value, &urn.value).is_none() {
                let message = format!(
                    "the target `{}` names a schema `{}` that does not exist: add a `[[schema]]` with that `id`, or take it out of `schemas`",
                    target.name.value, urn.value
                );
                faults.add(&urn.at, message);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
[[tenant]]
name = "acme"
[[service_provider]]
tenant = "acme"
name = "hr"
mode = "store"
delivery = "queued"
targets = ["app"]
permissions = ["users:read"]
stores = ["PRIMARY"]
attributes.users.read = ["userName", "name.givenName"]
basic = { client_id = "hr", client_secret = "env:HR_SECRET" }
[[target]]
tenant = "acme"
name = "app"
connector = "scim2"
url = "https://app.example.org/v2"
auth = { client_credentials = { token_url = "https://a.example.org/t", client_id = "s", client_secret = "file:/s" } }
timeout = "5s"
rate = 3
schemas = ["urn:acme:scim:User"]
delete_after = "30d"
[target.users]
scope = 'title pr and active eq true'
in_groups = "Staff"
match = [{ "emails.value" = "user.userName", title = "user.title" }]
[target.users.attributes]
userName = "user.userName | lower"
nickName = false
locale = { value = "en" }
title = { from = "user.title", mode = "on_create", default = "none" }
[[schema]]
tenant = "acme"
id = "urn:acme:scim:User"
name = "AcmeUser"
extends = ["User"]
[[schema.attributes]]
name = "badge"
type = "complex"
sub_attributes = [{ name = "number", type = "integer", indexed = true }]
"#;

    #[test]
    fn a_whole_file_is_read() {
        let declared = read("e", WHOLE).unwrap();
        assert_eq!(declared.tenants, ["acme"]);
        assert_eq!(declared.targets[0].timeout, 5_000);
        assert_eq!(declared.targets[0].rate, Some(3));
        let rules = &declared.targets[0].users.rules;
        assert_eq!(rules.scope.as_ref().unwrap().to_string(), "title pr and active eq true");
        assert_eq!((rules.mappings.len(), rules.matching[0].0.len()), (4, 2));
        assert_eq!(declared.schemas[0].indexed, ["badge.number"]);
    }

    #[test]
    fn a_file_cut_or_bitten_anywhere_is_read_or_refused() {
        for at in 0..WHOLE.len() {
            let _ = read("e", &WHOLE[..at]);
            for bite in ["\"", "[", "=", "\u{0}", "9", "é"] {
                let bitten = format!("{}{bite}{}", &WHOLE[..at], &WHOLE[at + 1..]);
                if let Err(unusable) = read("e", &bitten) {
                    assert!(!unusable.faults.is_empty(), "refused without a reason: {bitten}");
                }
            }
        }
    }

    #[test]
    fn deep_nesting_is_refused() {
        for open in ["[", "{a=", "{\"a\".b="] {
            let text = format!("x = {}", open.repeat(100_000));
            assert!(read("e", &text).is_err(), "{open}");
        }
    }
}
