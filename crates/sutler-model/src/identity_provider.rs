//! Identity providers: whose tokens are believed, which user of ours a token is about, and what
//! that user may do with himself.

use serde::{Deserialize, Serialize};

use crate::{IdentityProviderId, TenantId};

/// A trusted OpenID provider whose access tokens (RFC 9068) stand for users of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityProvider {
    /// Its key; `IdentityProviderId(0)` before it is stored.
    pub id: IdentityProviderId,
    /// Whose.
    pub tenant: TenantId,
    /// Unique in its tenant.
    pub name: String,
    /// What `iss` must be, to the letter. Unique in its tenant.
    pub issuer: String,
    /// One of these must be in `aud`.
    pub audience: Vec<String>,
    /// Where its keys are.
    pub jwks: KeyLocation,
    /// Loopback and private addresses are refused for the keys unless this is set.
    pub allow_private_addresses: bool,
    /// What its tokens may be signed with; the header of a token has no say in it.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// What `typ` in the header must be.
    pub token_type: TokenType,
    /// Which user a token is about.
    pub user: UserClaim,
    /// What a user may do with himself; deny by default.
    pub permissions: Vec<SelfPermission>,
    /// The attributes that a user may change of himself, in the spelling of the schema.
    pub write: Vec<String>,
}

/// Where a set of keys (RFC 7517 §5) is kept.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyLocation {
    /// At an address.
    Url(String),
    /// In a file of the server's machine, by absolute path.
    File(String),
}

/// Signatures with a key pair (RFC 7518 §3.1, RFC 8037). None is made with a shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are those of RFC 7518 §3.1")]
pub enum SignatureAlgorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SignatureAlgorithm {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];
    /// Those that are believed where the estate names none.
    pub const USUAL: [Self; 3] = [Self::Rs256, Self::Es256, Self::EdDsa];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// The media type that a token names in its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenType {
    /// `at+jwt` (RFC 9068 §2.1): an access token, and nothing else can be taken for one.
    #[default]
    #[serde(rename = "at+jwt")]
    AccessToken,
    /// `JWT`: for providers that do not tell access tokens from others.
    #[serde(rename = "JWT")]
    Jwt,
}

impl TokenType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::AccessToken, Self::Jwt];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::Jwt => "JWT",
        }
    }
}

/// How a token names a user: the value of a claim is the value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserClaim {
    /// The claim, a string.
    pub claim: String,
    /// The attribute.
    pub attribute: UserKey,
}

/// An attribute that one user at most may have a value of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserKey {
    /// `id`.
    #[serde(rename = "id")]
    Id,
    /// `userName`.
    #[serde(rename = "userName")]
    UserName,
    /// `externalId`.
    #[serde(rename = "externalId")]
    ExternalId,
}

impl UserKey {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Id, Self::UserName, Self::ExternalId];

    /// The attribute's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::UserName => "userName",
            Self::ExternalId => "externalId",
        }
    }
}

/// What a user may do with himself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SelfPermission {
    /// `me:read`.
    #[serde(rename = "me:read")]
    Read,
    /// `me:write`: the attributes that the identity provider lists.
    #[serde(rename = "me:write")]
    Write,
    /// `me:delete`.
    #[serde(rename = "me:delete")]
    Delete,
}

impl SelfPermission {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Delete];

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "me:read",
            Self::Write => "me:write",
            Self::Delete => "me:delete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_what_is_written_in_the_estate() {
        let stored = |value: serde_json::Value| value.as_str().map(str::to_owned);
        for algorithm in SignatureAlgorithm::ALL {
            let value = serde_json::to_value(algorithm).unwrap();
            assert_eq!(stored(value).as_deref(), Some(algorithm.name()));
        }
        for permission in SelfPermission::ALL {
            let value = serde_json::to_value(permission).unwrap();
            assert_eq!(stored(value).as_deref(), Some(permission.name()));
        }
        for key in UserKey::ALL {
            assert_eq!(stored(serde_json::to_value(key).unwrap()).as_deref(), Some(key.name()));
        }
        for r#type in TokenType::ALL {
            assert_eq!(
                stored(serde_json::to_value(r#type).unwrap()).as_deref(),
                Some(r#type.name())
            );
        }
    }
}
