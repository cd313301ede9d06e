//! The groups of a batch of people: made if need be, and each changed once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sutler_engine::provision::{Caller, Refusal};
use sutler_model::patch::{Operation, PatchPath, Verb};
use sutler_model::path::AttributePath;
use sutler_model::resource::Resource;
use sutler_model::{Kind, Leniencies, document, fold, schema};

use crate::control::{Context, ImportRow, RowFault};

/// A group with those who join it.
#[derive(Default)]
struct Joining<'a> {
    name: &'a str,
    lines: Vec<u64>,
    members: Vec<Value>,
}

/// Puts people into their groups. Nobody is taken out of one.
pub(super) async fn join(
    context: &Context,
    caller: &Caller,
    people: &[(ImportRow, Resource)],
) -> Vec<RowFault> {
    let mut groups: BTreeMap<String, Joining<'_>> = BTreeMap::new();
    for (row, resource) in people {
        for name in &row.groups {
            let joining = groups.entry(fold::fold(name)).or_default();
            joining.name = name;
            joining.lines.push(row.line);
            joining.members.push(json!({ "value": resource.uid.0, "type": "User" }));
        }
    }
    let mut faults = Vec::new();
    for joining in groups.into_values() {
        let (lines, name) = (joining.lines.clone(), joining.name);
        if let Err(refusal) = group(context, caller, joining).await {
            faults.extend(
                lines.into_iter().map(|line| RowFault {
                    line,
                    message: format!("the group `{name}`: {refusal}"),
                }),
            );
        }
    }
    faults
}

async fn group(context: &Context, caller: &Caller, joining: Joining<'_>) -> Result<(), Refusal> {
    let provisioner = &context.provisioner;
    let members = Value::Array(joining.members);
    let found = provisioner.find(caller, Kind::Group, joining.name).await?;
    let Some(found) = found else {
        let body = json!({
            "schemas": [schema::GROUP],
            "displayName": joining.name,
            "members": members,
        });
        let body = body.as_object().cloned().unwrap_or_default();
        let draft = document::create(caller.schemas.of(Kind::Group), Leniencies::STRICT, &body)?;
        provisioner.create(caller, Kind::Group, draft).await?;
        return Ok(());
    };
    let add = Operation {
        verb: Verb::Add,
        path: Some(PatchPath { path: AttributePath::core("members", None), filter: None }),
        value: Some(members),
    };
    provisioner.patch(caller, Kind::Group, &found.uid, &[add], None).await?;
    Ok(())
}
