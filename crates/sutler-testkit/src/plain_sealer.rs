//! A sealer that seals nothing, for tests: what it gives can be read by anybody.

use sutler_model::port::{Sealer, Unsealable};

/// A transparent fake: it keeps the context in front of the bytes, to find that it is the same.
pub struct PlainSealer;

impl Sealer for PlainSealer {
    fn seal(&self, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        Ok([context, b"|", bytes].concat())
    }

    fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let rest = sealed.strip_prefix(context).and_then(|rest| rest.strip_prefix(b"|"));
        rest.map(<[u8]>::to_vec).ok_or_else(|| Unsealable("it was sealed elsewhere".to_owned()))
    }
}
