//! The sorts of entries of an estate, and what an edition of it may be told.

use super::super::endpoint::Asked;
use super::super::estate_file::{EntryKind, EstateEdition, EstateWanted};
use super::super::query::{Parameter, Shape};

/// Every sort of entry.
pub(super) const KINDS: [EntryKind; 5] = [
    EntryKind {
        path: "service-providers",
        table: "service_provider",
        key: "name",
        noun: "service provider",
    },
    EntryKind { path: "targets", table: "target", key: "name", noun: "target" },
    EntryKind {
        path: "identity-providers",
        table: "identity_provider",
        key: "name",
        noun: "identity provider",
    },
    EntryKind { path: "event-streams", table: "event_stream", key: "name", noun: "event stream" },
    EntryKind { path: "schemas", table: "schema", key: "id", noun: "schema" },
];

/// What an edition that is only planned may be told.
pub(super) const PLANNING: [Parameter; 3] = [
    Parameter {
        name: "moved",
        shape: Shape::Texts,
        description: "Targets whose new address is the same system, moved",
    },
    Parameter {
        name: "unroute",
        shape: Shape::Texts,
        description: "Targets whose accounts may go, because they are routed there no longer",
    },
    Parameter {
        name: "abandon",
        shape: Shape::Texts,
        description: "Targets that are removed although accounts are there: they stay",
    },
];

/// What every edition may be told.
pub(super) const EDITING: [Parameter; 4] = [
    PLANNING[0],
    PLANNING[1],
    PLANNING[2],
    Parameter { name: "dry_run", shape: Shape::Flag, description: "Only tell what would change" },
];

/// An edition under the conditions of a request.
pub(super) fn wanted(
    asked: &Asked,
    edition: EstateEdition,
    expected: Option<Vec<String>>,
    dry: bool,
) -> EstateWanted {
    EstateWanted {
        edition,
        tenant: asked.scope.tenant().map(str::to_owned),
        walled: asked.by.tenant.is_some(),
        moved: asked.query.texts("moved"),
        unroute: asked.query.texts("unroute"),
        abandon: asked.query.texts("abandon"),
        dry,
        expected,
        acting: asked.acting(),
    }
}
