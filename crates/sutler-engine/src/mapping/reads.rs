//! What an expression reads beyond the resource's own attributes, whichever branch is taken: it
//! says whom a change of something else touches.

use super::node::{Fact, Node, What};

/// What an expression reads beyond the resource's own attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The groups that have the resource as a member.
    pub groups: bool,
    /// The resources that it refers to: its manager.
    pub references: bool,
    /// How many generated names were taken.
    pub attempt: bool,
}

impl Reads {
    /// What either of two reads.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            groups: self.groups || other.groups,
            references: self.references || other.references,
            attempt: self.attempt || other.attempt,
        }
    }
}

/// Adds what `node` reads, and all below it.
pub(super) fn of(node: &Node, reads: &mut Reads) {
    match &node.what {
        What::Attribute(attribute) => reads.references |= attribute.of_manager,
        What::Fact(Fact::Groups) => reads.groups = true,
        What::Fact(Fact::HasManager) => reads.references = true,
        What::Call(call) => *reads = reads.union(call.function.reads),
        _ => {}
    }
    for below in node.below() {
        of(below, reads);
    }
}
