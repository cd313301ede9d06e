//! Keys of our own, tokens signed with them, and the provider that they belong to.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use sutler_federation::KeySet;
use sutler_model::identity_provider::{
    IdentityProvider, KeyLocation, SignatureAlgorithm, TokenType, UserClaim, UserKey,
};
use sutler_model::{IdentityProviderId, TenantId, Time};

/// The time of every test, in seconds.
pub(crate) const NOW: i64 = 1_790_000_000;

pub(crate) const ISSUER: &str = "https://login.example.org";

/// A key pair of the provider.
pub(crate) struct Signer {
    pub(crate) algorithm: Algorithm,
    pub(crate) private: EncodingKey,
    pub(crate) public: Value,
}

impl Signer {
    fn new(algorithm: Algorithm, private: EncodingKey, id: &str) -> Self {
        let jwk = Jwk::from_encoding_key(&private, algorithm).unwrap();
        let mut public = serde_json::to_value(jwk).unwrap();
        public["kid"] = json!(id);
        Self { algorithm, private, public }
    }

    fn elliptic(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let der = pair.to_pkcs8v1().unwrap();
        Self::new(Algorithm::ES256, EncodingKey::from_ec_der(der.as_ref()), id)
    }

    fn rsa(id: &str) -> Self {
        let pair = RsaKeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
        let der = AsDer::<Pkcs8V1Der>::as_der(&pair).unwrap();
        let text = STANDARD.encode(der.as_ref());
        let label = "PRIVATE KEY";
        let pem = format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n");
        Self::new(Algorithm::RS256, EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), id)
    }

    /// A token of these two parts, with the right signature of this key.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", encode(header), encode(claims));
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &self.private, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }
}

pub(crate) static ELLIPTIC: LazyLock<Signer> = LazyLock::new(|| Signer::elliptic("ec"));
pub(crate) static RSA: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("rsa"));
/// Of somebody else.
pub(crate) static STRANGER: LazyLock<Signer> = LazyLock::new(|| Signer::elliptic("ec"));

pub(crate) fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

pub(crate) fn set(keys: &[&Value]) -> Value {
    json!({"keys": keys})
}

pub(crate) fn keys() -> KeySet {
    KeySet::read(&set(&[&ELLIPTIC.public, &RSA.public])).unwrap()
}

pub(crate) fn provider() -> IdentityProvider {
    IdentityProvider {
        id: IdentityProviderId(1),
        tenant: TenantId::DEFAULT,
        name: "login".to_owned(),
        issuer: ISSUER.to_owned(),
        audience: vec!["sutler".to_owned(), "https://id.example.org".to_owned()],
        jwks: KeyLocation::Url(format!("{ISSUER}/keys")),
        allow_private_addresses: false,
        algorithms: SignatureAlgorithm::USUAL.to_vec(),
        token_type: TokenType::AccessToken,
        user: UserClaim { claim: "sub".to_owned(), attribute: UserKey::UserName },
        permissions: Vec::new(),
        write: Vec::new(),
    }
}

pub(crate) fn now() -> Time {
    Time(NOW * 1_000)
}

pub(crate) fn header() -> Value {
    json!({"alg": "ES256", "typ": "at+jwt", "kid": "ec"})
}

pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": "sutler", "sub": "anna", "client_id": "portal",
        "iat": NOW - 10, "exp": NOW + 300, "jti": "1",
    })
}

/// The same object with other values; null takes a member away.
pub(crate) fn with(mut object: Value, changes: &Value) -> Value {
    let map = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            map.remove(name);
        } else {
            map.insert(name.clone(), value.clone());
        }
    }
    object
}
