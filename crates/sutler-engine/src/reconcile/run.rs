//! One comparison from its first page to its last line.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use sutler_model::comparison::{Comparison, Discrepancy, Finding};
use sutler_model::estate::Target;
use sutler_model::fold::fold;
use sutler_model::link::Link;
use sutler_model::outcome::{Account, Listing, Outcome, Query, RefusalKind};
use sutler_model::port::{Connector, Frame, LedgerError};
use sutler_model::{Kind, LinkId, Rid, Uid};

use super::judge::{Verdict, confirms, fingerprint, judge, owners};
use super::place::Place;
use super::{MOST_TOLD, Turn, keep};
use crate::Ports;
use crate::desired::{key_in, name_attribute};
use crate::rules::{Rulebook, TargetRules};

/// Links that are read at once.
const PAGE: usize = 500;
/// How often a list is begun again because the target has changed meanwhile.
const TRIES: usize = 3;
/// How often a call that was not served is repeated, and the first pause before it.
const CALLS: u32 = 5;
const PAUSE: i64 = 500;
/// How often it is kept that the comparison moves.
const OFTEN: i64 = 600_000;
/// The longest pause between two calls.
const LONGEST: i64 = 60_000;

/// Why a comparison ends early, in one line.
struct Broken(String);

impl From<LedgerError> for Broken {
    fn from(error: LedgerError) -> Self {
        Self(error.to_string())
    }
}

pub(super) struct Run<'a> {
    ports: &'a Ports,
    target: &'a Target,
    comparison: Comparison,
    told: usize,
    /// Remote ids that were listed.
    listed: HashSet<u64>,
    correlations: BTreeSet<String>,
    place: Place,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        ports: &'a Ports,
        target: &'a Target,
        comparison: Comparison,
        place: Place,
    ) -> Self {
        let (listed, correlations) = (HashSet::new(), BTreeSet::new());
        Self { ports, target, comparison, told: 0, listed, correlations, place }
    }

    /// Compares. The turn is over before the end is told: who sees that may begin the next.
    pub(super) async fn go(mut self, turn: Turn) {
        let ended = match self.compare().await {
            Ok(()) => {
                self.comparison.complete = true;
                Ok(())
            }
            Err(Broken(fault)) => Err(fault),
        };
        if let Err(fault) = &ended {
            tracing::warn!(target.name = %self.target.name, %fault, "a comparison could not be completed");
        }
        self.comparison.fault = ended.err();
        self.comparison.ended = Some(self.ports.clock.now());
        drop(turn);
        if let Err(error) = keep(self.ports, self.target, &self.comparison, None).await {
            tracing::warn!(%error, "the end of a comparison could not be kept");
        }
        self.ports.pulse.marked();
    }

    async fn compare(&mut self) -> Result<(), Broken> {
        let connector = self.ports.connectors.connector(self.target).map_err(Broken)?;
        let kinds: &[Kind] = match self.place.kind {
            Kind::User => &[Kind::User, Kind::Group],
            Kind::Group => &[Kind::Group],
        };
        for kind in kinds {
            if self.place.kind != *kind {
                self.place = Place { kind: *kind, ..Place::beginning(self.ports.clock.now()) };
            }
            if !self.place.listed {
                self.list(&*connector, *kind).await?;
            }
            self.missing(&*connector, *kind).await?;
        }
        Ok(())
    }

    /// Every page of a type, from where it was cut off. A list that has changed under us, or whose
    /// old cursor is worth nothing any more, is begun again.
    async fn list(&mut self, connector: &dyn Connector, kind: Kind) -> Result<(), Broken> {
        let mut resumed = self.place.from.clone();
        for _ in 0..TRIES {
            let mut from = resumed.take();
            let mut old = from.is_some();
            loop {
                let page = match self.call(|| connector.list(kind, from.as_deref())).await {
                    Err(_) if old => break,
                    page => page?,
                };
                old = false;
                let Some(Listing { accounts, next, total }) = page else { break };
                self.comparison.total = total.or(self.comparison.total);
                self.place = Place {
                    kind,
                    from: next.clone(),
                    listed: next.is_none(),
                    at: self.ports.clock.now(),
                };
                self.page(kind, accounts).await?;
                match next {
                    None => return Ok(()),
                    next => from = next,
                }
            }
        }
        Err(Broken("the target's list changed again and again while it was read".to_owned()))
    }

    /// A call, repeated with pauses where it was not served; then a pause of its own, so that a
    /// fifth of the target's time is taken. `None` if the list is to be begun again.
    async fn call<T, F>(&self, mut call: impl FnMut() -> F) -> Result<Option<T>, Broken>
    where
        F: Future<Output = Outcome<T>>,
    {
        for attempt in 0..CALLS {
            let began = self.ports.clock.boottime();
            let outcome = call().await;
            let took = self.ports.clock.boottime().saturating_sub(began);
            self.ports.runtime.sleep(self.pace(took)).await;
            let (detail, after) = match outcome {
                Outcome::Done(answer) => return Ok(Some(answer)),
                Outcome::Refused(refusal) if refusal.kind == RefusalKind::Differs => {
                    return Ok(None);
                }
                Outcome::Refused(refusal) => return Err(Broken(refusal.detail)),
                Outcome::Retry { detail, after, .. } | Outcome::Unknown { detail, after, .. } => {
                    (detail, after)
                }
            };
            if attempt + 1 == CALLS {
                return Err(Broken(detail));
            }
            let asked = after.map_or(0, |at| at.since(self.ports.clock.now()));
            let pause = (PAUSE << attempt).max(asked).min(LONGEST);
            self.ports.runtime.sleep(pause).await;
        }
        Ok(None)
    }

    fn pace(&self, took: i64) -> i64 {
        let by_rate = self.target.rate.map_or(0, |rate| 5_000 / i64::from(rate.max(1)));
        took.saturating_mul(4).max(by_rate).min(LONGEST)
    }

    async fn page(&mut self, kind: Kind, accounts: Vec<Account>) -> Result<(), Broken> {
        let ledger = Arc::clone(&self.ports.ledger);
        let rulebook = self.ports.estate.current();
        let Some(rules) = rulebook.rules(self.target.id) else {
            return Err(Broken("the target is no longer in the estate".to_owned()));
        };
        let mut links = Vec::with_capacity(accounts.len());
        for account in &accounts {
            links.push(ledger.by_remote(self.target.id, kind, &account.remote).await?);
        }
        let frames = ledger.frames(self.target.id, &owners(&links), rules.reads).await?;
        let (mut findings, mut suspects, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        for (account, link) in accounts.iter().zip(&links) {
            if !self.listed.insert(fingerprint(&account.remote)) {
                continue;
            }
            self.comparison.seen += 1;
            let found = match link {
                Some(link) => {
                    let frame = frames.iter().find(|frame| frame.rid == link.rid);
                    self.ours(rules, &rulebook, (link, frame, account), &mut suspects).await?
                }
                None => Some(self.theirs(kind, account).await?),
            };
            match found {
                Some(finding) => findings.push(finding),
                None => self.comparison.equal += 1,
            }
        }
        for (account, link) in accounts.iter().zip(&links) {
            let ours = link.as_ref().filter(|link| confirms(link, account));
            let ours = ours.map(|link| link.rid).filter(|rid| !suspects.contains(rid));
            seen.extend(ours);
        }
        ledger.seen(self.target.id, &seen, self.ports.clock.now()).await?;
        self.tell(findings, &suspects).await
    }

    /// An account with a link of ours. A pair that is dirty is being seen to already.
    async fn ours(
        &self,
        rules: &TargetRules,
        rulebook: &Rulebook,
        (link, frame, account): (&Link, Option<&Frame>, &Account),
        suspects: &mut Vec<Rid>,
    ) -> Result<Option<Finding>, Broken> {
        let verdict = frame.and_then(|frame| judge(rules, rulebook, frame, account));
        let Some(Verdict { what, paths, repair }) = verdict else {
            return Ok(None);
        };
        if self.ports.ledger.work_of(self.target.id, link.rid).await?.is_some() {
            return Ok(None);
        }
        let repaired = repair && !self.comparison.dry;
        if repaired {
            suspects.push(link.rid);
        }
        let id = frame.and_then(|frame| frame.resource.as_ref()).map(|one| one.uid.clone());
        let mut finding = Finding { id, paths, repaired, ..plain(what, link.kind, account) };
        // Findings are kept, and of who is passed through no name is.
        if frame.is_some_and(|frame| rulebook.passes(&frame.origins)) {
            finding.name.clear();
        }
        Ok(Some(finding))
    }

    /// An account that no open link of ours has.
    async fn theirs(&mut self, kind: Kind, account: &Account) -> Result<Finding, Broken> {
        if let Some(correlation) = &account.correlation
            && let Some(id) = LinkId::from_correlation(correlation)
            && self.ports.ledger.link(id).await?.is_some_and(|l| l.target == self.target.id)
        {
            let twice = !self.correlations.insert(correlation.clone());
            let what = if twice { Discrepancy::Duplicate } else { Discrepancy::Orphan };
            return Ok(plain(what, kind, account));
        }
        let namesake = self.namesake(kind, account).await?;
        let what = match &namesake {
            Some(_) => Discrepancy::Namesake,
            None => Discrepancy::Unmanaged,
        };
        Ok(Finding { id: namesake, ..plain(what, kind, account) })
    }

    async fn namesake(&self, kind: Kind, account: &Account) -> Result<Option<Uid>, LedgerError> {
        let Some(key) = key_in(&account.attributes, kind) else {
            return Ok(None);
        };
        let attribute = name_attribute(kind);
        let found =
            self.ports.ledger.by_name(self.target.tenant, kind, attribute, &fold(&key)).await?;
        Ok(found.map(|resource| resource.uid))
    }

    /// Whom the whole list did not show, and who is not there when asked for by id.
    async fn missing(&mut self, connector: &dyn Connector, kind: Kind) -> Result<(), Broken> {
        let ledger = Arc::clone(&self.ports.ledger);
        let mut after = Rid(0);
        loop {
            let links = ledger.links_after(self.target.id, after, PAGE).await?;
            let Some(last) = links.last() else {
                return Ok(());
            };
            after = last.rid;
            let (mut findings, mut suspects) = (Vec::new(), Vec::new());
            for link in links.iter().filter(|link| link.kind == kind) {
                if !self.is_unlisted(link) {
                    continue;
                }
                let remote = link.remote.clone().unwrap_or_default();
                let query = Query::Remote(remote.clone());
                let shown = self.call(|| connector.look(kind, &query)).await?;
                self.still_here().await?;
                let dirty = ledger.work_of(self.target.id, link.rid).await?.is_some();
                if shown.is_some_and(|accounts| accounts.is_empty()) && !dirty {
                    let hidden = |key: &String| self.ports.hiding.show(key).is_some();
                    let name = link.key.clone().filter(|key| !hidden(key)).unwrap_or_default();
                    let what = Discrepancy::Missing;
                    let repaired = !self.comparison.dry;
                    let (id, paths) = (None, Vec::new());
                    findings.push(Finding { what, kind, remote, name, id, paths, repaired });
                    suspects.extend(repaired.then_some(link.rid));
                }
            }
            self.tell(findings, &suspects).await?;
        }
    }

    /// A live link from before the comparison that no page has shown.
    fn is_unlisted(&self, link: &Link) -> bool {
        let before = link.confirmed.is_none_or(|at| at < self.comparison.began);
        let remote = link.remote.as_deref().filter(|_| link.is_live() && before);
        remote.is_some_and(|remote| !self.listed.contains(&fingerprint(remote)))
    }

    /// Says now and then, while many are asked for, that nobody else need go on with this.
    async fn still_here(&mut self) -> Result<(), LedgerError> {
        let now = self.ports.clock.now();
        if now.since(self.place.at) < OFTEN {
            return Ok(());
        }
        self.place.at = now;
        keep(self.ports, self.target, &self.comparison, Some(&self.place)).await
    }

    /// Keeps findings, and puts in doubt what is to be put right.
    async fn tell(&mut self, findings: Vec<Finding>, suspects: &[Rid]) -> Result<(), Broken> {
        let ledger = &self.ports.ledger;
        if !suspects.is_empty() {
            ledger.suspect(self.target.id, suspects, self.ports.clock.now()).await?;
            self.ports.pulse.marked();
        }
        for finding in &findings {
            *self.comparison.found.entry(finding.what).or_insert(0) += 1;
        }
        let room = MOST_TOLD.saturating_sub(self.told);
        let lines = findings.iter().take(room);
        let lines: Vec<_> = lines.filter_map(|line| serde_json::to_value(line).ok()).collect();
        self.told += lines.len();
        if !lines.is_empty() {
            ledger.add_lines(&self.comparison.id, lines).await?;
        }
        keep(self.ports, self.target, &self.comparison, Some(&self.place)).await?;
        Ok(())
    }
}

fn plain(what: Discrepancy, kind: Kind, account: &Account) -> Finding {
    let name = account.attributes.get(name_attribute(kind)).and_then(|name| name.as_str());
    Finding {
        what,
        kind,
        remote: account.remote.clone(),
        name: name.unwrap_or_default().to_owned(),
        id: None,
        paths: Vec::new(),
        repaired: false,
    }
}
