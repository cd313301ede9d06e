//! The accounts of one target, with their indexes. Adding one member to a group costs the
//! same however many it has.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;
use sutler_model::fold::fold;
use sutler_model::{Kind, Time};

use crate::answer::Fail;
use crate::patch::{self, MemberStep, member_ids};
use crate::record::{Record, check, keep, name_of, text};

/// The accounts.
pub(crate) struct Directory {
    seed: u64,
    /// True if user names are written in lower case.
    lowers: bool,
    /// True if a name is given once only.
    unique: bool,
    next: u64,
    records: HashMap<String, Record>,
    order: BTreeMap<(i64, u64), String>,
    names: HashMap<(i64, String), String>,
    externals: HashMap<(i64, String), BTreeSet<u64>>,
    /// Users and groups.
    pub(crate) counts: [u64; 2],
}

/// What a write did to the membership.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) added: u64,
    pub(crate) removed: u64,
}

impl Directory {
    pub(crate) fn new(seed: u64, lowers: bool, unique: bool) -> Self {
        Self {
            seed,
            lowers,
            unique,
            next: 0,
            records: HashMap::new(),
            order: BTreeMap::new(),
            names: HashMap::new(),
            externals: HashMap::new(),
            counts: [0; 2],
        }
    }

    /// The account, if it is there and of this kind.
    pub(crate) fn get(&self, kind: Kind, id: &str) -> Result<&Record, Fail> {
        self.records
            .get(id)
            .filter(|record| record.kind == kind)
            .ok_or_else(|| Fail::new(404, "the resource does not exist"))
    }

    /// The account with this id, whatever its kind.
    pub(crate) fn any(&self, id: &str) -> Option<&Record> {
        self.records.get(id)
    }

    /// Every account of a kind, by creation.
    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        let code = kind.code();
        self.order.range((code, 0)..=(code, u64::MAX)).filter_map(|(_, id)| self.records.get(id))
    }

    /// The account that holds this name.
    pub(crate) fn by_name(&self, kind: Kind, name: &str) -> Option<&Record> {
        self.records.get(self.names.get(&(kind.code(), fold(name)))?)
    }

    /// The accounts that carry this `externalId`, by creation.
    pub(crate) fn by_external(&self, kind: Kind, external: &str) -> Vec<&Record> {
        let code = kind.code();
        self.externals
            .get(&(code, external.to_owned()))
            .into_iter()
            .flatten()
            .filter_map(|place| self.order.get(&(code, *place)))
            .filter_map(|id| self.records.get(id))
            .collect()
    }

    /// Makes an account.
    pub(crate) fn create(
        &mut self,
        kind: Kind,
        request: &Value,
        now: Time,
        visible: Time,
    ) -> Result<(String, Moved), Fail> {
        let body = self.lowered(keep(kind, request)?);
        let members = self.listed_members(kind, request)?;
        self.check_name(kind, text(&body, name_of(kind)).unwrap_or_default(), None)?;
        let place = self.next;
        self.next += 1;
        let id = identifier(self.seed, place);
        let record = Record {
            id: id.clone(),
            kind,
            place,
            body,
            version: 1,
            created: now,
            changed: now,
            visible,
            members: HashSet::new(),
            within: HashSet::new(),
        };
        self.index(&record);
        self.order.insert((kind.code(), place), id.clone());
        if let Some(count) = self.counts.get_mut(slot(kind)) {
            *count += 1;
        }
        self.records.insert(id.clone(), record);
        let moved = self.walk(&id, members.into_iter().map(MemberStep::Add));
        Ok((id, moved))
    }

    /// Replaces an account; members that are not listed are dropped (RFC 7644 §3.5.1), unless
    /// they are all to stay.
    pub(crate) fn replace(
        &mut self,
        kind: Kind,
        id: &str,
        request: &Value,
        now: Time,
        keeps_members: bool,
    ) -> Result<Moved, Fail> {
        let body = self.lowered(keep(kind, request)?);
        let wanted: HashSet<String> = self.listed_members(kind, request)?.into_iter().collect();
        let record = self.get(kind, id)?;
        self.check_name(kind, text(&body, name_of(kind)).unwrap_or_default(), Some(id))?;
        let mut steps: Vec<MemberStep> = record
            .members
            .difference(&wanted)
            .map(|gone| MemberStep::Remove(gone.clone()))
            .collect();
        steps.extend(wanted.into_iter().map(MemberStep::Add));
        if keeps_members {
            steps.clear();
        }
        Ok(self.settle(id, body, steps, now))
    }

    /// Changes an account; all of the operations or none.
    pub(crate) fn patch(
        &mut self,
        kind: Kind,
        id: &str,
        request: &Value,
        now: Time,
    ) -> Result<Moved, Fail> {
        let record = self.get(kind, id)?;
        let mut body = record.body.clone();
        let steps = patch::apply(&mut body, request)?;
        let body = self.lowered(body);
        check(kind, &body)?;
        if kind == Kind::User && !steps.is_empty() {
            return Err(Fail::bad("invalidPath", "a user has no members"));
        }
        for step in &steps {
            if let MemberStep::Add(member) = step {
                self.check_member(member)?;
            }
        }
        self.check_name(kind, text(&body, name_of(kind)).unwrap_or_default(), Some(id))?;
        Ok(self.settle(id, body, steps, now))
    }

    /// Takes an account away, out of every group too.
    pub(crate) fn delete(&mut self, kind: Kind, id: &str) -> Result<(), Fail> {
        self.get(kind, id)?;
        let Some(record) = self.records.remove(id) else {
            return Ok(());
        };
        self.unindex(&record);
        self.order.remove(&(kind.code(), record.place));
        if let Some(count) = self.counts.get_mut(slot(kind)) {
            *count -= 1;
        }
        for group in &record.within {
            if let Some(group) = self.records.get_mut(group) {
                group.members.remove(id);
                group.version += 1;
            }
        }
        for member in &record.members {
            if let Some(member) = self.records.get_mut(member) {
                member.within.remove(id);
            }
        }
        Ok(())
    }

    fn lowered(&self, mut body: serde_json::Map<String, Value>) -> serde_json::Map<String, Value> {
        if let (true, Some(Value::String(name))) = (self.lowers, body.get_mut("userName")) {
            *name = name.to_lowercase();
        }
        body
    }

    fn settle(
        &mut self,
        id: &str,
        body: serde_json::Map<String, Value>,
        steps: Vec<MemberStep>,
        now: Time,
    ) -> Moved {
        let moved = self.walk(id, steps.into_iter());
        let Some(mut record) = self.records.remove(id) else {
            return moved;
        };
        if record.body != body || moved != Moved::default() {
            self.unindex(&record);
            record.body = body;
            record.version += 1;
            record.changed = now;
            self.index(&record);
        }
        self.records.insert(id.to_owned(), record);
        moved
    }

    fn walk(&mut self, group: &str, steps: impl Iterator<Item = MemberStep>) -> Moved {
        let mut moved = Moved::default();
        for step in steps {
            match step {
                MemberStep::Add(member) => moved.added += u64::from(self.join(group, member)),
                MemberStep::Remove(member) => moved.removed += u64::from(self.part(group, &member)),
                MemberStep::Clear => {
                    let all = self.records.get(group).map(|g| g.members.clone());
                    for member in all.unwrap_or_default() {
                        moved.removed += u64::from(self.part(group, &member));
                    }
                }
            }
        }
        moved
    }

    fn join(&mut self, group: &str, member: String) -> bool {
        if let Some(record) = self.records.get_mut(&member) {
            record.within.insert(group.to_owned());
        }
        self.records.get_mut(group).is_some_and(|record| record.members.insert(member))
    }

    fn part(&mut self, group: &str, member: &str) -> bool {
        if let Some(record) = self.records.get_mut(member) {
            record.within.remove(group);
        }
        self.records.get_mut(group).is_some_and(|record| record.members.remove(member))
    }

    fn listed_members(&self, kind: Kind, request: &Value) -> Result<Vec<String>, Fail> {
        if kind == Kind::User {
            return Ok(Vec::new());
        }
        let members = member_ids(request.get("members").unwrap_or(&Value::Null))?;
        for member in &members {
            self.check_member(member)?;
        }
        Ok(members)
    }

    fn check_member(&self, member: &str) -> Result<(), Fail> {
        if self.records.contains_key(member) {
            return Ok(());
        }
        Err(Fail::bad("invalidValue", "a member does not exist"))
    }

    fn check_name(&self, kind: Kind, name: &str, but: Option<&str>) -> Result<(), Fail> {
        match self.names.get(&(kind.code(), fold(name))) {
            Some(holder) if self.unique && Some(holder.as_str()) != but => {
                Err(Fail::taken(format!("`{}` is taken", name_of(kind))))
            }
            _ => Ok(()),
        }
    }

    fn index(&mut self, record: &Record) {
        let code = record.kind.code();
        self.names.insert((code, fold(record.name())), record.id.clone());
        if let Some(external) = record.external() {
            let places = self.externals.entry((code, external.to_owned()));
            places.or_default().insert(record.place);
        }
    }

    fn unindex(&mut self, record: &Record) {
        let code = record.kind.code();
        let name = (code, fold(record.name()));
        if self.names.get(&name) == Some(&record.id) {
            self.names.remove(&name);
        }
        if let Some(external) = record.external() {
            let key = (code, external.to_owned());
            if let Some(places) = self.externals.get_mut(&key) {
                places.remove(&record.place);
                if places.is_empty() {
                    self.externals.remove(&key);
                }
            }
        }
    }
}

fn slot(kind: Kind) -> usize {
    usize::from(kind == Kind::Group)
}

/// An id that says nothing and is never given twice.
fn identifier(seed: u64, place: u64) -> String {
    let mix = |mut x: u64| {
        x = (x ^ (x >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        x = (x ^ (x >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        x ^ (x >> 33)
    };
    // The second half is a permutation of the place, so that no two ids are alike.
    format!("{:08x}-{:016x}", mix(seed) >> 32, mix(place.wrapping_add(1)))
}
