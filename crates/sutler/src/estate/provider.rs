//! `[[service_provider]]` as it was written.

use sutler_model::access::AttributeAccess;
use sutler_model::estate::{Delivery, Mode, Permission};
use sutler_model::schema::Schemas;
use sutler_model::{Dialect, Store};

use super::access;
use super::document::{DeclaredSecret, name, secret, tenant};
use super::section::{Placed, Section};

/// A service provider of a file.
#[derive(Debug)]
pub(crate) struct DeclaredProvider {
    pub(crate) tenant: Placed<String>,
    pub(crate) name: Placed<String>,
    pub(crate) mode: Mode,
    pub(crate) delivery: Delivery,
    pub(crate) read_from: Option<String>,
    pub(crate) dialect: Dialect,
    pub(crate) targets: Vec<Placed<String>>,
    pub(crate) permissions: Vec<Permission>,
    pub(crate) attributes: AttributeAccess,
    pub(crate) stores: Option<Vec<Store>>,
    pub(crate) basic: Option<DeclaredClient>,
    pub(crate) oauth: Option<DeclaredClient>,
}

/// A client id with where its secret comes from.
#[derive(Debug)]
pub(crate) struct DeclaredClient {
    pub(crate) client_id: Placed<String>,
    pub(crate) secret: DeclaredSecret,
}

/// Reads an entry; `types` gives the types of resource of a tenant, as the file declares them.
pub(super) fn read(
    mut section: Section<'_>,
    types: &dyn Fn(&str) -> Schemas,
) -> Option<DeclaredProvider> {
    let tenant = tenant(&mut section);
    let name = name(&mut section, "\"hr\"");
    let mode = mode(&mut section);
    let deliveries = [Delivery::Queued, Delivery::Blocking].map(|one| (one.name(), one));
    let delivery = section.word("delivery", &deliveries, &[], Delivery::Queued);
    let dialects = Dialect::ALL.map(|dialect| (dialect.name(), dialect));
    let dialect = section.word("dialect", &dialects, &[], Dialect::Strict);
    let targets = targets(&mut section);
    let read_from = read_from(&mut section, mode, &targets);
    let permissions = access::permissions(&mut section);
    let attributes = access::attributes(&mut section, &types(&tenant.value));
    let stores = access::stores(&mut section);
    let basic = client(&mut section, "basic");
    let oauth = client(&mut section, "oauth");
    section.finish();
    Some(DeclaredProvider {
        tenant,
        name: name?,
        mode,
        delivery,
        read_from,
        dialect,
        targets,
        permissions,
        attributes,
        stores,
        basic,
        oauth,
    })
}

fn mode(section: &mut Section<'_>) -> Mode {
    let modes = [Mode::StoreAndProvision, Mode::Store, Mode::Provision];
    section.word("mode", &modes.map(|mode| (mode.name(), mode)), &[], Mode::StoreAndProvision)
}

/// Who answers the reads of a service provider that stores nothing: one of its targets, and the
/// only one where it has only one.
fn read_from(section: &mut Section<'_>, mode: Mode, targets: &[Placed<String>]) -> Option<String> {
    let given = section.text("read_from");
    if mode != Mode::Provision {
        if let Some(given) = given {
            section.fault(
                &given.at,
                "`read_from` is for `mode = \"provision\"`: what is stored is read here, so take it out",
            );
        }
        return None;
    }
    if let Some(given) = given {
        if !targets.iter().any(|target| target.value == given.value) {
            let message = format!(
                "`read_from` must be one of the `targets`, not \"{}\": name one of them, or add it there",
                given.value
            );
            section.fault(&given.at, message);
        }
        return Some(given.value);
    }
    let (message, at) = match targets {
        [only] => return Some(only.value.clone()),
        [] => (
            "`mode = \"provision\"` stores nothing, so somebody must be there to take it: name one or more `targets`",
            section.place("targets").or_else(|| section.place("mode")),
        ),
        _ => (
            "`mode = \"provision\"` stores nothing, so one of several `targets` must answer what is read: name it in `read_from`",
            section.place("mode"),
        ),
    };
    section.fault(&at.unwrap_or_else(|| section.at()), message);
    None
}

fn targets(section: &mut Section<'_>) -> Vec<Placed<String>> {
    let mut targets: Vec<Placed<String>> = Vec::new();
    for target in section.list("targets").unwrap_or_default() {
        if targets.iter().any(|known| known.value == target.value) {
            section.fault(&target.at, format!("the target `{}` is named twice", target.value));
        } else {
            targets.push(target);
        }
    }
    targets
}

fn client(section: &mut Section<'_>, key: &'static str) -> Option<DeclaredClient> {
    let mut inside = section.section(key, if key == "basic" { "`basic`" } else { "`oauth`" })?;
    let client_id = inside.required("client_id", "\"hr\"");
    if let Some(id) = &client_id
        && id.value.contains(|c: char| c == ':' || c.is_control())
    {
        // RFC 7617 §2: a user-id with a colon cannot be written in Basic credentials.
        inside.fault(&id.at, "`client_id` must not contain a colon or control characters");
    }
    let secret = secret(&mut inside, "client_secret");
    inside.finish();
    Some(DeclaredClient { client_id: client_id?, secret: secret? })
}
