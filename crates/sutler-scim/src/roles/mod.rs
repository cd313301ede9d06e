//! Roles as WSO2 Identity Server's clients know them, over groups that carry the role extension.
//!
//! Every word of theirs is turned into one about a group, before anything is read or written,
//! and a group is rendered as a role. What a group is and how it changes is said elsewhere:
//! nothing here is stored, checked against others or provisioned.

mod body;
mod patch;
mod query;
mod render;
mod shape;

pub use body::group;
pub use patch::operations;
pub use query::group_query;
pub use render::{location, role};
pub use shape::{Shape, is_role};

use shape::members_kind;
