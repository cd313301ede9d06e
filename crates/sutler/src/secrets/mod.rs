//! Secrets: where they come from, how they are sealed at rest, how they are hashed.
//!
//! A secret value is never printed and never stored in the clear. The estate names it by
//! reference (`env:`, `file:`) or lets one be generated, which is shown once.

mod hash;
mod hiding;
mod key;
mod seal;
mod source;

pub(crate) use hash::hash;
pub(crate) use hiding::NameHiding;
pub(crate) use key::{Key, derive, load_or_make};
pub(crate) use seal::{RandomSealer, Sealer, notification_purpose, stream_purpose, target_purpose};
pub(crate) use source::{Elsewhere, SecretSource, write_private};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sutler_model::port::Random;

/// A new secret: 256 random bits, printable.
pub(crate) fn generate(random: &dyn Random) -> String {
    URL_SAFE_NO_PAD.encode(random.bytes32())
}
