//! One operation, through the same path as the single request.

use http::StatusCode;
use sutler_engine::provision::{Precondition, Written};
use sutler_model::resource::Resource;
use sutler_model::{Kind, Uid, Version, document};
use sutler_scim::bulk::{Action, Operation, Outcome, Target};
use sutler_scim::render::location;

use super::super::condition::demanded;
use super::run::{End, Run};
use crate::failure::Failure;

/// What an operation did.
pub(super) struct Done {
    pub(super) status: StatusCode,
    pub(super) kind: Kind,
    pub(super) uid: Uid,
    /// `None` of what is gone.
    pub(super) version: Option<Version>,
}

impl Done {
    fn of(status: StatusCode, written: Written) -> Self {
        let Resource { kind, uid, version, .. } = written.resource;
        Self { status, kind, uid, version: Some(version) }
    }
}

impl Run {
    /// Does one operation whose references are resolved.
    pub(super) async fn perform(
        &self,
        index: usize,
        operation: Operation,
    ) -> Result<Done, Failure> {
        let Operation { kind, action, version } = operation;
        let (caller, provisioner) = (&*self.caller_of(index), &self.shared.services.provisioner);
        match &action {
            Action::Create(_) => caller.may_create(kind)?,
            Action::Replace(..) | Action::Modify(..) => caller.may_update(kind)?,
            Action::Delete(_) => caller.may_delete(kind)?,
        }
        let demanded: Option<Precondition> = version.map(demanded);
        let demanded = demanded.as_ref();
        let allowed = caller.dialect.leniencies();
        match action {
            Action::Create(data) => {
                let draft = document::create(caller.schemas.of(kind), allowed, &data)?;
                let written = provisioner.create(caller, kind, draft).await?;
                self.tolerate(written.tolerated);
                Ok(Done::of(StatusCode::CREATED, written))
            }
            Action::Replace(target, data) => {
                let uid = id(target)?;
                let written = provisioner.replace(caller, kind, &uid, &data, demanded).await?;
                self.tolerate(written.tolerated);
                Ok(Done::of(StatusCode::OK, written))
            }
            Action::Modify(target, data) => {
                let uid = id(target)?;
                let most = self.shared.services.settings.patch_operations;
                let parsed = sutler_scim::patch::parse(allowed, &data, most)?;
                let operations = &parsed.operations;
                let written = provisioner.patch(caller, kind, &uid, operations, demanded).await?;
                self.tolerate(parsed.tolerated.with(written.tolerated));
                Ok(Done::of(StatusCode::OK, written))
            }
            Action::Delete(target) => {
                let uid = id(target)?;
                provisioner.delete(caller, kind, &uid, demanded).await?;
                Ok(Done { status: StatusCode::NO_CONTENT, kind, uid, version: None })
            }
        }
    }

    pub(super) fn end(&self, index: usize, done: Done) -> End {
        let Done { status, kind, uid, version } = done;
        let location = location(&self.base, kind, &uid);
        let created = (status == StatusCode::CREATED).then_some(uid);
        let outcome = Outcome::Done { status: status.as_u16(), location, version };
        End { index, created, outcome }
    }

    /// The address of the resource that an operation is about, if that has an id.
    pub(super) fn target_location(&self, operation: &Operation) -> Option<String> {
        match operation.target()? {
            Target::Id(uid) => Some(location(&self.base, operation.kind, uid)),
            Target::Created(_) => None,
        }
    }
}

fn id(target: Target) -> Result<Uid, Failure> {
    match target {
        Target::Id(uid) => Ok(uid),
        // References were resolved before.
        Target::Created(_) => Err(Failure::internal()),
    }
}
