//! Path text into paths: of an attribute, and of a PATCH operation (RFC 7644 §3.5.2).

use sutler_model::dialect::{Tolerance, bare};
use sutler_model::patch::PatchPath;
use sutler_model::path::AttributePath;
use sutler_model::{Invalid, InvalidKind, Leniencies};

use crate::filter::{self, MAXIMUM_LENGTH};

/// Reads `attr`, `attr.sub`, each with a URN before it, or a bare URN of a known schema.
pub fn parse(text: &str) -> Result<AttributePath, Invalid> {
    if text.len() > MAXIMUM_LENGTH {
        return Err(Invalid::path(format!("the path is longer than {MAXIMUM_LENGTH} bytes")));
    }
    text.parse()
}

/// Reads the path of a PATCH operation strictly: as [`parse`], and `attr[filter]`,
/// `attr[filter].sub`.
pub fn parse_patch(text: &str) -> Result<PatchPath, Invalid> {
    parse_patch_tolerantly(text, &mut Tolerance::new(Leniencies::STRICT))
}

/// Reads the path of a PATCH operation with what a dialect allows.
pub fn parse_patch_tolerantly(text: &str, tolerance: &mut Tolerance) -> Result<PatchPath, Invalid> {
    let Some((before, brackets)) = text.split_once('[') else {
        return parse(bare(text, tolerance)).map(PatchPath::from);
    };
    let mut path = parse(before)?;
    if path.sub.is_some() {
        return Err(Invalid::path(format!("brackets cannot follow the sub-attribute `{path}`")));
    }
    let (filter, rest) = filter::parse_brackets(brackets, tolerance)?;
    if !rest.is_empty() {
        let sub = rest
            .strip_prefix('.')
            .map(str::parse::<AttributePath>)
            .and_then(Result::ok)
            .filter(|sub| sub.schema.is_none() && sub.sub.is_none())
            .ok_or_else(|| {
                Invalid::new(InvalidKind::Path, "only `.` and a sub-attribute can follow `]`")
            })?;
        path.sub = Some(sub.attribute);
    }
    Ok(PatchPath { path, filter: Some(filter) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) {
        assert_eq!(parse_patch(text).unwrap().to_string(), text);
    }

    fn refused(text: &str, kind: InvalidKind) {
        assert_eq!(parse_patch(text).unwrap_err().kind, kind, "{text}");
    }

    #[test]
    fn every_form_of_a_path_is_read_t_p4() {
        check("userName");
        check("name.familyName");
        check(r#"emails[type eq "work"]"#);
        check(r#"emails[type eq "a]b" and value pr].value"#);
        check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User");
        check("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value");
        check(r#"urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value"#);
    }

    #[test]
    fn a_bad_path_and_a_bad_filter_are_told_apart_t_p4() {
        refused("", InvalidKind::Path);
        refused("emails[", InvalidKind::Filter);
        refused("emails[]", InvalidKind::Filter);
        refused("emails[type eq]", InvalidKind::Filter);
        refused(r#"emails[type eq "w"]value"#, InvalidKind::Path);
        refused(r#"emails[type eq "w"]."#, InvalidKind::Path);
        refused(r#"emails[type eq "w"].a.b"#, InvalidKind::Path);
        refused(r#"emails.type[value eq "w"]"#, InvalidKind::Path);
        refused(r#"[type eq "w"]"#, InvalidKind::Path);
        refused("members[value eq x]", InvalidKind::Filter);
    }
}
