//! What a service provider may do, as it is written: permissions, stores, attributes.

use sutler_model::access::{Access, AttributeAccess, AttributeList};
use sutler_model::estate::Permission;
use sutler_model::path::AttributePath;
use sutler_model::schema::{Attribute, Definition, ResourceType, Returned, Schemas, common};
use sutler_model::{Kind, Store};

use super::fault::nearest;
use super::section::{Placed, Section};

/// Absent means all; an empty list denies all.
pub(super) fn permissions(section: &mut Section<'_>) -> Vec<Permission> {
    let Some(written) = section.list("permissions") else {
        return Permission::ALL.to_vec();
    };
    let mut permissions = Vec::new();
    for text in written {
        if let Some(known) = Permission::from_name(&text.value) {
            permissions.push(known);
            continue;
        }
        let known = Permission::EACH.map(Permission::name).join(", ");
        let message =
            format!("there is no permission \"{}\": expected some of {known}", text.value);
        section.fault(&text.at, message);
    }
    permissions.sort_unstable();
    permissions.dedup();
    permissions
}

/// Absent means all; an empty list denies all.
pub(super) fn stores(section: &mut Section<'_>) -> Option<Vec<Store>> {
    let mut stores = Vec::new();
    for text in section.list("stores")? {
        if let Some(known) = Store::from_name(&text.value) {
            stores.push(known);
            continue;
        }
        let known = Store::ALL.map(Store::name).join(", ");
        let message = format!("there is no store \"{}\": expected some of {known}", text.value);
        section.fault(&text.at, message);
    }
    stores.sort_unstable();
    stores.dedup();
    Some(stores)
}

/// `[service_provider.attributes.users]` and `….groups]`; what is absent is every attribute.
pub(super) fn attributes(section: &mut Section<'_>, schemas: &Schemas) -> AttributeAccess {
    let Some(mut inside) = section.section("attributes", "`attributes`") else {
        return AttributeAccess::default();
    };
    let users = access(&mut inside, "users", "`attributes.users`", schemas.of(Kind::User));
    let groups = access(&mut inside, "groups", "`attributes.groups`", schemas.of(Kind::Group));
    inside.finish();
    AttributeAccess { users, groups }
}

fn access(
    section: &mut Section<'_>,
    key: &'static str,
    name: &'static str,
    shape: &ResourceType,
) -> Access {
    let Some(mut inside) = section.section(key, name) else {
        return Access::default();
    };
    let read = list(&mut inside, "read", shape, readable);
    let write = list(&mut inside, "write", shape, writable);
    inside.finish();
    Access { read, write }
}

/// The attributes in canonical spelling and in one order, so that lists that say the same are the
/// same.
fn list(
    section: &mut Section<'_>,
    key: &'static str,
    shape: &ResourceType,
    check: fn(&Definition<'_>) -> Result<(), String>,
) -> Option<AttributeList> {
    let mut paths = Vec::new();
    for text in section.list(key)? {
        let found = named(shape, &text).and_then(|found| check(&found).map(|()| found));
        match found {
            Ok(found) => paths.push(found.path().to_string()),
            Err(message) => section.fault(&text.at, message),
        }
    }
    paths.sort_unstable();
    paths.dedup();
    Some(paths.into())
}

fn named<'a>(shape: &'a ResourceType, text: &Placed<String>) -> Result<Definition<'a>, String> {
    let path: Result<AttributePath, _> = text.value.parse();
    let found = path.ok().and_then(|path| shape.resolve(&path));
    found.ok_or_else(|| {
        let names = known(shape);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint = match nearest(&text.value, &names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write the path of an attribute or of a part of one, with the URN of its \
                     extension before it if it is of one, or that URN alone"
                .to_owned(),
        };
        format!("a {} has no attribute \"{}\": {hint}", shape.kind.name(), text.value)
    })
}

/// All paths that can be listed, but for parts of attributes.
fn known(shape: &ResourceType) -> Vec<String> {
    let names = shape.core().attributes.iter().chain(&common().attributes);
    let mut names: Vec<String> = names.map(|attribute| attribute.name.clone()).collect();
    for schema in shape.extension_schemas() {
        let of_schema = schema.attributes.iter();
        names.extend(of_schema.map(|attribute| format!("{}:{}", schema.id, attribute.name)));
        names.push(schema.id.clone());
    }
    names
}

fn readable(found: &Definition<'_>) -> Result<(), String> {
    match found.leaf() {
        Some(leaf) if leaf.returned == Returned::Never => {
            Err(format!("`{}` is never returned: take it out of `read`", found.path()))
        }
        _ => Ok(()),
    }
}

fn writable(found: &Definition<'_>) -> Result<(), String> {
    let path = found.path();
    let by_server = |one: Option<&Attribute>| {
        one.is_some_and(|one| one.read_only() || one.derived_reference() || one.name == "schemas")
    };
    if by_server(found.attribute) || by_server(found.sub) {
        return Err(format!("no client can write `{path}`: take it out of `write`"));
    }
    match (found.attribute, found.sub) {
        (Some(attribute), Some(_)) if attribute.multi_valued => {
            let whole = Definition { sub: None, ..*found }.path();
            Err(format!(
                "the values of `{whole}` are written whole: write `{whole}` instead of `{path}`"
            ))
        }
        _ => Ok(()),
    }
}
