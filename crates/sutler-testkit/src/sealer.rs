//! A fake that seals nothing: what is sealed can be read, and opens in its context only.

use sutler_model::port::{Sealer, Unsealable};

/// A fake: the bytes themselves, behind their context.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainSealer;

impl Sealer for PlainSealer {
    fn seal(&self, bytes: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        Ok([context, b"\0", bytes].concat())
    }

    fn open(&self, sealed: &[u8], context: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let rest = sealed.strip_prefix(context).and_then(|rest| rest.strip_prefix(b"\0"));
        rest.map(<[u8]>::to_vec).ok_or_else(|| Unsealable("of another context".to_owned()))
    }
}
