//! Stored entries as the keys and values of an estate file: for `export`, and to compare.

use std::fmt::Write;

use sutler_model::TenantId;
use sutler_model::estate::{
    ClientSecret, Estate, OnDelete, SecretRef, ServiceProvider, Target, TargetAuth,
};
use sutler_model::event::{EventDelivery, EventStream};
use sutler_model::notification::Notification;
use sutler_outbound::Profile;
use sutler_scim::events::short_name;

use super::schema_fields::of_schema;
use super::target::{CORRELATE, NESTING, ON_DEACTIVATE, ON_DELETE};
use super::{DEFAULT_TENANT, identity_provider, rules};
use crate::secrets::SecretSource;

/// Keys with their values as TOML, in the order in which they are written.
pub(super) type Fields = Vec<(&'static str, String)>;

/// The stored estate as a file: all of it, or one tenant's. Secrets are references.
pub(crate) fn export(estate: &Estate, only: Option<&str>) -> String {
    let mut text = String::from(
        "# The estate, written by `sutler export`. Secrets are references, never values.\n",
    );
    let wanted = |tenant: &str| only.is_none_or(|only| only == tenant);
    for (id, tenant) in &estate.tenants {
        if !wanted(tenant) {
            continue;
        }
        if tenant != DEFAULT_TENANT {
            block(&mut text, "tenant", tenant, &[("name", quoted(tenant))]);
        }
        export_tenant(&mut text, estate, *id, tenant);
    }
    text
}

fn export_tenant(text: &mut String, estate: &Estate, id: TenantId, tenant: &str) {
    for schema in estate.extensions.iter().filter(|schema| schema.tenant == id) {
        let mut fields = vec![("id", quoted(&schema.schema.id))];
        fields.extend(of_schema(schema));
        block(text, "schema", tenant, &fields);
    }
    for provider in estate.service_providers.iter().filter(|provider| provider.tenant == id) {
        let mut fields = vec![("name", quoted(&provider.name))];
        fields.extend(of_provider(provider));
        block(text, "service_provider", tenant, &fields);
    }
    for target in estate.targets.iter().filter(|target| target.tenant == id) {
        let mut fields = vec![("name", quoted(&target.name))];
        fields.extend(of_target(target));
        block(text, "target", tenant, &fields);
    }
    for provider in estate.identity_providers.iter().filter(|provider| provider.tenant == id) {
        let mut fields = vec![("name", quoted(&provider.name))];
        fields.extend(identity_provider::fields(provider));
        block(text, "identity_provider", tenant, &fields);
    }
    for stream in estate.event_streams.iter().filter(|stream| stream.tenant == id) {
        let mut fields = vec![("name", quoted(&stream.name))];
        fields.extend(of_event_stream(stream));
        block(text, "event_stream", tenant, &fields);
    }
    for notification in estate.notifications.iter().filter(|one| one.tenant == id) {
        let mut fields = vec![("name", quoted(&notification.name))];
        fields.extend(of_notification(notification));
        block(text, "notification", tenant, &fields);
    }
}

fn block(text: &mut String, heading: &str, tenant: &str, fields: &[(&str, String)]) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\n[[{heading}]]");
    if tenant != DEFAULT_TENANT && heading != "tenant" {
        let _ = writeln!(text, "tenant = {}", quoted(tenant));
    }
    for (key, value) in fields {
        let _ = writeln!(text, "{key} = {value}");
    }
}

/// A service provider without its name.
pub(super) fn of_provider(provider: &ServiceProvider) -> Fields {
    let targets = provider.targets.iter().map(|target| quoted(target));
    let permissions = provider.permissions.iter().map(|permission| quoted(permission.name()));
    let mut fields = vec![
        ("mode", quoted(provider.mode.name())),
        ("dialect", quoted(provider.dialect.name())),
        ("targets", list(targets)),
        ("permissions", list(permissions)),
    ];
    let delivery = provider.delivery;
    fields.extend((!delivery.is_usual()).then(|| ("delivery", quoted(delivery.name()))));
    fields.extend(provider.read_from.as_ref().map(|target| ("read_from", quoted(target))));
    let attributes = &provider.attributes;
    for (key, paths) in [
        ("attributes.users.read", &attributes.users.read),
        ("attributes.users.write", &attributes.users.write),
        ("attributes.groups.read", &attributes.groups.read),
        ("attributes.groups.write", &attributes.groups.write),
    ] {
        fields.extend(paths.as_ref().map(|paths| (key, list(paths.paths().map(quoted)))));
    }
    let stores = provider.stores.as_ref();
    fields.extend(
        stores.map(|stores| ("stores", list(stores.iter().map(|store| quoted(store.name()))))),
    );
    fields.extend(provider.basic.as_ref().map(|basic| ("basic", client(basic))));
    fields.extend(provider.oauth.as_ref().map(|oauth| ("oauth", client(oauth))));
    fields
}

/// A target without its name, and without what it has of its profile.
pub(super) fn of_target(target: &Target) -> Fields {
    let mut fields = vec![("connector", quoted(&target.connector)), ("url", quoted(&target.url))];
    fields.extend(target.profile.as_ref().map(|profile| ("profile", quoted(profile))));
    fields.extend(auth(&target.auth).map(|auth| ("auth", auth)));
    fields.extend([
        ("allow_private_addresses", target.allow_private_addresses.to_string()),
        ("on_deactivate", word(&ON_DEACTIVATE, target.on_deactivate)),
        ("on_delete", word(&ON_DELETE, target.on_delete)),
        ("concurrency", target.concurrency.to_string()),
    ]);
    fields.extend(target.rate.map(|rate| ("rate", rate.to_string())));
    fields.extend([
        ("timeout", span(target.timeout)),
        ("lag", span(target.lag)),
        ("correlate", word(&CORRELATE, target.correlate)),
        ("nesting", word(&NESTING, target.nesting)),
    ]);
    let given = of_profile(target.profile.as_deref());
    fields.retain(|field| !given.contains(field));
    let schemas = target.schemas.iter().map(|urn| quoted(urn));
    fields.extend((!target.schemas.is_empty()).then(|| ("schemas", list(schemas))));
    fields.extend(rules::fields(target));
    let windows = target.maintenance.iter().map(|window| quoted(&window.to_string()));
    fields.extend((!target.maintenance.is_empty()).then(|| ("maintenance", list(windows))));
    fields
}

/// The settings that a target has of its profile.
fn of_profile(profile: Option<&str>) -> Fields {
    let Some(Ok(profile)) = profile.map(|profile| Profile::of(Some(profile))) else {
        return Vec::new();
    };
    let defaults = profile.defaults();
    let on_delete = if defaults.deletes_users { OnDelete::Delete } else { OnDelete::Disable };
    let mut fields = vec![
        ("on_delete", word(&ON_DELETE, on_delete)),
        ("correlate", word(&CORRELATE, defaults.correlate)),
        ("nesting", word(&NESTING, defaults.nesting)),
    ];
    fields.extend(defaults.concurrency.map(|calls| ("concurrency", calls.to_string())));
    fields.extend(defaults.rate.map(|rate| ("rate", rate.to_string())));
    fields.extend(defaults.lag.map(|lag| ("lag", span(lag))));
    fields
}

fn word<T: PartialEq + Copy>(known: &[(&str, T)], value: T) -> String {
    quoted(known.iter().find(|(_, one)| *one == value).map_or("", |(word, _)| *word))
}

/// An event stream without its name.
pub(super) fn of_event_stream(stream: &EventStream) -> Fields {
    let events = stream.events.iter().map(|kind| quoted(short_name(*kind)));
    let delivery = match &stream.delivery {
        EventDelivery::Poll { service_provider } => ("poll", quoted(service_provider)),
        EventDelivery::Push { url, bearer, allow_private_addresses } => {
            let bearer = bearer.as_ref().map(|secret| format!("bearer = {}, ", sealed(secret)));
            let push = format!(
                "{{ url = {}, {}allow_private_addresses = {allow_private_addresses} }}",
                quoted(url),
                bearer.unwrap_or_default()
            );
            ("push", push)
        }
    };
    vec![
        ("events", list(events)),
        ("audience", quoted(&stream.audience)),
        delivery,
        ("max_waiting", stream.limit.to_string()),
    ]
}

/// A receiver of messages without its name.
pub(super) fn of_notification(notification: &Notification) -> Fields {
    vec![
        ("url", quoted(&notification.url)),
        ("events", list(notification.events.iter().map(|alert| quoted(alert.name())))),
        ("secret", sealed(&notification.secret)),
        ("allow_private_addresses", notification.allow_private_addresses.to_string()),
    ]
}

fn client(client: &ClientSecret) -> String {
    format!(
        "{{ client_id = {}, client_secret = {} }}",
        quoted(&client.client_id),
        reference(&client.source)
    )
}

fn auth(auth: &TargetAuth) -> Option<String> {
    Some(match auth {
        TargetAuth::None => return None,
        TargetAuth::Bearer(secret) => format!("{{ bearer = {} }}", sealed(secret)),
        TargetAuth::Basic { username, password } => format!(
            "{{ basic = {{ username = {}, password = {} }} }}",
            quoted(username),
            sealed(password)
        ),
        TargetAuth::ClientCredentials { token_url, client_id, client_secret, scope } => {
            let scope = scope
                .as_ref()
                .map(|scope| format!(", scope = {}", quoted(scope)))
                .unwrap_or_default();
            format!(
                "{{ client_credentials = {{ token_url = {}, client_id = {}, client_secret = {}{scope} }} }}",
                quoted(token_url),
                quoted(client_id),
                sealed(client_secret)
            )
        }
    })
}

fn sealed(secret: &SecretRef) -> String {
    reference(&secret.source)
}

fn reference(source: &str) -> String {
    match SecretSource::from_stored(source) {
        Some(SecretSource::Generate) | None => quoted("generate"),
        Some(source) => quoted(&source.stored()),
    }
}

pub(super) fn span(millis: i64) -> String {
    if millis > 0 && millis % 86_400_000 == 0 {
        quoted(&format!("{}d", millis / 86_400_000))
    } else if millis % 1000 == 0 {
        quoted(&format!("{}s", millis / 1000))
    } else {
        quoted(&format!("{millis}ms"))
    }
}

pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
