//! From members as a client names them to steps of a membership change.
//!
//! Adding and removing resolve only what the client named; only a filter that does not say whom
//! it means reads the group, page by page.

use serde_json::{Map, Value};
use sutler_model::change::MemberStep;
use sutler_model::document::MemberRef;
use sutler_model::filter::{Filter, Literal, Operator};
use sutler_model::patch::MemberChange;
use sutler_model::resource::{Related, Resource};
use sutler_model::{Invalid, Kind, Rid, TenantId, Uid};

use super::read::PAGE;
use super::{Provisioner, Refusal};

impl Provisioner {
    /// The steps of a PATCH, in order.
    pub(super) async fn steps(
        &self,
        group: &Resource,
        changes: &[MemberChange],
    ) -> Result<Vec<MemberStep>, Refusal> {
        let mut steps = Vec::with_capacity(changes.len());
        let mut named: Vec<Uid> = Vec::new();
        for change in changes {
            steps.push(match change {
                MemberChange::Add(members) => {
                    named.extend(members.iter().map(uid));
                    MemberStep::Add(self.resolve_all(group.tenant, Some(group.rid), members).await?)
                }
                MemberChange::Replace(members) => {
                    named.extend(members.iter().map(uid));
                    MemberStep::Replace(
                        self.resolve_all(group.tenant, Some(group.rid), members).await?,
                    )
                }
                MemberChange::Remove(members) => {
                    MemberStep::Remove(self.resolve_known(group.tenant, members).await?)
                }
                MemberChange::RemoveMatching(filter) => {
                    MemberStep::Remove(self.matching(group, filter, &named).await?)
                }
                MemberChange::Clear => MemberStep::Replace(Vec::new()),
            });
        }
        Ok(steps)
    }

    /// The internal keys of these members, each of which must exist.
    pub(super) async fn resolve_all(
        &self,
        tenant: TenantId,
        group: Option<Rid>,
        members: &[MemberRef],
    ) -> Result<Vec<Rid>, Refusal> {
        let uids: Vec<Uid> = members.iter().map(uid).collect();
        let found = self.ports.ledger.resolve(tenant, &uids).await?;
        let mut rids = Vec::with_capacity(members.len());
        for (index, member) in members.iter().enumerate() {
            let resolved = found.get(index).copied().flatten();
            rids.push(accept(member, resolved, group)?);
        }
        Ok(rids)
    }

    /// Those of these members that exist: removing somebody unknown is no error.
    async fn resolve_known(
        &self,
        tenant: TenantId,
        members: &[MemberRef],
    ) -> Result<Vec<Rid>, Refusal> {
        let uids: Vec<Uid> = members.iter().map(uid).collect();
        let found = self.ports.ledger.resolve(tenant, &uids).await?;
        Ok(found.into_iter().flatten().map(|(rid, _)| rid).collect())
    }

    /// Members that match, among those stored and those that the same request has named. Where
    /// the filter itself names whom it means, nobody else is read.
    async fn matching(
        &self,
        group: &Resource,
        filter: &Filter,
        named: &[Uid],
    ) -> Result<Vec<Rid>, Refusal> {
        if let Some(meant) = meant(filter) {
            return self.matching_among(group.tenant, filter, &meant).await;
        }
        let mut matched = self.matching_among(group.tenant, filter, named).await?;
        let display = filter.paths().iter().any(|path| path.attribute == "display");
        let mut after = None;
        while let Some(set) = group.set {
            let page = self.page(set, after, PAGE, display).await?;
            matched.extend(page.iter().filter(|m| matches(filter, m)).map(|m| m.rid));
            after = page.last().map(|m| m.rid);
            if page.len() < PAGE {
                break;
            }
        }
        Ok(matched)
    }

    /// Those of these resources that would match as members; removing one that is none changes
    /// nothing.
    async fn matching_among(
        &self,
        tenant: TenantId,
        filter: &Filter,
        uids: &[Uid],
    ) -> Result<Vec<Rid>, Refusal> {
        let mut matched = Vec::new();
        for uid in uids {
            let member = self.related(tenant, uid).await?;
            matched.extend(member.filter(|m| matches(filter, m)).map(|m| m.rid));
        }
        Ok(matched)
    }

    async fn related(&self, tenant: TenantId, uid: &Uid) -> Result<Option<Related>, Refusal> {
        for kind in [Kind::User, Kind::Group] {
            if let Some(found) = self.ports.ledger.resource(tenant, kind, uid).await? {
                let text = |name: &str| found.body.get(name).and_then(Value::as_str);
                let display = text("displayName").or_else(|| text("userName"));
                return Ok(Some(Related {
                    rid: found.rid,
                    kind,
                    display: display.map(str::to_owned),
                    uid: found.uid,
                }));
            }
        }
        Ok(None)
    }
}

fn uid(member: &MemberRef) -> Uid {
    Uid(member.value.clone())
}

pub(super) fn accept(
    member: &MemberRef,
    resolved: Option<(Rid, Kind)>,
    group: Option<Rid>,
) -> Result<Rid, Invalid> {
    let value = &member.value;
    let Some((rid, kind)) = resolved else {
        return Err(Invalid::value(format!(
            "`members.value`: there is no resource with the id `{value}`"
        )));
    };
    if let Some(claimed) = member.kind.filter(|k| *k != kind) {
        return Err(Invalid::value(format!(
            "`members.type` is `{}`, but `{value}` is a {}",
            claimed.name(),
            kind.name()
        )));
    }
    if group == Some(rid) {
        return Err(Invalid::value("a group cannot be its own member"));
    }
    Ok(rid)
}

/// The only members that can match a filter, if it says so: `value eq "id"`, also as a part of a
/// conjunction, and alternatives of such.
pub(super) fn meant(filter: &Filter) -> Option<Vec<Uid>> {
    match filter {
        Filter::Compare(path, Operator::Equal, Literal::Text(id))
            if path.attribute == "value" && path.sub.is_none() =>
        {
            Some(vec![Uid(id.clone())])
        }
        Filter::And(parts) => parts.iter().find_map(meant),
        Filter::Or(parts) => {
            let each: Option<Vec<Vec<Uid>>> = parts.iter().map(meant).collect();
            each.map(|lists| lists.concat())
        }
        _ => None,
    }
}

fn matches(filter: &Filter, member: &Related) -> bool {
    let mut element = Map::new();
    element.insert("value".to_owned(), Value::from(member.uid.0.as_str()));
    element.insert("type".to_owned(), Value::from(member.kind.name()));
    if let Some(display) = &member.display {
        element.insert("display".to_owned(), Value::from(display.as_str()));
    }
    filter.matches_member(&element)
}

#[cfg(test)]
mod tests {
    use sutler_model::path::AttributePath;

    use super::*;

    fn is(attribute: &str, text: &str) -> Filter {
        let path = AttributePath::core(attribute, None);
        Filter::Compare(path, Operator::Equal, Literal::Text(text.to_owned()))
    }

    #[test]
    fn a_filter_that_names_its_members_reads_nobody_else_t_g11() {
        let check = |filter: Filter, expected: Option<&[&str]>| {
            let found = meant(&filter);
            let found: Option<Vec<&str>> =
                found.as_ref().map(|uids| uids.iter().map(|uid| uid.0.as_str()).collect());
            assert_eq!(found.as_deref(), expected, "{filter}");
        };
        check(is("value", "a"), Some(&["a"]));
        check(Filter::And(vec![is("type", "User"), is("value", "a")]), Some(&["a"]));
        check(Filter::Or(vec![is("value", "a"), is("value", "b")]), Some(&["a", "b"]));
        check(Filter::Or(vec![is("value", "a"), is("type", "User")]), None);
        check(Filter::Not(Box::new(is("value", "a"))), None);
        check(is("type", "User"), None);
    }
}
