//! The keys of an identity provider (RFC 7517): those that can verify a signature, and of them
//! the one that a token names.

use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};
use sutler_model::identity_provider::SignatureAlgorithm;

/// How many keys are looked at; a set of more is not a set of keys.
const MOST_KEYS: usize = 100;

/// The keys of a set that can be used here.
#[derive(Clone)]
pub struct KeySet {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    id: Option<String>,
    /// The algorithm that it is for, if it says so.
    algorithm: Option<String>,
    form: Form,
    verifying: DecodingKey,
}

/// What kind of key it is: which algorithms it can serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Rsa,
    P256,
    P384,
    Ed25519,
}

impl Form {
    fn serves(self, algorithm: SignatureAlgorithm) -> bool {
        use SignatureAlgorithm as A;
        match algorithm {
            A::Rs256 | A::Rs384 | A::Rs512 | A::Ps256 | A::Ps384 | A::Ps512 => self == Self::Rsa,
            A::Es256 => self == Self::P256,
            A::Es384 => self == Self::P384,
            A::EdDsa => self == Self::Ed25519,
        }
    }
}

impl KeySet {
    /// The usable keys of a JWK set; `None` if it is none, or holds no usable key. Keys that are
    /// not understood, shared secrets and keys for encryption are passed over (RFC 7517 §5).
    pub fn read(set: &Value) -> Option<Self> {
        let listed = set.get("keys")?.as_array()?;
        if listed.len() > MOST_KEYS {
            return None;
        }
        let keys: Vec<Key> = listed.iter().filter_map(|key| Key::read(key.as_object()?)).collect();
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The one key that a header names; of several that could be meant, none.
    pub(crate) fn find(
        &self,
        id: Option<&str>,
        algorithm: SignatureAlgorithm,
    ) -> Option<&DecodingKey> {
        let mut fitting = self.keys.iter().filter(|key| {
            (id.is_none() || key.id.as_deref() == id)
                && key.form.serves(algorithm)
                && key.algorithm.as_deref().is_none_or(|only| only == algorithm.name())
        });
        let found = fitting.next()?;
        fitting.next().is_none().then_some(&found.verifying)
    }
}

impl Key {
    fn read(jwk: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let (form, verifying) = material(&text)?;
        let verifies = match (jwk.get("use"), jwk.get("key_ops")) {
            (Some(r#use), _) => r#use == "sig",
            (None, Some(operations)) => {
                operations.as_array()?.iter().any(|operation| operation == "verify")
            }
            (None, None) => true,
        };
        let said = |name: &str| match jwk.get(name) {
            None => Some(None),
            Some(value) => value.as_str().map(|text| Some(text.to_owned())),
        };
        let (id, algorithm) = (said("kid")?, said("alg")?);
        verifies.then_some(Self { id, algorithm, form, verifying })
    }
}

/// The public key itself. A shared secret is none.
fn material<'a>(text: &impl Fn(&str) -> Option<&'a str>) -> Option<(Form, DecodingKey)> {
    let (form, key) = match (text("kty")?, text("crv")) {
        ("RSA", None) => (Form::Rsa, DecodingKey::from_rsa_components(text("n")?, text("e")?)),
        ("EC", Some("P-256")) => {
            (Form::P256, DecodingKey::from_ec_components(text("x")?, text("y")?))
        }
        ("EC", Some("P-384")) => {
            (Form::P384, DecodingKey::from_ec_components(text("x")?, text("y")?))
        }
        ("OKP", Some("Ed25519")) => (Form::Ed25519, DecodingKey::from_ed_components(text("x")?)),
        _ => return None,
    };
    Some((form, key.ok()?))
}
