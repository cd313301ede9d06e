//! What a life consists of, and the kinds of life that are lived.

use super::{Plant, Sabotage};

/// What a life consists of.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a trait that a life has or has not")]
pub struct Plan {
    /// How many changes are committed.
    pub changes: usize,
    /// A bug.
    pub plant: Plant,
    /// How many nodes; none is drawn from the seed, one to four. Of several, one is stopped for
    /// a while now and then.
    pub nodes: usize,
    /// Accounts are recognised by their names.
    pub by_name: bool,
    /// Few people change, mostly one thing after a rest, and nodes sleep past their death: they
    /// wake among the claims of others.
    pub sleepy: bool,
    /// Of a hundred pauses between changes, in how many a node is killed.
    pub crashes: usize,
    /// Three to eight targets with policies, rules and faults of their own, and persons who edit
    /// the estate, pause targets, compare them, move clocks, and speak about waves.
    pub wide: bool,
    /// Every target has limits, and many leave.
    pub guarded: bool,
    /// Many edits, and nodes that are slow to hear of them.
    pub edited: bool,
}

impl Plan {
    /// One node that is killed now and then, and a target that fails now and then.
    pub const DEFAULT: Self = Self {
        changes: 40,
        plant: Plant::None,
        nodes: 1,
        by_name: false,
        sleepy: false,
        crashes: 6,
        wide: false,
        guarded: false,
        edited: false,
    };

    /// The bug of the connector that the planted bug is, if it is one.
    pub(super) fn sabotage(self) -> Sabotage {
        match self.plant {
            Plant::CreatesAgain => Sabotage::CreatesAgain,
            Plant::PartIsWhole => Sabotage::PartIsWhole,
            _ => Sabotage::None,
        }
    }
}

impl Default for Plan {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The kinds of life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// One node, one target.
    Plain,
    /// The same, where accounts are recognised by their names.
    ByName,
    /// Two nodes, one target.
    TwoNodes,
    /// Two nodes, of which one or the other sleeps past its death, and a target that behaves.
    Sleepy,
    /// One to four nodes, three to eight targets, and persons.
    Wide,
    /// The same, where every target has limits and many leave.
    Guarded,
    /// The same, where the estate is edited again and again.
    Edited,
}

impl Life {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Plain,
        Self::ByName,
        Self::TwoNodes,
        Self::Sleepy,
        Self::Wide,
        Self::Guarded,
        Self::Edited,
    ];

    /// What such a life consists of.
    pub fn plan(self) -> Plan {
        let plain = Plan::DEFAULT;
        let wide = Plan { wide: true, nodes: 0, ..plain };
        match self {
            Self::Plain => plain,
            Self::ByName => Plan { by_name: true, ..plain },
            Self::TwoNodes => Plan { nodes: 2, ..plain },
            Self::Sleepy => Plan { nodes: 2, sleepy: true, crashes: 0, ..plain },
            Self::Wide => wide,
            Self::Guarded => Plan { guarded: true, ..wide },
            Self::Edited => Plan { edited: true, ..wide },
        }
    }

    /// What such a life consists of, with a bug in it.
    pub fn with(self, plant: Plant) -> Plan {
        Plan { plant, ..self.plan() }
    }
}
