//! What a person looks at and orders, whoever carries the order in: the command line over the
//! control socket, or the admin API.
//!
//! Knows neither of them. Who may order what was decided before; what a person is told to do
//! next is worded by who told him.

mod acting;
mod administrators;
mod comparisons;
mod find;
mod held;
mod page;
mod pair;
mod past;
mod pauses;
mod plans;
mod provision;
mod receivers;
mod targets;
mod tokens;
mod trail;
mod waiting;

pub use acting::{Acting, begin, note_refusal, refused};
pub use administrators::{
    NewAdministrator, administrators, keep_administrator, revoke_administrator,
};
pub use comparisons::{compare, comparison, findings, latest_comparison};
pub use find::{provider, target, tenant, tenant_name, tenant_option};
pub use held::{WaveLine, give_verdict, held_pairs, wave, waves};
pub use page::Page;
pub use pair::{deliveries, explain, unknown_resource};
pub use past::{HistoryWanted, MOST_RECORDED, history};
pub use pauses::{PauseWanted, pause, paused, resume};
pub use plans::{Drafted, apply_plan, applying, make_plan, plan, planned_pairs};
pub use provision::provision;
pub use receivers::{NotificationLine, notifications};
pub use targets::{check, status, statuses, streams, targets};
pub use tokens::{keep_token, revoke_token, tokens};
pub use trail::{Trail, trail, verify};
pub use waiting::{failed, failed_by_cause, leavers, retry};

use sutler_model::port::LedgerError;

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What it is about is not there.
    #[error("{0}")]
    Missing(String),
    /// It cannot be done as it stands.
    #[error("{0}")]
    Impossible(String),
    /// It is there already, or somebody else was faster.
    #[error("{0}")]
    Taken(String),
    /// A list has no such place.
    #[error("{0}")]
    NoPlace(String),
    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] LedgerError),
}
