//! The fuzz functions on seeds with random damage, and what every set of keys must stand.

use serde_json::json;
use sutler_federation::{KeySet, fuzz};

use crate::support::{ELLIPTIC, RSA, claims, header, keys, now, provider, set};

/// A small generator: the same numbers each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn damaged(seed: &str, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(4) {
            0 => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            1 => bytes.truncate(at.max(1)),
            2 => bytes.insert(at, b"._-A\"{[,=\0"[dice.below(10)]),
            _ => {
                let part = bytes[at..].to_vec();
                bytes.extend(part);
            }
        }
    }
    bytes
}

#[test]
fn a_damaged_token_is_never_believed_oa_5() {
    let good = ELLIPTIC.sign(&header(), &claims());
    let (trusted, keys) = (provider(), keys());
    assert!(!fuzz::token(good.as_bytes(), &trusted, &keys, now()));
    let mut dice = Dice(1);
    for _ in 0..3_000 {
        let bytes = damaged(&good, &mut dice);
        if bytes != good.as_bytes() {
            assert!(
                fuzz::token(&bytes, &trusted, &keys, now()),
                "{}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
}

#[test]
fn a_damaged_set_of_keys_breaks_nothing() {
    let good = set(&[&ELLIPTIC.public, &RSA.public]).to_string();
    let mut dice = Dice(2);
    for _ in 0..3_000 {
        assert!(fuzz::keys(&damaged(&good, &mut dice)));
    }
}

#[test]
fn keys_that_cannot_verify_are_passed_over() {
    let without = |changes| crate::support::with(ELLIPTIC.public.clone(), &changes);
    for key in [
        without(json!({"use": "enc"})),
        without(json!({"use": 1})),
        without(json!({"key_ops": ["sign"]})),
        without(json!({"key_ops": "verify"})),
        without(json!({"kty": "oct"})),
        without(json!({"crv": "P-521"})),
        without(json!({"crv": null})),
        without(json!({"x": null})),
        without(json!({"x": "!"})),
        without(json!({"kid": 1})),
        json!({}),
        json!("ec"),
    ] {
        assert!(KeySet::read(&set(&[&key])).is_none(), "{key}");
        assert!(KeySet::read(&set(&[&key, &RSA.public])).is_some(), "{key}");
    }
    for none in [json!(null), json!([]), json!({}), json!({"keys": {}}), json!({"keys": []})] {
        assert!(KeySet::read(&none).is_none(), "{none}");
    }
    let many = vec![&ELLIPTIC.public; 101];
    assert!(KeySet::read(&set(&many)).is_none());
}
