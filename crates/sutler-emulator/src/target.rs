//! One emulated target: its directory, its faults, its memory of what it did.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::header::AUTHORIZATION;
use serde_json::{Value, json};
use sutler_model::port::Clock;
use sutler_model::{Kind, Time};
use tokio::sync::watch;

use crate::answer::{Answer, Fail, Reply};
use crate::counters::{Counters, Entry, Journal};
use crate::directory::Directory;
use crate::faults::{Dice, Fault, Faults, Outage};
use crate::habits;
use crate::options::TargetOptions;
use crate::play::{Habit, Level};
use crate::request::Request;
use crate::service::{Deed, Done, Service};
use crate::show::{self, Wanted};

/// One emulated target.
pub struct EmulatedTarget {
    options: TargetOptions,
    base: String,
    clock: Arc<dyn Clock>,
    faults: watch::Sender<Faults>,
    inner: Mutex<Inner>,
}

struct Inner {
    directory: Directory,
    dice: Dice,
    journal: Journal,
    counters: Counters,
    levels: Vec<Level>,
}

impl EmulatedTarget {
    pub(crate) fn new(options: TargetOptions, base: String, clock: Arc<dyn Clock>) -> Self {
        let inner = Inner {
            directory: Directory::new(
                options.seed ^ hash(&options.name),
                options.play.has(Habit::Lowers),
                options.unique,
            ),
            levels: vec![(0, 0); options.play.buckets.len()],
            dice: Dice::new(options.faults.seed),
            journal: Journal::new(options.journal),
            counters: Counters::default(),
        };
        Self {
            faults: watch::Sender::new(options.faults.clone()),
            options,
            base,
            clock,
            inner: Mutex::new(inner),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.options.name
    }

    /// What goes wrong now.
    pub fn faults(&self) -> Faults {
        self.faults.borrow().clone()
    }

    /// Says what goes wrong from now on; the generator starts anew from the seed.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().dice = Dice::new(faults.seed);
        self.faults.send_replace(faults);
    }

    /// The writes that were applied, in order.
    pub fn journal(&self) -> Vec<Entry> {
        self.lock().journal.entries()
    }

    /// How often what happened.
    pub fn counters(&self) -> Counters {
        let inner = self.lock();
        let [users, groups] = inner.directory.counts;
        Counters { users, groups, ..inner.counters }
    }

    /// Every account, `{"Users": […], "Groups": […]}`, by creation.
    pub fn state(&self) -> Value {
        let inner = self.lock();
        let all = |kind| -> Vec<Value> {
            let records = inner.directory.all(kind);
            records.map(|r| self.shown(&inner.directory, r)).collect()
        };
        json!({ "Users": all(Kind::User), "Groups": all(Kind::Group) })
    }

    /// The user with this `userName`.
    pub fn user(&self, name: &str) -> Option<Value> {
        self.named(Kind::User, name)
    }

    /// The group with this `displayName`, with its members.
    pub fn group(&self, name: &str) -> Option<Value> {
        self.named(Kind::Group, name)
    }

    fn named(&self, kind: Kind, name: &str) -> Option<Value> {
        let inner = self.lock();
        let record = inner.directory.by_name(kind, name)?;
        Some(self.shown(&inner.directory, record))
    }

    fn shown(&self, directory: &Directory, record: &crate::record::Record) -> Value {
        let etag = self.options.etag;
        show::account(directory, record, &self.base, &Wanted::all(), etag)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request, or fails to.
    pub(crate) async fn serve(&self, request: &Request) -> Reply {
        let faults = self.faults();
        let (delay, fault) = self.draw(&faults, request);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        if let Some(reply) = self.outage(&faults).await {
            return reply;
        }
        if !self.authorized(request) {
            return Reply::Whole(Fail::new(401, "the token is missing or wrong").answer());
        }
        match fault {
            Some(fault) => self.faulty(request, fault, &faults),
            None => Reply::Whole(self.execute(request, &faults, None).unwrap_or_else(|a| a)),
        }
    }

    fn draw(&self, faults: &Faults, request: &Request) -> (u64, Option<Fault>) {
        let mut inner = self.lock();
        inner.counters.requests += 1;
        let delay = inner.dice.delay(faults);
        let fault = inner.dice.fault(faults, request.reads());
        inner.counters.faults += u64::from(fault.is_some());
        (delay, fault)
    }

    async fn outage(&self, faults: &Faults) -> Option<Reply> {
        match faults.outage {
            Outage::None => None,
            Outage::Reset => Some(Reply::Reset),
            Outage::Unavailable => {
                let mut answer = Fail::new(503, "the service is out").answer();
                answer.retry_after = Some(faults.retry_after);
                Some(Reply::Whole(answer))
            }
            Outage::BlackHole => {
                // What was swallowed stays swallowed, also when the outage is over.
                let mut changes = self.faults.subscribe();
                let _ = changes.wait_for(|now| now.outage != Outage::BlackHole).await;
                Some(Reply::Reset)
            }
        }
    }

    fn authorized(&self, request: &Request) -> bool {
        let sent = request.header(AUTHORIZATION).unwrap_or_default();
        let token =
            sent.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        token.is_some_and(|(_, token)| token == self.options.token)
    }

    fn faulty(&self, request: &Request, fault: Fault, faults: &Faults) -> Reply {
        let fail = |status, detail: &str| Fail::new(status, detail).answer();
        match fault {
            Fault::FailBefore => Reply::Whole(fail(500, "something went wrong")),
            Fault::Throttle => {
                let mut answer = fail(429, "too many requests");
                answer.retry_after = Some(faults.retry_after);
                Reply::Whole(answer)
            }
            Fault::Unauthorized => Reply::Whole(fail(401, "the token has expired")),
            Fault::Html => Reply::Html,
            Fault::Pretend => Reply::Whole(Answer::new(204, None)),
            Fault::Wrong => {
                let mut answer = fail(500, "something went wrong inside");
                answer.status = 200;
                Reply::Whole(answer)
            }
            Fault::ResetBefore => Reply::Reset,
            Fault::Lie | Fault::ResetAfter | Fault::HalfBody => {
                match (self.execute(request, faults, Some(fault)), fault) {
                    (_, Fault::Lie) => Reply::Whole(fail(500, "something went wrong")),
                    (_, Fault::ResetAfter) => Reply::Reset,
                    (Ok(answer) | Err(answer), _) => Reply::Half(answer),
                }
            }
            Fault::Twice => {
                let first = self.execute(request, faults, Some(fault));
                let second = self.execute(request, faults, Some(fault));
                let (Ok(answer) | Err(answer)) = first.and(second);
                Reply::Whole(answer)
            }
        }
    }

    /// Does what is asked, and remembers it if something was applied.
    fn execute(
        &self,
        request: &Request,
        faults: &Faults,
        fault: Option<Fault>,
    ) -> Result<Answer, Answer> {
        let mut inner = self.lock();
        let now = self.clock.now();
        habits::admit(&self.options.play, request, &mut inner.levels, self.clock.boottime())?;
        let done = Service {
            options: &self.options,
            directory: &mut inner.directory,
            request,
            base: &self.base,
            now,
            lag: i64::try_from(faults.lag).unwrap_or(i64::MAX),
            poison: &faults.poison,
        }
        .run()
        .map_err(|fail| fail.answer())?;
        inner.counters.count(done.deed);
        if done.deed != Deed::Read {
            inner.journal.push(entry(request, &done, now, fault));
        }
        Ok(done.answer)
    }
}

fn entry(request: &Request, done: &Done, at: Time, fault: Option<Fault>) -> Entry {
    Entry {
        n: 0,
        at,
        method: request.method.clone(),
        path: request.path.clone(),
        id: done.id.clone(),
        status: match fault {
            Some(Fault::Lie) => 500,
            Some(Fault::ResetAfter) => 0,
            _ => done.answer.status,
        },
        fault: fault.map(|f| f.name().to_owned()),
    }
}

impl Counters {
    fn count(&mut self, deed: Deed) {
        let moved = match deed {
            Deed::Read => {
                self.reads += 1;
                return;
            }
            Deed::Deleted => {
                self.deletes += 1;
                return;
            }
            Deed::Created(moved) => {
                self.creates += 1;
                moved
            }
            Deed::Updated(moved) => {
                self.updates += 1;
                moved
            }
        };
        self.member_adds += moved.added;
        self.member_removes += moved.removed;
    }
}

/// FNV-1a: sets the ids of targets with one seed apart.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
