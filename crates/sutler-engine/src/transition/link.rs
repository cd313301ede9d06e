//! Links: announcing an account before it is made, and doubt about what was done.

use sutler_model::link::{Doubt, Link};
use sutler_model::work::Work;
use sutler_model::{Fence, Stamp, Time};

/// A create may be announced, and then sent, only under the fence in force.
pub fn may_announce(row: Option<&Work>, fence: Fence) -> bool {
    row.is_some_and(|work| work.fence == Some(fence))
}

/// The link as an announcement stores it. A stored doubt stays: only a settle that looked at
/// it may clear it.
pub fn announced(stored: Option<&Link>, link: Link) -> Link {
    let doubt = stored.filter(|known| known.id == link.id).and_then(|known| known.doubt);
    Link { doubt: doubt.or(link.doubt), ..link }
}

/// A link whose last attempt is unknown to us, under a stamp that nobody has looked at yet.
pub fn in_doubt(link: Link, stamp: Stamp, at: Time) -> Link {
    Link { doubt: Some(Doubt { stamp, at }), ..link }
}

/// True if whoever waited for the name of `before` may go on.
pub fn frees_its_name(before: &Link, after: &Link) -> bool {
    before.is_open() && (!after.is_open() || before.key != after.key)
}
