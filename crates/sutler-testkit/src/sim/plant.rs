//! The bugs that are planted to see that lives find them: each bends one port a little, and
//! breaks one rule of the design.

use super::Life;

/// A planted bug.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plant {
    /// None.
    #[default]
    None,
    /// A settle and an announcement are taken with whatever fence.
    NoFence,
    /// A settle is taken as if the mark were the one that was claimed.
    NoMark,
    /// An unknown outcome of a create is reported as definitely not done.
    CreatesAgain,
    /// A change of members of which a part was applied is reported as done.
    PartIsWhole,
    /// A frame shows the link as it was when the pair was read last.
    StaleLink,
    /// A claim and a settle are taken under whatever version of the estate.
    OldRules,
    /// A marking is dropped where a work item exists.
    MarkingDropped,
    /// The marks and the end of the outbox rows are two transactions, and the first is lost.
    RowsWithoutMarks,
    /// A settle clears whatever doubt is stored.
    DoubtCleared,
    /// No absence is too young to be believed.
    AbsenceBelieved,
    /// An announcement is not stored.
    NotAnnounced,
    /// A marking forgets what is owed.
    OwesDropped,
    /// A disable that is owed is paid by whatever settle.
    PaidUnconfirmed,
    /// A marking does not raise the lane of leavers.
    LaneNotRaised,
    /// A settle deletes edges whatever their mark.
    EdgesWithoutMark,
    /// The end of a membership is not marked.
    CutDropped,
    /// An account that has come to life is not told to its groups.
    LiveNotTold,
    /// The first load of a group passes over the first member of each page.
    LoadSkips,
    /// The walk over the members of an emptied group is not begun.
    OldSetForgotten,
    /// A sweep's cursor passes over the first of each page.
    SweepSkips,
    /// A sweep begins with its load pass.
    LeavePassSkipped,
    /// Scope is judged by what the resource was.
    StaleScope,
    /// Leavers are not put before the guard.
    LeavesNotCounted,
    /// A wave goes on without a person.
    WaveGoesOn,
    /// A claim takes what is held.
    HeldTaken,
    /// What a person rejects is delivered.
    RejectReleases,
    /// What a dead node had taken is freed without a doubt.
    BuriedWithoutDoubt,
    /// A name that another link holds is taken for free.
    RivalUnseen,
    /// Whoever waits for a name is not seen by who holds it.
    WaiterUnseen,
}

impl Plant {
    /// All bugs.
    pub const ALL: [Self; 29] = [
        Self::NoFence,
        Self::NoMark,
        Self::CreatesAgain,
        Self::PartIsWhole,
        Self::StaleLink,
        Self::OldRules,
        Self::MarkingDropped,
        Self::RowsWithoutMarks,
        Self::DoubtCleared,
        Self::AbsenceBelieved,
        Self::NotAnnounced,
        Self::OwesDropped,
        Self::PaidUnconfirmed,
        Self::LaneNotRaised,
        Self::EdgesWithoutMark,
        Self::CutDropped,
        Self::LiveNotTold,
        Self::LoadSkips,
        Self::OldSetForgotten,
        Self::SweepSkips,
        Self::LeavePassSkipped,
        Self::StaleScope,
        Self::LeavesNotCounted,
        Self::WaveGoesOn,
        Self::HeldTaken,
        Self::RejectReleases,
        Self::BuriedWithoutDoubt,
        Self::RivalUnseen,
        Self::WaiterUnseen,
    ];

    /// The rule that it breaks.
    pub fn breaks(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NoFence => "only the fence in force settles or announces",
            Self::NoMark => "a work item goes only if its mark is the one that was claimed",
            Self::CreatesAgain => {
                "unknown is an outcome of its own: nothing is made while in doubt"
            }
            Self::PartIsWhole => "an outcome is done only if all of it was done",
            Self::StaleLink => "the frame is read in a snapshot that begins after the claim",
            Self::OldRules => "claims and settles count only under the rules in force",
            Self::MarkingDropped => "a marking may be skipped only where no work item exists",
            Self::RowsWithoutMarks => "outbox rows go in the transaction that marks",
            Self::DoubtCleared => "only the doubt that was looked at is cleared",
            Self::AbsenceBelieved => "no absence is believed before the target's lag has passed",
            Self::NotAnnounced => "a create is announced before it is sent",
            Self::OwesDropped => "a marking adds to what is owed",
            Self::PaidUnconfirmed => "a disabled moment that is owed is paid when it is confirmed",
            Self::LaneNotRaised => "a marking raises the lane: leavers overtake",
            Self::EdgesWithoutMark => "an edge goes only if its mark is the one that was sent",
            Self::CutDropped => "a membership that ends is marked wherever the group is linked",
            Self::LiveNotTold => "an account that has come to life marks its edges",
            Self::LoadSkips => "the first load of a group comes to every member",
            Self::OldSetForgotten => "an emptied group's old set is swept for removals",
            Self::SweepSkips => "a sweep comes to everybody it is over",
            Self::LeavePassSkipped => "a sweep begins with those who leave",
            Self::StaleScope => "what is spread is judged as it is now",
            Self::LeavesNotCounted => "leavers are counted in the transaction that marks them",
            Self::WaveGoesOn => "what is held goes on when a person says so",
            Self::HeldTaken => "what is held is not due, whoever marks it",
            Self::RejectReleases => "what is rejected stays as it is",
            Self::BuriedWithoutDoubt => "what a dead node had taken is freed in doubt",
            Self::RivalUnseen => "a name is not reused while an open link holds it",
            Self::WaiterUnseen => "an account that nobody is entitled to gives up its name",
        }
    }
    /// The kinds of life in which it is sought.
    pub fn lives(self) -> &'static [Life] {
        match self {
            Self::NoFence => &[Life::Sleepy],
            Self::OldRules | Self::SweepSkips | Self::LeavePassSkipped | Self::StaleScope => {
                &[Life::Edited, Life::Wide]
            }
            Self::LeavesNotCounted | Self::WaveGoesOn | Self::HeldTaken | Self::RejectReleases => {
                &[Life::Guarded]
            }
            Self::WaiterUnseen => &[Life::Wide, Life::Guarded],
            _ => &[Life::Plain, Life::Wide],
        }
    }
}
