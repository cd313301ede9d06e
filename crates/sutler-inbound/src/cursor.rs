//! Cursors (RFC 9865): where a walk goes on, sealed, so that nothing is kept for it here.
//!
//! A cursor is XChaCha20-Poly1305 over a [`Mark`], bound to the caller and the query. It stands
//! in addresses and in other people's logs, and tells nothing there: the values that a walk is
//! sorted by are in it. Whatever is wrong with one, the answer is the same (T-K7).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sutler_model::port::Random;
use sutler_model::query::Position;
use sutler_model::{Invalid, InvalidKind, Time};

const NONCE: usize = 24;

/// Seals and opens cursors.
pub struct Cursors {
    cipher: XChaCha20Poly1305,
}

/// What a cursor holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// When it was made.
    pub(crate) at: Time,
    /// The page size that the walk began with.
    pub(crate) count: Option<usize>,
    /// How many matched on the first page.
    pub(crate) total: usize,
    /// After which place it goes on.
    pub(crate) position: Position,
}

impl Mark {
    /// Refuses another page size than the walk began with, and a mark that is too old.
    pub(crate) fn check(
        &self,
        count: Option<usize>,
        now: Time,
        timeout: Duration,
    ) -> Result<(), Invalid> {
        if self.count != count {
            return Err(Invalid::new(
                InvalidKind::Count,
                "`count` must be on every page what it was on the first",
            ));
        }
        let timeout = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        if now.since(self.at) > timeout {
            return Err(Invalid::new(
                InvalidKind::ExpiredCursor,
                "the cursor has expired: begin again with an empty `cursor`",
            ));
        }
        Ok(())
    }
}

impl Cursors {
    /// Under this key, which must be the same after a restart, and used for nothing else.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&(*key).into()) }
    }

    /// The text of a cursor: characters that need no escape in an address (T-K1). `None` if it
    /// could not be made.
    pub(crate) fn seal(&self, mark: &Mark, binding: &str, random: &dyn Random) -> Option<String> {
        let held = (mark.at, mark.count, mark.total, &mark.position);
        let plain = serde_json::to_vec(&held).ok()?;
        let bytes = random.bytes32();
        let nonce: [u8; NONCE] = *bytes.first_chunk()?;
        let payload = Payload { msg: &plain, aad: binding.as_bytes() };
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// What a cursor holds, if it was sealed here for this caller and this query.
    pub(crate) fn open(&self, text: &str, binding: &str) -> Result<Mark, Invalid> {
        self.opened(text, binding).ok_or_else(|| {
            Invalid::new(
                InvalidKind::Cursor,
                "the cursor is not of this query: repeat the parameters of the first page, or begin again with an empty `cursor`",
            )
        })
    }

    fn opened(&self, text: &str, binding: &str) -> Option<Mark> {
        let envelope = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = envelope.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let payload = Payload { msg: sealed, aad: binding.as_bytes() };
        let plain = self.cipher.decrypt(&XNonce::from(nonce), payload).ok()?;
        let (at, count, total, position) = serde_json::from_slice(&plain).ok()?;
        Some(Mark { at, count, total, position })
    }
}

#[cfg(test)]
mod tests {
    use sutler_model::Rid;
    use sutler_model::filter::SortKey;

    use super::*;

    struct Fixed;

    impl Random for Fixed {
        fn bytes16(&self) -> [u8; 16] {
            [7; 16]
        }

        fn bytes32(&self) -> [u8; 32] {
            [7; 32]
        }

        fn number(&self) -> u64 {
            7
        }
    }

    fn mark() -> Mark {
        let key = Some(SortKey::Text("secret name".to_owned()));
        Mark {
            at: Time(1_000),
            count: Some(10),
            total: 99,
            position: Position { key, rid: Rid(5) },
        }
    }

    fn sealed() -> String {
        Cursors::new(&[1; 32]).seal(&mark(), "query", &Fixed).unwrap()
    }

    #[test]
    fn a_cursor_opens_after_a_restart_and_needs_no_escape_t_k1() {
        let text = sealed();
        assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
        assert_eq!(Cursors::new(&[1; 32]).open(&text, "query"), Ok(mark()));
    }

    #[test]
    fn every_kind_of_key_comes_back_as_it_was() {
        let moment = "2026-01-31T08:00:00.123456789Z".parse().unwrap();
        let keys = [
            None,
            Some(SortKey::Boolean(true)),
            Some(SortKey::Number(u64::MAX - 1)),
            Some(SortKey::Moment(moment)),
            Some(SortKey::Text("\u{0}\"é".to_owned())),
        ];
        let cursors = Cursors::new(&[1; 32]);
        for key in keys {
            let mark = Mark { position: Position { key, rid: Rid(-1) }, ..mark() };
            let text = cursors.seal(&mark, "query", &Fixed).unwrap();
            assert_eq!(cursors.open(&text, "query"), Ok(mark));
        }
    }

    #[test]
    fn a_cursor_is_good_for_its_query_and_key_only_t_k1_t_k7() {
        let refused = |cursors: &Cursors, text: &str, binding: &str| {
            cursors.open(text, binding).map_err(|e| e.kind) == Err(InvalidKind::Cursor)
        };
        assert!(refused(&Cursors::new(&[1; 32]), &sealed(), "other"));
        assert!(refused(&Cursors::new(&[2; 32]), &sealed(), "query"));
        for garbage in ["x", "!", "AAAA", "é"] {
            assert!(refused(&Cursors::new(&[1; 32]), garbage, "query"), "{garbage}");
        }
    }

    #[test]
    fn every_flipped_byte_and_every_cut_is_noticed_t_k1() {
        let cursors = Cursors::new(&[1; 32]);
        let bytes = URL_SAFE_NO_PAD.decode(sealed()).unwrap();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(cursors.open(&URL_SAFE_NO_PAD.encode(flipped), "query").is_err(), "byte {at}");
            assert!(cursors.open(&URL_SAFE_NO_PAD.encode(&bytes[..at]), "query").is_err());
        }
    }

    #[test]
    fn a_mark_is_good_until_its_time_is_over_t_k1() {
        let hour = Duration::from_hours(1);
        let check = |count, now| mark().check(count, Time(now), hour).map_err(|e| e.kind);
        assert_eq!(check(Some(10), 3_601_000), Ok(()));
        assert_eq!(check(Some(10), 3_601_001), Err(InvalidKind::ExpiredCursor));
        assert_eq!(check(Some(11), 1_000), Err(InvalidKind::Count));
        assert_eq!(check(None, 1_000), Err(InvalidKind::Count));
    }
}
