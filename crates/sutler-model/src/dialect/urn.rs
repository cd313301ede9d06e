//! The URNs of SCIM 1.x and of early drafts of 2.0.

use crate::schema::{ENTERPRISE_USER, GROUP, ResourceType, USER};

use super::{Leniency, Tolerance};

const OLD: &str = "urn:scim:";
const ENTERPRISE: [&str; 3] = [
    "urn:scim:schemas:extension:enterprise:1.0",
    "urn:scim:schemas:extension:enterprise:2.0",
    "urn:scim:schemas:extension:enterprise:2.0:User",
];
const CORE: [&str; 2] = ["urn:scim:schemas:core:1.0", "urn:scim:schemas:core:2.0"];
const CORE_OF_KIND: [(&str, &str); 2] =
    [("urn:scim:schemas:core:2.0:User", USER), ("urn:scim:schemas:core:2.0:Group", GROUP)];

/// A text that is an old URN of the enterprise extension and nothing else, in today's words.
pub fn bare<'a>(text: &'a str, tolerance: &mut Tolerance) -> &'a str {
    let old = ENTERPRISE.iter().any(|old| old.eq_ignore_ascii_case(text));
    if old && tolerance.takes(Leniency::OldEnterpriseUrn) { ENTERPRISE_USER } else { text }
}

/// True for the URNs that came before today's.
pub(super) fn is_old(urn: &str) -> bool {
    urn.get(..OLD.len()).is_some_and(|start| start.eq_ignore_ascii_case(OLD))
}

/// A schema's URN in today's words; as it is, if it is none of the old ones.
pub(crate) fn schema<'a>(
    shape: &'a ResourceType,
    urn: &'a str,
    tolerance: &mut Tolerance,
) -> &'a str {
    let same = |old: &str| old.eq_ignore_ascii_case(urn);
    let of_kind = CORE_OF_KIND.iter().find(|(old, _)| same(old)).map(|(_, new)| *new);
    let of_any = CORE.iter().any(|old| same(old)).then(|| shape.core().id.as_str());
    match of_kind.or(of_any) {
        Some(new) if tolerance.takes(Leniency::OldCoreUrns) => new,
        _ => bare(urn, tolerance),
    }
}
