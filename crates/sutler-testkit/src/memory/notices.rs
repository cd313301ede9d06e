//! Receivers of messages, and messages that wait for them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use sutler_model::notification::{
    Alert, LONGEST, MOST, Notice, Notification, NotificationState, PACE, due, takes_more,
};
use sutler_model::port::{LedgerError, Notices};
use sutler_model::{NotificationId, TargetId, TenantId, Time};

use super::MemoryLedger;
use super::state::State;

/// The rows of messages.
#[derive(Default)]
pub(crate) struct NoticeRows {
    notices: BTreeMap<i64, Notice>,
    pace: BTreeMap<(NotificationId, TargetId, Alert), Time>,
    lost: BTreeMap<NotificationId, u64>,
    faults: BTreeMap<NotificationId, (String, Time)>,
    /// Targets of whose quarantine somebody was told.
    pub(super) told: BTreeSet<TargetId>,
}

#[async_trait]
impl Notices for MemoryLedger {
    async fn alert(
        &self,
        target: TargetId,
        alert: Alert,
        detail: &str,
        now: Time,
    ) -> Result<(), LedgerError> {
        enqueue(&mut self.state(), target, alert, detail, now);
        Ok(())
    }

    async fn due_notices(&self, now: Time, limit: usize) -> Result<Vec<Notice>, LedgerError> {
        let state = self.state();
        let mut due: Vec<Notice> =
            state.notices.notices.values().filter(|one| one.due <= now).cloned().collect();
        due.sort_by_key(|one| (one.due, one.id));
        due.truncate(limit);
        Ok(due)
    }

    async fn end_notice(&self, id: i64, lost: bool) -> Result<(), LedgerError> {
        let mut state = self.state();
        if let Some(ended) = state.notices.notices.remove(&id) {
            if lost {
                *state.notices.lost.entry(ended.notification).or_default() += 1;
            } else {
                state.notices.faults.remove(&ended.notification);
            }
        }
        Ok(())
    }

    async fn delay_notice(
        &self,
        id: i64,
        due: Time,
        fault: &str,
        now: Time,
    ) -> Result<(), LedgerError> {
        let mut state = self.state();
        if let Some(notice) = state.notices.notices.get_mut(&id) {
            notice.due = due;
            notice.tries += 1;
            let to = notice.notification;
            state.notices.faults.insert(to, (fault.to_owned(), now));
        }
        Ok(())
    }

    async fn notification_states(&self) -> Result<Vec<NotificationState>, LedgerError> {
        let state = self.state();
        let rows = &state.notices;
        let all = state.estate.notifications.iter();
        Ok(all
            .map(|one| NotificationState {
                notification: one.id,
                waiting: waiting(rows, one.id),
                lost: rows.lost.get(&one.id).copied().unwrap_or_default(),
                fault: rows.faults.get(&one.id).cloned(),
            })
            .collect())
    }
}

fn waiting(rows: &NoticeRows, to: NotificationId) -> u64 {
    let count = rows.notices.values().filter(|one| one.notification == to).count();
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A message for each receiver that wants it.
pub(super) fn enqueue(state: &mut State, target: TargetId, alert: Alert, detail: &str, now: Time) {
    enqueue_many(state, target, (alert, 1), detail, now);
}

/// The same about so many at once.
pub(super) fn enqueue_many(
    state: &mut State,
    target: TargetId,
    (alert, count): (Alert, usize),
    detail: &str,
    now: Time,
) {
    let Some(tenant) = state.estate.target(target).map(|target| target.tenant) else {
        return;
    };
    let wants = |one: &&Notification| one.tenant == tenant && one.events.contains(&alert);
    let receivers: Vec<NotificationId> =
        state.estate.notifications.iter().filter(wants).map(|one| one.id).collect();
    let detail = sutler_model::history::cut(detail.to_owned(), LONGEST);
    for to in receivers {
        one(state, (to, target, alert), number(count), &detail, now);
    }
}

/// What the newest messages are about has grown: they say so, as far as they were not sent.
pub(super) fn grow(state: &mut State, target: TargetId, (alert, more): (Alert, usize), now: Time) {
    let mut newest: BTreeMap<NotificationId, &mut Notice> = BTreeMap::new();
    let ours = |one: &&mut Notice| (one.target, one.alert) == (target, alert);
    for notice in state.notices.notices.values_mut().filter(ours) {
        newest.insert(notice.notification, notice);
    }
    for notice in newest.into_values().filter(|one| one.tries == 0) {
        notice.count += number(more);
        notice.last = now;
    }
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn one(
    state: &mut State,
    key: (NotificationId, TargetId, Alert),
    count: u64,
    detail: &str,
    now: Time,
) {
    let (notification, target, alert) = key;
    let of_key = |one: &&mut Notice| (one.notification, one.target, one.alert) == key;
    let newest = state.notices.notices.values_mut().rev().find(of_key);
    if let Some(notice) = newest.filter(|one| takes_more(one.due, one.tries, now)) {
        notice.count += count;
        notice.last = now;
        detail.clone_into(&mut notice.detail);
        return;
    }
    if waiting(&state.notices, notification) >= u64::try_from(MOST).unwrap_or(u64::MAX) {
        *state.notices.lost.entry(notification).or_default() += 1;
        return;
    }
    let id = state.next();
    let due = due(state.notices.pace.get(&key).copied(), now);
    state.notices.pace.insert(key, due.plus(PACE));
    let detail = detail.to_owned();
    let tries = 0;
    let notice = Notice {
        id,
        notification,
        target,
        alert,
        count,
        first: now,
        last: now,
        detail,
        due,
        tries,
    };
    state.notices.notices.insert(id, notice);
}

/// Writes the settings of a receiver; what waits for it stays.
pub(super) fn put(state: &mut State, tenant: TenantId, wanted: Notification) {
    let fresh = NotificationId(state.next());
    let all = &mut state.estate.notifications;
    match all.iter_mut().find(|one| one.tenant == tenant && one.name == wanted.name) {
        Some(known) => *known = Notification { id: known.id, tenant, ..wanted },
        None => all.push(Notification { id: fresh, tenant, ..wanted }),
    }
}

/// Takes a receiver away, with what waits for it.
pub(super) fn remove(state: &mut State, tenant: TenantId, name: &str) {
    let named = |one: &mut Notification| one.tenant == tenant && one.name == name;
    for gone in state.estate.notifications.extract_if(.., named) {
        let rows = &mut state.notices;
        rows.notices.retain(|_, one| one.notification != gone.id);
        rows.pace.retain(|(to, _, _), _| *to != gone.id);
        rows.lost.remove(&gone.id);
        rows.faults.remove(&gone.id);
    }
}

/// What waits about a target goes with it.
pub(super) fn remove_target(state: &mut State, gone: TargetId) {
    state.notices.notices.retain(|_, one| one.target != gone);
    state.notices.pace.retain(|(_, target, _), _| *target != gone);
    state.notices.told.remove(&gone);
}
