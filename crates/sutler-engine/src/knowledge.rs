//! What one claim knows of its pair, and how each answer changes that. Pure.
//!
//! Beginning with what the ledger showed, it is asked for a frame, and told what came of the
//! decision; in the end it is the settle. Nothing but an announcement is stored in between.

mod kept;

use sutler_model::estate::{Estate, OnDeactivate};
use sutler_model::fold::fold;
use sutler_model::history::Step;
use sutler_model::link::{Doubt, Link, LinkState, Once};
use sutler_model::outcome::{Account, Applied, Operation, Query, RefusalKind};
use sutler_model::port;
use sutler_model::resource::Resource;
use sutler_model::work::{Owes, Work};
use sutler_model::{Document, Kind, LinkId, Stamp, Time};

use crate::decide::{Contest, Frame, Seen, Sight};
use crate::desired::{self, Delta};
use crate::rules::{Facts, MappingFault, Subject, TargetRules, Want, Wanted, leaves, want};
use kept::Keeping;

/// The knowledge of one claim.
pub(crate) struct Knowledge<'a> {
    pub(crate) work: &'a Work,
    pub(crate) rules: &'a TargetRules,
    estate: &'a Estate,
    stored: &'a port::Frame,
    /// What was computed once for the account.
    once: Once,
    /// The link as it is now known; a closed one ends the claim.
    pub(crate) link: Option<Link>,
    seen: Option<Seen>,
    contest: Option<Contest>,
    refused: Option<RefusalKind>,
    unproven: bool,
    /// The doubt that a look answered.
    pub(crate) looked: Option<Stamp>,
    /// What of the debt is paid.
    pub(crate) paid: Owes,
    /// A deprovision was confirmed.
    pub(crate) left: bool,
    /// The account came to life.
    pub(crate) live: bool,
    /// What was asked of the target, for the history.
    pub(crate) steps: Vec<Step>,
    keeping: Keeping,
    /// What the resource was computed from, if not all of it is known.
    basis: Option<Document>,
}

impl<'a> Knowledge<'a> {
    pub(crate) fn new(
        work: &'a Work,
        stored: &'a port::Frame,
        rules: &'a TargetRules,
        estate: &'a Estate,
    ) -> Self {
        let once = stored.link.as_ref().map(|link| link.once.clone());
        Self {
            work,
            rules,
            estate,
            stored,
            once: once.unwrap_or_default(),
            link: stored.link.clone(),
            seen: None,
            contest: None,
            refused: None,
            unproven: false,
            looked: None,
            paid: Owes::NONE,
            left: false,
            live: false,
            steps: Vec::new(),
            keeping: Keeping::of(estate.passes(&stored.origins)),
            basis: None,
        }
    }

    /// The link as the ledger showed it.
    pub(crate) fn stored_link(&self) -> Option<&Link> {
        self.stored.link.as_ref()
    }

    /// The account of this pair as it was seen, and not changed since.
    pub(crate) fn account(&self) -> Option<&Account> {
        let remote = self.link.as_ref()?.remote.as_ref()?;
        match &self.seen.as_ref()?.sight {
            Sight::One(account) if account.remote == *remote => Some(account),
            _ => None,
        }
    }

    /// The public id and the type, for the log.
    pub(crate) fn resource(&self) -> Option<&Resource> {
        self.stored.resource.as_ref()
    }

    /// The open intent that this claim was decided by.
    pub(crate) fn intent(&self) -> Option<&port::IntentView> {
        self.stored.intent.as_ref()
    }

    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject::of(self.stored, self.estate, self.rules)
    }

    pub(crate) fn want(&self) -> Want<'_> {
        want(self.subject(), &self.rules.target)
    }

    /// True while something is to be taken away, or a disable is owed.
    pub(crate) fn leaves(&self) -> bool {
        leaves(self.want()) && !self.out() || self.owes().has(Owes::DISABLE)
    }

    /// True of somebody inactive whose account is known to be disabled, or not to be there:
    /// whatever else may differ gives no access.
    pub(crate) fn out(&self) -> bool {
        let inactive = matches!(self.want(), Want::Account { active: false, .. });
        let certain = |link: &Link| link.state == LinkState::Off && link.doubt.is_none();
        inactive && !self.unproven && self.link.as_ref().is_none_or(certain)
    }

    pub(crate) fn kind(&self) -> Option<Kind> {
        let stored = self.stored.resource.as_ref().map(|resource| resource.kind);
        stored.or_else(|| self.link.as_ref().map(|link| link.kind))
    }

    /// What mappings read.
    fn facts(&self) -> Facts<'_> {
        let once = Some(&self.once);
        Facts { references: &self.stored.references, groups: &self.stored.groups, once }
    }

    /// What the account should hold, if it should be there.
    pub(crate) fn wanted(&self) -> Option<Result<Wanted, MappingFault>> {
        match self.subject() {
            Subject::Live { resource, .. } => Some(self.rules.wanted(resource, self.facts())),
            _ => None,
        }
    }

    /// A disable is paid where nothing is enabled, nothing is there, or the policy sends none.
    pub(crate) fn owes(&self) -> Owes {
        let enabled = match &self.link {
            None => false,
            Some(link) => link.state == LinkState::On || link.doubt.is_some(),
        };
        let owes = self.work.owes.without(self.paid);
        let keeps = self.rules.target.on_deactivate == OnDeactivate::Keep;
        if enabled && !keeps { owes } else { owes.without(Owes::DISABLE) }
    }

    /// What `decide` may read now.
    pub(crate) fn frame(&self, now: Time) -> Frame<'_> {
        Frame {
            now,
            rules: self.rules,
            subject: self.subject(),
            facts: self.facts(),
            link: self.link.as_ref(),
            owes: self.owes(),
            seen: self.seen.as_ref(),
            rival: self.contest.as_ref(),
            refused: self.refused,
            unproven: self.unproven,
            wanted: self.stored.wanted,
            basis: self.basis.as_ref(),
        }
    }

    /// The link to announce: the one that was announced before, or a new one.
    pub(crate) fn announce(&mut self, fresh: LinkId, wanted: &Wanted) -> Option<Link> {
        let Subject::Live { resource, .. } = self.subject() else {
            return None;
        };
        let (rid, kind) = (resource.rid, resource.kind);
        let key = wanted.key(kind);
        let mut link = match self.link.take() {
            Some(link) => Link { key, ..link },
            None => Link::creating(fresh, self.rules.target.id, rid, kind, key),
        };
        link.sent = desired::with_unknown(&link.sent, wanted.attributes.keys());
        self.keep_once(wanted);
        link.once.clone_from(&self.once);
        self.link = Some(link.clone());
        Some(link)
    }

    fn keep_once(&mut self, wanted: &Wanted) {
        self.once.values.clone_from(&wanted.once);
    }

    /// The generated name is taken: the next decision tries another one.
    pub(crate) fn another(&mut self) {
        self.once.attempt = self.once.attempt.saturating_add(1);
        if let Some(kind) = self.kind() {
            self.once.values.remove(desired::name_attribute(kind));
        }
        self.contest = None;
        self.seen = None;
        self.refused = None;
    }

    /// The link to announce before an update that writes paths of which we remember nothing:
    /// if its answer is lost, they are known to be ours. `None` if there are none.
    pub(crate) fn announce_paths(&mut self, delta: &Delta) -> Option<Link> {
        let link = self.link.as_mut()?;
        let fresh = delta.set.iter().map(|(path, _)| path);
        let fresh: Vec<&String> =
            fresh.filter(|path| !desired::remembers(&link.sent, path)).collect();
        if fresh.is_empty() {
            return None;
        }
        link.sent = desired::with_unknown(&link.sent, fresh.into_iter());
        Some(link.clone())
    }

    /// A look was answered.
    pub(crate) fn saw(
        &mut self,
        (query, asked): (Query, Time),
        mut accounts: Vec<Account>,
        held_by: Option<LinkId>,
    ) {
        let sight = match accounts.len() {
            0 => Sight::Absent,
            1 => accounts.pop().map_or(Sight::Absent, Sight::One),
            _ => Sight::Many,
        };
        if let (Sight::One(account), Some(link)) = (&sight, self.link.as_mut())
            && link.remote.as_ref() == Some(&account.remote)
        {
            if account.etag.is_some() {
                link.etag.clone_from(&account.etag);
            }
            link.key = desired::key_in(&account.attributes, link.kind).or_else(|| link.key.take());
            if link.state == LinkState::Off && account.active == Some(true) {
                link.state = LinkState::On;
                link.off_since = None;
            }
        }
        self.seen = Some(Seen { query, asked, sight, held_by });
    }

    /// Our own links were asked for a name.
    pub(crate) fn surveyed(&mut self, contest: Contest) {
        self.contest = Some(contest);
    }

    /// The account that was seen is ours; `fresh` is its link, if it has none yet.
    pub(crate) fn adopted(&mut self, fresh: LinkId, now: Time) {
        if self.link.is_none() {
            self.link = self.unannounced(fresh);
        }
        let Some(Seen { sight: Sight::One(account), .. }) = &self.seen else {
            return;
        };
        if let Some(link) = self.link.as_mut() {
            link.remote = Some(account.remote.clone());
            link.etag.clone_from(&account.etag);
            link.key = desired::key_in(&account.attributes, link.kind).or_else(|| link.key.take());
            link.state = if account.active == Some(false) { LinkState::Off } else { LinkState::On };
            link.off_since = (link.state == LinkState::Off).then_some(now);
            link.confirmed = Some(now);
            self.live = true;
            // What is computed once was computed there, by whoever made the account.
            let there = desired::flatten(&account.attributes);
            for path in self.rules.once(link.kind) {
                if let Some(value) = there.get(path) {
                    self.once.values.insert(path.to_owned(), value.clone());
                }
            }
            link.once.clone_from(&self.once);
        }
        self.refused = None;
    }

    /// The link of an account that is there already: nothing of it is known to be ours.
    fn unannounced(&self, fresh: LinkId) -> Option<Link> {
        let Subject::Live { resource, .. } = self.subject() else {
            return None;
        };
        let (rid, kind) = (resource.rid, resource.kind);
        Some(Link::creating(fresh, self.rules.target.id, rid, kind, None))
    }

    /// The doubt that was looked at is over.
    pub(crate) fn settled(&mut self, now: Time) {
        let Some(link) = self.link.as_mut() else {
            return;
        };
        self.looked = link.doubt.take().map(|doubt| doubt.stamp);
        match self.seen.as_ref().map(|seen| &seen.sight) {
            _ if link.state == LinkState::Creating => self.seen = None,
            Some(Sight::One(account)) => {
                link.confirmed = Some(now);
                if link.kind == Kind::User && account.active == Some(false) {
                    link.state = LinkState::Off;
                    link.off_since.get_or_insert(now);
                }
            }
            _ => self.seen = None,
        }
    }

    /// What was seen is what is wanted: it is remembered as sent, so that a later change back
    /// to what was sent before is not taken for none.
    pub(crate) fn agreed(&mut self) {
        let shown = matches!(self.seen, Some(Seen { sight: Sight::One(_), .. }));
        if !shown || !matches!(self.want(), Want::Account { .. }) {
            return;
        }
        let Some(Ok(wanted)) = self.wanted() else {
            return;
        };
        self.keep_once(&wanted);
        let sent = self.link.as_ref().map(|link| self.remembered(&wanted, link));
        if let (Some(link), Some(sent)) = (self.link.as_mut(), sent) {
            link.sent = sent;
            link.once.clone_from(&self.once);
        }
    }

    /// The account was made.
    pub(crate) fn created(&mut self, applied: Applied, sent: &Wanted, now: Time) {
        if let Some(link) = self.link.as_mut() {
            link.remote = applied.remote;
            link.etag = applied.etag;
            link.state = LinkState::On;
            link.sent = desired::digests(&sent.attributes, link.id);
            link.confirmed = Some(now);
            self.live = true;
        }
        self.enabled();
        self.acted();
    }

    /// The account was brought up to date.
    pub(crate) fn updated(
        &mut self,
        applied: Applied,
        sent: &Wanted,
        active: Option<bool>,
        now: Time,
    ) {
        let key = self.kind().and_then(|kind| sent.key(kind));
        self.keep_once(sent);
        let remembered = self.link.as_ref().map(|link| self.remembered(sent, link));
        if let (Some(link), Some(remembered)) = (self.link.as_mut(), remembered) {
            link.etag = applied.etag;
            link.sent = remembered;
            link.once.clone_from(&self.once);
            link.key = key.or_else(|| link.key.take());
            link.confirmed = Some(now);
            if active == Some(true) {
                link.state = LinkState::On;
                link.off_since = None;
            }
        }
        if active == Some(true) {
            self.enabled();
        }
        self.acted();
    }

    /// The account was given another name.
    pub(crate) fn renamed(&mut self, applied: Applied, name: &str, now: Time) {
        if let Some(link) = self.link.as_mut() {
            link.etag = applied.etag;
            link.key = Some(fold(name));
            link.sent = desired::without_name(&link.sent, link.kind);
            link.confirmed = Some(now);
        }
        self.contest = None;
        self.acted();
    }

    /// A disable or delete was applied, and is now to be read back.
    pub(crate) fn deprovisioned(&mut self) {
        self.acted();
        self.unproven = true;
    }

    /// The account was read back as disabled.
    pub(crate) fn disabled(&mut self, now: Time) {
        if let Some(link) = self.link.as_mut() {
            link.state = LinkState::Off;
            link.off_since.get_or_insert(now);
            link.confirmed = Some(now);
            link.proof = Some(format!("disabled when read back at {}", now.rfc3339()));
        }
        self.paid = self.paid.with(Owes::DISABLE);
        self.left = true;
        self.unproven = false;
    }

    /// The link ends.
    pub(crate) fn closed(&mut self, proof: &str, now: Time) {
        if let Some(link) = self.link.as_mut() {
            self.looked = self.looked.or_else(|| link.doubt.take().map(|doubt| doubt.stamp));
            link.state = LinkState::Closed;
            link.once = Once::default();
            link.confirmed = Some(now);
            link.proof = Some(format!("{proof} at {}", now.rfc3339()));
        }
        self.left = true;
    }

    /// The announced create was refused for good: there never was an account.
    pub(crate) fn never_was(&mut self, now: Time) {
        let announced =
            |link: &&mut Link| link.state == LinkState::Creating && link.doubt.is_none();
        if let Some(link) = self.link.as_mut().filter(announced) {
            link.state = LinkState::Closed;
            link.proof = Some(format!("never created: refused at {}", now.rfc3339()));
        }
    }

    /// The target refused definitely, in a way that calls for a look.
    pub(crate) fn refused(&mut self, kind: RefusalKind) {
        self.seen = None;
        self.refused = Some(kind);
    }

    /// An attempt that may have changed something has an unknown outcome. What it may have
    /// written is remembered as ours, and as equal to nothing.
    pub(crate) fn doubted(&mut self, operation: &Operation, now: Time) {
        if let (Operation::Update { set, .. }, Some(link)) = (operation, self.link.as_mut()) {
            link.sent = desired::with_unknown(&link.sent, set.iter().map(|(path, _)| path));
        }
        self.doubt_from(now);
    }

    /// The target did not answer a look: the doubt lasts from now on, since what waits there
    /// to be served may be served as late as the look would have been.
    pub(crate) fn unanswered(&mut self, now: Time) {
        if self.link.as_ref().is_some_and(|link| link.doubt.is_some()) {
            self.doubt_from(now);
        }
    }

    /// The claim ends before it is known whose account the target said was there already: the
    /// create may have arrived twice, and the account be ours and not be shown yet.
    pub(crate) fn left_open(&mut self, now: Time) {
        let creating = |link: &Link| link.state == LinkState::Creating && link.doubt.is_none();
        if self.refused == Some(RefusalKind::Exists) && self.link.as_ref().is_some_and(creating) {
            self.doubt_from(now);
        }
    }

    fn doubt_from(&mut self, now: Time) {
        if let (Some(link), Some(fence)) = (self.link.as_mut(), self.work.fence) {
            // A newer doubt replaces the one that was looked at.
            self.looked = self.looked.or(link.doubt.map(|doubt| doubt.stamp));
            link.doubt = Some(Doubt { stamp: fence, at: now });
        }
    }

    /// When the doubt of the link, if any, may be over.
    pub(crate) fn doubt_over(&self) -> Option<Time> {
        self.link.as_ref()?.doubt.map(|doubt| doubt.at.plus(self.rules.target.lag))
    }

    /// What is enabled now was disabled or absent a moment ago: that debt is paid.
    fn enabled(&mut self) {
        self.paid = self.paid.with(Owes::DISABLE);
    }

    fn acted(&mut self) {
        self.seen = None;
        self.refused = None;
        self.unproven = false;
    }
}
