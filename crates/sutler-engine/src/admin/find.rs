//! Entries of the estate by the names that people know them by. What is another tenant's is not
//! there.

use sutler_model::TenantId;
use sutler_model::estate::{Estate, ServiceProvider, Target};

use super::Refused;

/// The tenant of this name.
pub fn tenant(estate: &Estate, name: &str) -> Result<TenantId, Refused> {
    let known = estate.tenants.iter().find(|(_, known)| known == name);
    known.map(|(id, _)| *id).ok_or_else(|| {
        let there = join(estate.tenants.iter().map(|(_, name)| name));
        Refused::Missing(format!("there is no tenant `{name}`; there are: {there}"))
    })
}

/// The name of a tenant.
pub fn tenant_name(estate: &Estate, id: TenantId) -> &str {
    let tenant = estate.tenants.iter().find(|(known, _)| *known == id);
    tenant.map_or("default", |(_, name)| name.as_str())
}

/// What a command that is shown says of its tenant: nothing of the one that is meant without it.
pub fn tenant_option(name: &str) -> String {
    if name == "default" { String::new() } else { format!(" --tenant {name}") }
}

/// The service provider of a tenant.
pub fn provider<'a>(
    estate: &'a Estate,
    of: &str,
    name: &str,
) -> Result<&'a ServiceProvider, Refused> {
    let id = tenant(estate, of)?;
    let all = || estate.service_providers.iter().filter(|provider| provider.tenant == id);
    all().find(|provider| provider.name == name).ok_or_else(|| {
        missing("service provider", of, name, &join(all().map(|provider| &provider.name)))
    })
}

/// The target of a tenant.
pub fn target<'a>(estate: &'a Estate, of: &str, name: &str) -> Result<&'a Target, Refused> {
    let id = tenant(estate, of)?;
    let all = || estate.targets.iter().filter(|target| target.tenant == id);
    all()
        .find(|target| target.name == name)
        .ok_or_else(|| missing("target", of, name, &join(all().map(|target| &target.name))))
}

fn missing(kind: &str, tenant: &str, name: &str, there: &str) -> Refused {
    Refused::Missing(format!(
        "there is no {kind} `{name}` in the tenant `{tenant}`; there are: {there}. Add it to the estate with `sutler apply`"
    ))
}

fn join<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() { "none yet".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_name_every_tenant_but_the_usual_one() {
        assert_eq!(tenant_option("default"), "");
        assert_eq!(tenant_option("acme"), " --tenant acme");
    }
}
