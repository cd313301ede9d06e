//! A batch of rows, carried out through the one path by which everything comes in.

use futures::StreamExt;
use futures::stream;
use serde_json::{Map, Value};
use sutler_engine::provision::{Caller, Refusal};
use sutler_model::access::AttributeAccess;
use sutler_model::change::Via;
use sutler_model::estate::{Estate, Permission, ServiceProvider};
use sutler_model::patch::{Operation, PatchPath, Verb};
use sutler_model::path::AttributePath;
use sutler_model::resource::Resource;
use sutler_model::{Dialect, Kind, Leniencies, document, schema};

use super::groups;
use crate::control::{Context, ImportRow, Imported, RowFault};

/// Rows under way at once: they share commits.
const AT_ONCE: usize = 256;

/// An operator who acts for a service provider.
pub(crate) fn caller(estate: &Estate, provider: &ServiceProvider) -> Caller {
    Caller {
        tenant: provider.tenant,
        service_provider: Some(provider.id),
        myself: None,
        client: format!("import for {}", provider.name),
        permissions: Permission::ALL.to_vec(),
        attributes: AttributeAccess::default(),
        stores: None,
        via: Via::Import,
        schemas: estate.schemas(provider.tenant),
        dialect: Dialect::Strict,
        txn: None,
    }
}

/// What became of one person.
enum Done {
    Created,
    Updated,
    Unchanged,
}

/// Carries a batch out: people first, then their groups, then their managers. `last` tells
/// that no more rows follow, so that a manager who is not there is a fault.
pub(crate) async fn rows(
    context: &Context,
    caller: &Caller,
    rows: Vec<ImportRow>,
    last: bool,
) -> Imported {
    let mut imported = Imported::default();
    let mut people: Vec<(ImportRow, Resource)> = Vec::new();
    let each: Vec<_> = rows.into_iter().map(|row| person(context, caller, row)).collect();
    let mut results = stream::iter(each).buffer_unordered(AT_ONCE);
    while let Some((row, done)) = results.next().await {
        match done {
            Ok((resource, done)) => {
                match done {
                    Done::Created => imported.created += 1,
                    Done::Updated => imported.updated += 1,
                    Done::Unchanged => imported.unchanged += 1,
                }
                people.push((row, resource));
            }
            Err(refusal) => imported.faults.push(fault(&row, &refusal)),
        }
    }
    drop(results);
    imported.faults.extend(groups::join(context, caller, &people).await);
    managers(context, caller, &people, last, &mut imported).await;
    imported.faults.sort_by_key(|fault| fault.line);
    imported
}

fn fault(row: &ImportRow, refusal: &Refusal) -> RowFault {
    RowFault { line: row.line, message: format!("{}: {refusal}", row.user_name) }
}

async fn person(
    context: &Context,
    caller: &Caller,
    row: ImportRow,
) -> (ImportRow, Result<(Resource, Done), Refusal>) {
    let done = create_or_update(context, caller, &row).await;
    (row, done)
}

async fn create_or_update(
    context: &Context,
    caller: &Caller,
    row: &ImportRow,
) -> Result<(Resource, Done), Refusal> {
    let provisioner = &context.provisioner;
    let Some(found) = provisioner.find(caller, Kind::User, &row.user_name).await? else {
        let draft =
            document::create(caller.schemas.of(Kind::User), Leniencies::STRICT, &body(row))?;
        let written = provisioner.create(caller, Kind::User, draft).await?;
        return Ok((written.resource, Done::Created));
    };
    if row.set.is_empty() {
        return Ok((found, Done::Unchanged));
    }
    let operations = operations(row, &found);
    let written = provisioner.patch(caller, Kind::User, &found.uid, &operations, None).await?;
    let done = if written.changed { Done::Updated } else { Done::Unchanged };
    Ok((written.resource, done))
}

/// The body of a new user.
fn body(row: &ImportRow) -> Map<String, Value> {
    let mut body = Map::new();
    for assignment in &row.set {
        assignment.set(&mut body);
    }
    let mut schemas = vec![Value::from(schema::USER)];
    schemas.extend(
        body.keys().filter(|key| key.starts_with("urn:")).map(|urn| Value::from(urn.as_str())),
    );
    body.insert("schemas".to_owned(), Value::Array(schemas));
    body
}

/// Replaces each attribute that the row names by what it is with the row's cells in it.
fn operations(row: &ImportRow, found: &Resource) -> Vec<Operation> {
    let mut body = found.body.clone();
    for assignment in &row.set {
        assignment.set(&mut body);
    }
    let mut operations: Vec<Operation> = Vec::new();
    for assignment in &row.set {
        let operation = replace(assignment.path(), assignment.whole(&body));
        if !operations.contains(&operation) {
            operations.push(operation);
        }
    }
    operations
}

fn replace(path: AttributePath, value: Option<Value>) -> Operation {
    Operation { verb: Verb::Replace, path: Some(PatchPath { path, filter: None }), value }
}

/// Managers may stand below their people in the file.
async fn managers(
    context: &Context,
    caller: &Caller,
    people: &[(ImportRow, Resource)],
    last: bool,
    imported: &mut Imported,
) {
    let each: Vec<_> = people
        .iter()
        .filter(|(row, _)| row.manager.is_some())
        .map(|person| with_manager(context, caller, person))
        .collect();
    let mut results = stream::iter(each).buffer_unordered(AT_ONCE);
    while let Some((row, done)) = results.next().await {
        match done {
            Ok(true) => {}
            Ok(false) if last => imported.faults.push(RowFault {
                line: row.line,
                message: format!(
                    "{}: there is no user `{}` to be the manager: the rest of the row was taken",
                    row.user_name,
                    row.manager.as_deref().unwrap_or_default()
                ),
            }),
            Ok(false) => imported.later.push(row.line),
            Err(refusal) => imported.faults.push(fault(row, &refusal)),
        }
    }
}

async fn with_manager<'a>(
    context: &Context,
    caller: &Caller,
    person: &'a (ImportRow, Resource),
) -> (&'a ImportRow, Result<bool, Refusal>) {
    let (row, resource) = person;
    (row, manager(context, caller, row, resource).await)
}

/// Sets the manager; false if there is no such user yet.
async fn manager(
    context: &Context,
    caller: &Caller,
    row: &ImportRow,
    resource: &Resource,
) -> Result<bool, Refusal> {
    let name = row.manager.as_deref().unwrap_or_default();
    let provisioner = &context.provisioner;
    let Some(manager) = provisioner.find(caller, Kind::User, name).await? else {
        return Ok(false);
    };
    let path = AttributePath::extension(schema::ENTERPRISE_USER, "manager", None);
    let value = serde_json::json!({ "value": manager.uid.0 });
    let operations = [replace(path, Some(value))];
    provisioner.patch(caller, Kind::User, &resource.uid, &operations, None).await?;
    Ok(true)
}
