//! What most cases stand on: a ledger with one service provider, one target and one node.

use std::sync::Arc;

use sutler_model::change::{Action, CommitError, Committed, Content};
use sutler_model::estate::{Estate, EstateEdit};
use sutler_model::link::{Link, LinkState};
use sutler_model::port::{Claim, Ledger, Next, Reads, Settle, SpreadCommit};
use sutler_model::work::{EdgeMarking, Lane, Marking, Owes, Work};
use sutler_model::{Kind, LinkId, NodeId, Rid, ServiceProviderId, TargetId, Time};

use crate::build;

/// A ledger in use.
pub struct Bench {
    /// The ledger.
    pub ledger: Arc<dyn Ledger>,
    /// The service provider `hr`, which provisions to `app`.
    pub hr: ServiceProviderId,
    /// The target `app`.
    pub app: TargetId,
    /// A node that is alive.
    pub node: NodeId,
}

impl Bench {
    /// Sets the estate up and registers a node.
    pub async fn new(ledger: Arc<dyn Ledger>) -> Self {
        let edit = EstateEdit {
            expect: ledger.estate().await.unwrap().version,
            service_providers: vec![("default".to_owned(), build::provider("hr", &["app"]))],
            targets: vec![("default".to_owned(), build::target("app"))],
            actor: "test".to_owned(),
            ..EstateEdit::default()
        };
        let estate = ledger.edit_estate(edit, Time(0)).await.unwrap();
        Self {
            hr: estate.service_providers[0].id,
            app: estate.targets[0].id,
            node: ledger.node_start(Time(0)).await.unwrap(),
            ledger,
        }
    }

    /// The estate as stored.
    pub async fn estate(&self) -> Estate {
        self.ledger.estate().await.unwrap()
    }

    /// Commits an edit of the estate.
    pub async fn edit(&self, edit: EstateEdit) -> Estate {
        let expect = self.estate().await.version;
        let edit = EstateEdit { expect, ..edit };
        self.ledger.edit_estate(edit, Time(0)).await.unwrap()
    }

    /// Commits as `hr`.
    pub async fn commit(&self, at: i64, action: Action) -> Result<Committed, CommitError> {
        let change = build::change(self.hr, Time(at), action);
        self.ledger.commit(change).await
    }

    /// Creates a user whose uid is its name.
    pub async fn user(&self, name: &str) -> Rid {
        self.create(Kind::User, name, build::user(name), &[]).await
    }

    /// Creates a group whose uid is its name.
    pub async fn group(&self, name: &str, members: &[Rid]) -> Rid {
        let content = build::group(name);
        self.create(Kind::Group, name, content, members).await
    }

    async fn create(&self, kind: Kind, uid: &str, content: Content, members: &[Rid]) -> Rid {
        let action = build::create(kind, uid, content, members);
        self.commit(1, action).await.unwrap().rid
    }

    /// Forgets the outbox rows, so that a case sees only its own.
    pub async fn drain(&self) {
        self.spread(vec![], vec![]).await;
    }

    /// Spreads everything as these markings.
    pub async fn spread(&self, markings: Vec<Marking>, edges: Vec<EdgeMarking>) {
        let rows = self.ledger.unspread(1000, Reads::ALL).await.unwrap();
        let commit = SpreadCommit {
            estate: self.estate().await.version,
            rows: rows.iter().map(|v| (v.row.seq, v.row.n)).collect(),
            markings,
            edges,
            sweeps: vec![],
            ..SpreadCommit::default()
        };
        self.ledger.spread(commit).await.unwrap();
    }

    /// Marks the pair of a resource at `app`, due at `due`.
    pub async fn mark(&self, rid: Rid, lane: Lane, due: i64) {
        self.spread(vec![self.marking(rid, lane, due)], vec![]).await;
    }

    /// A marking of a resource at `app`.
    pub fn marking(&self, rid: Rid, lane: Lane, due: i64) -> Marking {
        Marking {
            target: self.app,
            rid,
            lane,
            owes: Owes::NONE,
            due: Time(due),
            leaving_since: None,
        }
    }

    /// A claim request of `app`.
    pub async fn request(&self, lane: Lane, now: i64, limit: usize) -> Claim {
        let estate = self.estate().await;
        Claim {
            target: self.app,
            lane,
            limit,
            node: self.node,
            version: estate.target(self.app).unwrap().version,
            now: Time(now),
        }
    }

    /// Claims.
    pub async fn claim(&self, lane: Lane, now: i64, limit: usize) -> Vec<Work> {
        let claim = self.request(lane, now, limit).await;
        self.ledger.claim(claim).await.unwrap()
    }

    /// Marks a pair and claims it.
    pub async fn taken(&self, rid: Rid) -> Work {
        self.mark(rid, Lane::Live, 0).await;
        let mut claimed = self.claim(Lane::Live, 0, 10).await;
        assert_eq!(claimed.len(), 1, "one row is due");
        claimed.remove(0)
    }

    /// A settle of a claimed row that ends it well.
    pub async fn done(&self, work: &Work) -> Settle {
        let estate = self.estate().await;
        Settle {
            target: work.target,
            rid: work.rid,
            fence: work.fence.unwrap(),
            mark: work.mark,
            version: estate.target(self.app).unwrap().version,
            link: None,
            looked: None,
            live: false,
            edges: vec![],
            next: Next::Done,
            lane: Lane::Live,
            paid: Owes::NONE,
            left: false,
            tries: 0,
            why: None,
            delivery: None,
            intent: None,
            at: Time(100),
        }
    }

    /// A link of a resource at `app`, whose account is live.
    pub fn on(&self, number: u8, rid: Rid, kind: Kind) -> Link {
        let id = LinkId([number; 16]);
        let mut link = Link::creating(id, self.app, rid, kind, Some(format!("key{number}")));
        link.state = LinkState::On;
        link.remote = Some(format!("remote{number}"));
        link.confirmed = Some(Time(1));
        link
    }

    /// Brings a link into being, by a claim and a settle. No work item is left.
    pub async fn linked(&self, number: u8, rid: Rid, kind: Kind) -> Link {
        let work = self.taken(rid).await;
        let link = self.on(number, rid, kind);
        let settle = Settle { link: Some(link.clone()), ..self.done(&work).await };
        self.ledger.settle(settle).await.unwrap();
        link
    }

    /// The open link of a pair at `app`.
    pub async fn link(&self, rid: Rid) -> Option<Link> {
        let mut frames = self.ledger.frames(self.app, &[rid], Reads::ALL).await.unwrap();
        frames.remove(0).link
    }
}
