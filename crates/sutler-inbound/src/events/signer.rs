//! Signed tokens: ES256 (RFC 7518 §3.4) under a key of the tenant's own, made when it is first
//! needed and kept sealed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use sutler_model::TenantId;
use sutler_model::estate::Estate;
use sutler_model::event::{Event, SigningKey};
use sutler_model::port::{EventSigner, Ledger, Random};
use sutler_scim::events::{TOKEN_TYPE, claims};

use crate::place::ROOTS;

/// How often a key is drawn: one in 2³² is none.
const DRAWS: usize = 4;

/// Seals what is kept, for one purpose: it opens for nothing else.
pub trait Sealing: Send + Sync {
    /// The sealed form of a secret.
    fn seal(&self, purpose: &str, secret: &str) -> Result<String, String>;
    /// The secret again, or why it cannot be had.
    fn open(&self, purpose: &str, sealed: &str) -> Result<SecretString, String>;
}

/// Signs events, each with the key of its tenant.
pub struct TokenSigner {
    ledger: Arc<dyn Ledger>,
    random: Arc<dyn Random>,
    sealing: Arc<dyn Sealing>,
    /// The public address, without a path.
    origin: String,
    keys: Mutex<HashMap<TenantId, Arc<OpenKey>>>,
}

/// A key that can sign.
struct OpenKey {
    kid: String,
    key: EncodingKey,
}

impl TokenSigner {
    /// `origin` is the public address of the server, as `https://id.example.org`.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        random: Arc<dyn Random>,
        sealing: Arc<dyn Sealing>,
        origin: &str,
    ) -> Self {
        let origin = origin.trim_end_matches('/').to_owned();
        Self { ledger, random, sealing, origin, keys: Mutex::default() }
    }

    /// Who signs for a tenant: the address of its SCIM root.
    pub(crate) fn issuer(&self, estate: &Estate, tenant: TenantId) -> String {
        let [root, _] = ROOTS;
        let name = estate.tenants.iter().find(|(id, _)| *id == tenant);
        match name {
            Some((_, name)) if tenant != TenantId::DEFAULT => {
                format!("{}/t/{name}{root}", self.origin)
            }
            _ => format!("{}{root}", self.origin),
        }
    }

    /// The public keys of a tenant (RFC 7517 §5); none before the first was needed.
    pub(crate) async fn jwks(&self, tenant: TenantId) -> Result<Value, String> {
        let stored = self.ledger.signing_key(tenant).await.map_err(|error| error.to_string())?;
        let keys: Vec<Value> = stored.iter().filter_map(jwk).collect();
        Ok(json!({"keys": keys}))
    }

    async fn key(&self, tenant: TenantId) -> Result<Arc<OpenKey>, String> {
        if let Some(known) = self.known(tenant) {
            return Ok(known);
        }
        let stored = self.ledger.signing_key(tenant).await.map_err(|error| error.to_string())?;
        let opened = match stored {
            None => self.renew(tenant, None).await?,
            Some(stored) => match self.open(tenant, &stored) {
                Ok(opened) => opened,
                Err(reason) => {
                    tracing::error!(%reason, "a signing key cannot be opened: another takes its place");
                    self.renew(tenant, Some(stored.kid)).await?
                }
            },
        };
        let opened = Arc::new(opened);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(keys.entry(tenant).or_insert(opened)))
    }

    /// Makes the first key of a tenant, or one instead of a key that is lost with the key file:
    /// what waits is signed anew when it is asked for.
    async fn renew(&self, tenant: TenantId, lost: Option<String>) -> Result<OpenKey, String> {
        let made = self.make(tenant)?;
        let kept = self.ledger.keep_signing_key(tenant, made, lost).await;
        self.open(tenant, &kept.map_err(|error| error.to_string())?)
    }

    fn known(&self, tenant: TenantId) -> Option<Arc<OpenKey>> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(&tenant).map(Arc::clone)
    }

    fn make(&self, tenant: TenantId) -> Result<SigningKey, String> {
        let draws = (0..DRAWS).find_map(|_| pair(&self.random.bytes32()));
        let (private, public) = draws.ok_or("no signing key could be made")?;
        let sealed = self.sealing.seal(&purpose(tenant), &STANDARD.encode(private))?;
        let (x, y) = point(&public).ok_or("no signing key could be made")?;
        Ok(SigningKey { kid: thumbprint(&x, &y), sealed, public })
    }

    fn open(&self, tenant: TenantId, stored: &SigningKey) -> Result<OpenKey, String> {
        let secret = self.sealing.open(&purpose(tenant), &stored.sealed)?;
        let private = STANDARD
            .decode(secret.expose_secret())
            .map_err(|_| "the signing key is damaged: restore it from a backup".to_owned())?;
        Ok(OpenKey { kid: stored.kid.clone(), key: EncodingKey::from_ec_der(&private) })
    }
}

#[async_trait]
impl EventSigner for TokenSigner {
    async fn sign(
        &self,
        estate: &Estate,
        tenant: TenantId,
        audience: &str,
        event: &Event,
    ) -> Result<String, String> {
        let key = self.key(tenant).await?;
        let mut header = Header::new(Algorithm::ES256);
        header.typ = Some(TOKEN_TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        let claims = claims(&estate.schemas(tenant), event, &self.issuer(estate, tenant), audience);
        jsonwebtoken::encode(&header, &claims, &key.key)
            .map_err(|error| format!("the event could not be signed: {error}"))
    }
}

/// By the number of the tenant, so that one tenant's key never opens as another's.
fn purpose(tenant: TenantId) -> String {
    format!("events/{tenant}")
}

/// A key pair from random bytes: the private half as PKCS #8, the public one as a point. `None`
/// if the bytes are no key.
fn pair(bytes: &[u8; 32]) -> Option<(Vec<u8>, Vec<u8>)> {
    let private = PrivateKey::from_private_key(&ECDH_P256, bytes).ok()?;
    let public = private.compute_public_key().ok()?;
    let pair = EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        bytes,
        public.as_ref(),
    );
    let document = pair.ok()?.to_pkcs8v1().ok()?;
    Some((document.as_ref().to_vec(), public.as_ref().to_vec()))
}

/// The coordinates of an uncompressed point, in the form of a JWK (RFC 7518 §6.2.1).
fn point(public: &[u8]) -> Option<(String, String)> {
    let (x, y) = public.strip_prefix(&[4])?.split_at_checked(32)?;
    (y.len() == 32).then(|| (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y)))
}

/// RFC 7638 §3: over the required members, in lexical order.
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}

fn jwk(key: &SigningKey) -> Option<Value> {
    let (x, y) = point(&key.public)?;
    Some(json!({
        "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256", "kid": key.kid,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_what_exceeds_the_curve_is_no_key() {
        assert!(pair(&[0; 32]).is_none());
        assert!(pair(&[255; 32]).is_none());
        assert!(pair(&[1; 32]).is_some());
    }

    #[test]
    fn the_same_bytes_give_the_same_key_and_name() {
        let (private, public) = pair(&[1; 32]).unwrap();
        assert_eq!(pair(&[1; 32]).unwrap(), (private, public.clone()));
        let (x, y) = point(&public).unwrap();
        assert_eq!(thumbprint(&x, &y).len(), 43);
        assert_ne!(pair(&[2; 32]).unwrap().1, public);
    }
}
