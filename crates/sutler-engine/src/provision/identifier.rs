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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_version_7_uuid_of_the_moment() {
        struct Fixed;
        impl sutler_model::port::Clock for Fixed {
            fn now(&self) -> sutler_model::Time {
                sutler_model::Time(0x0199_a000_1234)
            }
            fn boottime(&self) -> i64 {
                0
            }
        }
        impl sutler_model::port::Random for Fixed {
            fn bytes16(&self) -> [u8; 16] {
                [0xff; 16]
            }
            fn bytes32(&self) -> [u8; 32] {
                [0xff; 32]
            }
            fn number(&self) -> u64 {
                0
            }
        }
        let Uid(id) = make(&Fixed, &Fixed);
        assert_eq!(id, "0199a000-1234-7fff-bfff-ffffffffffff");
    }
}
