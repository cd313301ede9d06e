//! The public id of a new resource: a UUID of version 7 (RFC 9562 §5.7), from the ports for
//! time and randomness. Never from anything that a client sent.

use sutler_model::Uid;
use sutler_model::port::{Clock, Random};

/// A new id.
pub(super) fn make(clock: &dyn Clock, random: &dyn Random) -> Uid {
    let millis = u64::try_from(clock.now().0).unwrap_or_default();
    let random = random.bytes16();
    let tail = random.first_chunk().copied().unwrap_or_default();
    Uid(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().to_string())
}
