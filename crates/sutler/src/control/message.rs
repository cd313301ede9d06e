//! What is said over the control socket: one JSON value a line, a request and its reply.
//!
//! Both ends are the same build of the same binary; the form may change with every version.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sutler_engine::admin::{NotificationLine, WaveLine};
use sutler_engine::failures::FailedGroup;
use sutler_model::Document;
use sutler_model::Time;
use sutler_model::administrator::{AdminTokenLine, Role};
use sutler_model::audit::{ChainLine, EntryLine};
use sutler_model::comparison::{Comparison, Finding};
use sutler_model::delivery::{FailedPair, Leaver, TargetStatus};
use sutler_model::estate::{SchemaExtension, TokenLine};
use sutler_model::event::StreamLine;
use sutler_model::explanation::Explanation;
use sutler_model::guard::HeldPair;
use sutler_model::history::Recorded;
use sutler_model::outcome;
use sutler_model::pause::Pause;
use sutler_model::plan::{PairPlan, Plan, PlannedFile};

use crate::estate::{Fault, Options, Report};
use crate::import::Assignment;

/// The longest line, in bytes.
pub(crate) const LONGEST: usize = 16 * 1024 * 1024;

/// What a command asks.
#[derive(Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Make the estate hold what the file says, or tell what would change.
    Apply {
        file: String,
        text: String,
        /// The folder of the estate file, absolute: where relative paths of secrets start.
        base: PathBuf,
        options: Options,
        /// True for `plan`.
        dry: bool,
    },
    /// What would be done at targets, resource by resource: under the estate in force, or as
    /// this file would leave it.
    Plan {
        tenant: String,
        /// Only this target.
        target: Option<String>,
        file: Option<PlannedFile>,
    },
    /// What a plan says, page by page.
    Planned { id: String, after: usize },
    /// Do what a plan says, if the world is still as it was.
    ApplyPlan { id: String },
    /// Begin to compare a target with what it should hold.
    Reconcile { tenant: String, target: String, dry: bool },
    /// How a comparison stands, with what it has found after so many findings.
    Compared { id: String, after: usize },
    /// Decide and deliver one pair now.
    Provision { tenant: String, target: String, resource: String },
    /// The estate as a file.
    Export { tenant: Option<String> },
    /// The schemas that a tenant has added.
    Schemas { tenant: String },
    /// A new bearer token.
    TokenCreate { tenant: String, service_provider: String },
    /// The tokens of a service provider, or of all of the tenant.
    TokenList { tenant: String, service_provider: Option<String> },
    /// The end of a token.
    TokenRevoke { id: String },
    /// A new administrator's token; of all tenants if none is named.
    AdminCreate {
        name: String,
        role: Role,
        tenant: Option<String>,
        /// In milliseconds.
        lifetime: Option<i64>,
    },
    /// The administrators' tokens.
    AdminList,
    /// The end of an administrator's token.
    AdminRevoke { id: String },
    /// The newest rows of the audit trail.
    Trail {
        /// Only of this tenant's chain.
        tenant: Option<String>,
        act: Option<String>,
        actor: Option<String>,
        /// Milliseconds since 1970.
        since: Option<i64>,
        limit: usize,
    },
    /// Whether the audit trail is as it was written.
    TrailVerify,
    /// How the targets stand.
    Status { tenant: String },
    /// How the event streams stand.
    Streams { tenant: String },
    /// How the receivers of messages stand.
    Notifications { tenant: String },
    /// The pairs that wait for a person.
    Failed { tenant: String, target: Option<String>, after: Option<String> },
    /// Who is out, or ought to be.
    Leavers { tenant: String, target: Option<String>, after: Option<String> },
    /// What the guard holds.
    Waves { tenant: String, target: Option<String> },
    /// Who is in a wave, page by page.
    Held { tenant: String, wave: i64, after: i64 },
    /// Release or reject a wave, or some of it.
    Verdict { tenant: String, wave: i64, only: Option<Vec<String>>, release: bool },
    /// Try failed pairs again, at one target or at all.
    Retry {
        tenant: String,
        target: Option<String>,
        resource: Option<String>,
        cause: Option<String>,
    },
    /// Test a target without changing anything there.
    Check { tenant: String, target: String },
    /// What a probe of a target would touch.
    ProbePlan { tenant: String, target: String },
    /// Find out what a target takes, with throw-away objects. Every step is told in a reply of
    /// its own before the last one.
    Probe(ProbeRequest),
    /// End the probe that is under way on this connection.
    Stop,
    /// Why a resource is, or is not, at a target.
    Explain { tenant: String, target: String, resource: String },
    /// Leave a target alone.
    Pause {
        tenant: String,
        target: String,
        until: Option<Until>,
        reason: Option<String>,
        leavers_go_on: bool,
    },
    /// End the pause of a target.
    Resume { tenant: String, target: String },
    /// What was delivered.
    History {
        tenant: String,
        target: Option<String>,
        resource: Option<String>,
        outcome: Option<String>,
        /// How far back, in milliseconds.
        since: Option<i64>,
        /// Only deliveries before this one.
        before: Option<i64>,
        limit: usize,
    },
    /// Copy the store while it is in use.
    Backup { to: PathBuf },
    /// Create or update people.
    Import {
        tenant: String,
        service_provider: String,
        rows: Vec<ImportRow>,
        /// The name of the file, if no rows came before.
        begins: Option<String>,
        /// True if no row follows.
        last: bool,
    },
}

/// When a pause ends.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Until {
    /// After so many milliseconds.
    In(i64),
    /// At this time.
    At(Time),
}

/// One person of an import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ImportRow {
    /// The line of the file.
    pub(crate) line: u64,
    /// What it is matched by.
    pub(crate) user_name: String,
    /// The attributes that the row gives.
    pub(crate) set: Vec<Assignment>,
    /// Display names of the groups to be in.
    pub(crate) groups: Vec<String>,
    /// The manager's `userName`, if it is to be set.
    pub(crate) manager: Option<String>,
}

/// A row that was refused.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct RowFault {
    pub(crate) line: u64,
    pub(crate) message: String,
}

/// What is answered.
#[derive(Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "snake_case")]
pub(crate) enum Reply {
    /// Nothing was done; the message says what to do.
    Refused {
        message: String,
    },
    /// The estate file is at fault; nothing was changed.
    Faults {
        faults: Vec<Fault>,
    },
    Applied {
        report: Report,
    },
    /// What would change in the estate, and what would be done at its targets.
    Plan {
        report: Option<Report>,
        plan: Box<Plan>,
    },
    Planned {
        pairs: Vec<PairPlan>,
    },
    Compared {
        comparison: Comparison,
        findings: Vec<Finding>,
    },
    Text {
        text: String,
    },
    Token {
        token: String,
        id: String,
    },
    Tokens {
        tokens: Vec<TokenLine>,
    },
    Administrators {
        administrators: Vec<AdminTokenLine>,
    },
    Trail {
        rows: Vec<EntryLine>,
        /// There are older ones.
        truncated: bool,
    },
    TrailVerified {
        chains: Vec<ChainLine>,
    },
    Status {
        targets: Vec<TargetStatus>,
    },
    Streams {
        streams: Vec<StreamLine>,
    },
    Failed {
        pairs: Vec<FailedPair>,
        /// All of them by cause; on the first page only.
        groups: Vec<FailedGroup>,
        /// Where the next page begins, if there is one.
        next: Option<String>,
    },
    Leavers {
        leavers: Vec<Leaver>,
        /// Where the next page begins, if there is one.
        next: Option<String>,
    },
    Waves {
        waves: Vec<WaveLine>,
    },
    Held {
        pairs: Vec<HeldPair>,
        /// Nothing follows.
        last: bool,
    },
    Count {
        count: u64,
    },
    Schemas {
        own: Vec<SchemaExtension>,
    },
    Explained {
        explanation: Box<Explanation>,
    },
    Notifications {
        notifications: Vec<NotificationLine>,
    },
    Paused {
        pause: Pause,
    },
    History {
        deliveries: Vec<Recorded>,
    },
    Findings {
        findings: Vec<outcome::Finding>,
    },
    ProbePlan {
        url: String,
        /// Accounts of ours there, or on their way.
        accounts: u64,
    },
    /// A step of what is under way; more follows.
    Told {
        line: String,
    },
    Probed {
        profile: Option<String>,
        failure: Option<String>,
        left: Vec<LeftObject>,
    },
    Imported(Imported),
}

/// What a probe is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProbeRequest {
    pub(crate) tenant: String,
    pub(crate) target: String,
    /// What users must have there beyond the usual.
    pub(crate) user_attributes: Document,
    /// The domain of user names, where they are e-mail addresses.
    pub(crate) domain: Option<String>,
}

/// What a probe could not take away.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LeftObject {
    /// `User` or `Group`.
    pub(crate) kind: String,
    /// Its id at the target, or its name where the id is not known.
    pub(crate) id: String,
    pub(crate) why: String,
}

/// What became of a batch of rows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Imported {
    pub(crate) created: u64,
    pub(crate) updated: u64,
    pub(crate) unchanged: u64,
    pub(crate) faults: Vec<RowFault>,
    /// Rows whose manager does not exist yet, by line, to be sent again at the end.
    pub(crate) later: Vec<u64>,
}

impl Reply {
    pub(crate) fn refused(message: impl Into<String>) -> Self {
        Self::Refused { message: message.into() }
    }
}
