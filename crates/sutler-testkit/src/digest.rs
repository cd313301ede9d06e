//! A fake digest, which hides nothing: tests see what was digested.

use sutler_model::port::Digest;

/// A fake: the text itself, behind a word that says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainDigest;

impl Digest for PlainDigest {
    fn digest(&self, text: &str) -> String {
        format!("not digested: {text}")
    }
}
