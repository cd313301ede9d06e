//! `[[identity_provider]]` as it was written, and as it is written back.

use std::path::Path;
use std::str::FromStr as _;

use sutler_model::identity_provider::{
    IdentityProvider, KeyLocation, SelfPermission, SignatureAlgorithm, TokenType, UserClaim,
    UserKey,
};
use sutler_model::path::AttributePath;
use sutler_model::schema::{Mutability, ResourceType, Schemas};
use sutler_model::{IdentityProviderId, Kind, TenantId};

use super::document::{name, tenant};
use super::fields::{Fields, list, quoted};
use super::section::{Placed, Section};

/// What says who a user is, and whether he may come in: never his own to change.
const NEVER_OWN: [&str; 3] = ["userName", "externalId", "active"];

/// An identity provider of a file.
#[derive(Debug)]
pub(crate) struct DeclaredIdentityProvider {
    pub(crate) tenant: Placed<String>,
    pub(crate) name: Placed<String>,
    pub(crate) issuer: Placed<String>,
    /// All of it, without the keys of what is stored. A path may be relative.
    pub(crate) settings: IdentityProvider,
}

/// Reads an entry; `types` gives the types of resource of a tenant, as the file declares them.
pub(super) fn read(
    mut section: Section<'_>,
    types: &dyn Fn(&str) -> Schemas,
) -> Option<DeclaredIdentityProvider> {
    let tenant = tenant(&mut section);
    let name = name(&mut section, "\"login\"");
    let issuer = section.required("issuer", "\"https://login.example.org\"");
    let audience = audience(&mut section);
    let jwks = jwks(&mut section);
    let allow_private_addresses = section.flag("allow_private_addresses", false);
    let algorithms = algorithms(&mut section);
    let token_types = TokenType::ALL.map(|r#type| (r#type.name(), r#type));
    let token_type = section.word("token_type", &token_types, &[], TokenType::AccessToken);
    let user = user(&mut section);
    let permissions = permissions(&mut section);
    let write = write(&mut section, &permissions, types(&tenant.value).of(Kind::User));
    section.finish();
    let (name, issuer) = (name?, issuer?);
    let settings = IdentityProvider {
        id: IdentityProviderId(0),
        tenant: TenantId::DEFAULT,
        name: name.value.clone(),
        issuer: issuer.value.clone(),
        audience: audience?,
        jwks: jwks?,
        allow_private_addresses,
        algorithms,
        token_type,
        user: user?,
        permissions,
        write,
    };
    Some(DeclaredIdentityProvider { tenant, name, issuer, settings })
}

impl DeclaredIdentityProvider {
    /// What is stored: paths start at the folder of the estate file.
    pub(super) fn wanted(
        &self,
        base: &Path,
        stored: Option<&IdentityProvider>,
    ) -> IdentityProvider {
        let jwks = match &self.settings.jwks {
            KeyLocation::File(path) => KeyLocation::File(base.join(path).display().to_string()),
            KeyLocation::Url(url) => KeyLocation::Url(url.clone()),
        };
        let (id, tenant) = stored
            .map_or((self.settings.id, self.settings.tenant), |stored| (stored.id, stored.tenant));
        IdentityProvider { id, tenant, jwks, ..self.settings.clone() }
    }
}

/// An identity provider without its name, as keys and values.
pub(super) fn fields(provider: &IdentityProvider) -> Fields {
    let jwks = match &provider.jwks {
        KeyLocation::Url(url) => quoted(url),
        KeyLocation::File(path) => quoted(&format!("file:{path}")),
    };
    let user = format!(
        "{{ claim = {}, attribute = {} }}",
        quoted(&provider.user.claim),
        quoted(provider.user.attribute.name())
    );
    let names = |names: &[String]| list(names.iter().map(|name| quoted(name)));
    let mut fields = vec![
        ("issuer", quoted(&provider.issuer)),
        ("audience", names(&provider.audience)),
        ("jwks", jwks),
        ("allow_private_addresses", provider.allow_private_addresses.to_string()),
        ("algorithms", list(provider.algorithms.iter().map(|known| quoted(known.name())))),
        ("token_type", quoted(provider.token_type.name())),
        ("user", user),
        ("permissions", list(provider.permissions.iter().map(|known| quoted(known.name())))),
    ];
    fields.extend((!provider.write.is_empty()).then(|| ("write", names(&provider.write))));
    fields
}

fn audience(section: &mut Section<'_>) -> Option<Vec<String>> {
    if !section.has("audience") {
        section.required("audience", "\"https://id.example.org\"");
        return None;
    }
    let written = section.one_or_more("audience")?;
    if written.is_empty() || written.iter().any(|audience| audience.value.is_empty()) {
        let message = "`audience` must name at least one, and none may be empty: a token that is meant for somebody else must not be taken";
        section.fault(&section.at(), message);
    }
    Some(written.into_iter().map(|audience| audience.value).collect())
}

fn jwks(section: &mut Section<'_>) -> Option<KeyLocation> {
    let text = section.required("jwks", "\"https://login.example.org/keys\"")?;
    if let Some(path) = text.value.strip_prefix("file:") {
        return Some(KeyLocation::File(path.to_owned()));
    }
    let usable = reqwest::Url::parse(&text.value).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none()
    });
    if !usable {
        let message = "`jwks` must be an address that begins with `https://`, without credentials, or \"file:PATH\"";
        section.fault(&text.at, message);
    }
    usable.then_some(KeyLocation::Url(text.value))
}

fn algorithms(section: &mut Section<'_>) -> Vec<SignatureAlgorithm> {
    let known = SignatureAlgorithm::ALL.map(|algorithm| (algorithm.name(), algorithm));
    let Some(chosen) = words(section, "algorithms", &known) else {
        return SignatureAlgorithm::USUAL.to_vec();
    };
    if chosen.is_empty() {
        let message =
            "`algorithms` must name at least one: leave it out for RS256, ES256 and EdDSA";
        section.fault(&section.at(), message);
    }
    chosen
}

/// Absent is reading only; an empty list is nothing.
fn permissions(section: &mut Section<'_>) -> Vec<SelfPermission> {
    let known = SelfPermission::ALL.map(|permission| (permission.name(), permission));
    words(section, "permissions", &known).unwrap_or_else(|| vec![SelfPermission::Read])
}

/// A list of some of a few words, in their order, each once.
fn words<T: Copy + Ord>(
    section: &mut Section<'_>,
    key: &'static str,
    known: &[(&str, T)],
) -> Option<Vec<T>> {
    let mut chosen = Vec::new();
    for text in section.list(key)? {
        if let Some((_, value)) = known.iter().find(|(word, _)| *word == text.value) {
            chosen.push(*value);
            continue;
        }
        let all: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        let message =
            format!("`{key}` cannot hold \"{}\": expected some of {}", text.value, all.join(", "));
        section.fault(&text.at, message);
    }
    chosen.sort_unstable();
    chosen.dedup();
    Some(chosen)
}

fn user(section: &mut Section<'_>) -> Option<UserClaim> {
    if !section.has("user") {
        section.required("user", "{ claim = \"sub\", attribute = \"externalId\" }");
        return None;
    }
    let mut inside = section.section("user", "`user`")?;
    let claim = inside.required("claim", "\"sub\"");
    let keys = UserKey::ALL.map(|key| (key.name(), key));
    let attribute = inside.required("attribute", "\"externalId\"");
    let key = attribute.and_then(|text| {
        let found = keys.iter().find(|(word, _)| *word == text.value).map(|(_, key)| *key);
        if found.is_none() {
            let message = format!(
                "`attribute` in `user` must be one that tells users apart: \"id\", \"userName\" or \"externalId\", not \"{}\"",
                text.value
            );
            inside.fault(&text.at, message);
        }
        found
    });
    inside.finish();
    Some(UserClaim { claim: claim?.value, attribute: key? })
}

/// The attributes that users may change, in the spelling of the schema.
fn write(
    section: &mut Section<'_>,
    permissions: &[SelfPermission],
    users: &ResourceType,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for text in section.list("write").unwrap_or_default() {
        match writable(&text.value, users) {
            Ok(name) if names.contains(&name) => {
                section.fault(&text.at, format!("`{name}` is named twice in `write`"));
            }
            Ok(name) => names.push(name),
            Err(reason) => {
                section.fault(&text.at, format!("`{}` in `write`: {reason}", text.value));
            }
        }
    }
    let may = permissions.contains(&SelfPermission::Write);
    if may != section.has("write") {
        let message = "`write` names the attributes that users may change, and the permission `me:write` lets them: one needs the other";
        section.fault(&section.at(), message);
    }
    names
}

fn writable(text: &str, users: &ResourceType) -> Result<String, String> {
    let path = AttributePath::from_str(text).map_err(|_| "this is not an attribute".to_owned())?;
    let found = users.resolve(&path).ok_or("users have no such attribute")?;
    if path.sub.is_some() {
        return Err("name the whole attribute, without a part of it".to_owned());
    }
    let leaf = found.leaf().ok_or("name an attribute of the extension, not all of it")?;
    let name = found.path().to_string();
    if NEVER_OWN.contains(&name.as_str()) {
        return Err(
            "it says who a user is or whether he may come in, and is not his to change".to_owned()
        );
    }
    if leaf.mutability == Mutability::ReadOnly {
        return Err("nobody can write it".to_owned());
    }
    Ok(name)
}
