//! The deviations that can be tolerated, one by one, and what each of them changes.

/// One deviation from the standard, with one meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leniency {
    /// `op` in another spelling than the RFC's lower case.
    OperationCase,
    /// Dotted and fully qualified keys in the value of an operation without a path.
    FlatKeys,
    /// `remove` of a list with the values to take out of it.
    RemoveByValue,
    /// A sub-attribute after the brackets of a filter.
    ValuePathFilter,
    /// `"True"` and `"False"` where a boolean belongs.
    BooleanText,
    /// Text without quotes in a filter.
    UnquotedText,
    /// `schemas` left out, or without a URN that the body needs.
    MissingSchemas,
    /// The core and message URNs of SCIM 1.x and of early drafts.
    OldCoreUrns,
    /// The enterprise URN of SCIM 1.x and of early drafts.
    OldEnterpriseUrn,
    /// URNs of schemas that are unknown here, with the data under them.
    ForeignSchemas,
    /// `manager` as the manager's id in plain text.
    PlainManager,
    /// One object in a list where the object itself belongs.
    ListedSingle,
    /// Attributes of an extension named without its URN.
    ShortNames,
    /// `replace` of a chosen value that does not exist yet.
    ReplaceCreates,
    /// PUT of a group that is silent about its members.
    PutKeepsMembers,
    /// Unknown attributes in the body of a PUT.
    UnknownInPut,
}

impl Leniency {
    /// All of them, in the order of the documents.
    pub const ALL: [Self; 16] = [
        Self::OperationCase,
        Self::FlatKeys,
        Self::RemoveByValue,
        Self::ValuePathFilter,
        Self::BooleanText,
        Self::UnquotedText,
        Self::MissingSchemas,
        Self::OldCoreUrns,
        Self::OldEnterpriseUrn,
        Self::ForeignSchemas,
        Self::PlainManager,
        Self::ListedSingle,
        Self::ShortNames,
        Self::ReplaceCreates,
        Self::PutKeepsMembers,
        Self::UnknownInPut,
    ];

    /// How it is called in figures, logs and documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::OperationCase => "operation-case",
            Self::FlatKeys => "flat-keys",
            Self::RemoveByValue => "remove-by-value",
            Self::ValuePathFilter => "value-path-filter",
            Self::BooleanText => "boolean-text",
            Self::UnquotedText => "unquoted-text",
            Self::MissingSchemas => "missing-schemas",
            Self::OldCoreUrns => "old-core-urns",
            Self::OldEnterpriseUrn => "old-enterprise-urn",
            Self::ForeignSchemas => "foreign-schemas",
            Self::PlainManager => "plain-manager",
            Self::ListedSingle => "listed-single",
            Self::ShortNames => "short-names",
            Self::ReplaceCreates => "replace-creates",
            Self::PutKeepsMembers => "put-keeps-members",
            Self::UnknownInPut => "unknown-in-put",
        }
    }

    /// What is taken, and as what.
    pub fn change(self) -> &'static str {
        match self {
            Self::OperationCase => "the verb of an operation in any spelling: `Replace`, `ADD`",
            Self::FlatKeys => {
                "without a `path`, keys of the value may be dotted (`name.givenName`) or carry their URN"
            }
            Self::RemoveByValue => {
                "`remove` of a list with a `value` takes out just what the value names, never the rest"
            }
            Self::ValuePathFilter => {
                "`emails[type eq \"work\"].value eq \"x\"` is read as `emails[type eq \"work\" and value eq \"x\"]`"
            }
            Self::BooleanText => {
                "`\"True\"` and `\"False\"`, in any spelling, stand for booleans: in bodies, PATCH values and filters"
            }
            Self::UnquotedText => {
                "a word without quotes, or a number, is text where a filter compares text: `externalId eq jyoung`"
            }
            Self::MissingSchemas => {
                "a `schemas` that is missing, empty or incomplete is made up from the endpoint and the data"
            }
            Self::OldCoreUrns => {
                "`urn:scim:schemas:core:1.0`, `urn:scim:schemas:core:2.0` and `urn:scim:api:messages:2.0:…` stand for the URNs of RFC 7643 and 7644"
            }
            Self::OldEnterpriseUrn => {
                "`urn:scim:schemas:extension:enterprise:1.0` (and `2.0`) stands for the enterprise extension, also in paths and filters"
            }
            Self::ForeignSchemas => {
                "in POST and PUT, schemas that are unknown here are passed over, with the data under their URN"
            }
            Self::PlainManager => {
                "`\"manager\": \"ID\"` is read as `\"manager\": {\"value\": \"ID\"}`"
            }
            Self::ListedSingle => {
                "a list of one object stands for the object where an attribute has one value: `manager`, `name`"
            }
            Self::ShortNames => {
                "in PATCH and filters, an attribute of an extension may be named without its URN if no other has that name: `manager`"
            }
            Self::ReplaceCreates => {
                "`replace` of `emails[type eq \"work\"].value` without a match creates the value that the filter describes"
            }
            Self::PutKeepsMembers => {
                "PUT of a group without `members` leaves the members as they are"
            }
            Self::UnknownInPut => {
                "attributes of a PUT body that are unknown here are passed over, since the client echoes what it once read"
            }
        }
    }

    /// What becomes of it where it is not tolerated.
    pub fn otherwise(self) -> &'static str {
        match self {
            Self::OperationCase
            | Self::MissingSchemas
            | Self::OldCoreUrns
            | Self::ForeignSchemas
            | Self::UnknownInPut => "400 invalidSyntax",
            Self::FlatKeys => "400 invalidPath",
            Self::RemoveByValue | Self::PlainManager | Self::ListedSingle => "400 invalidValue",
            Self::ValuePathFilter | Self::UnquotedText => "400 invalidFilter",
            Self::BooleanText => "400 invalidValue, in a filter invalidFilter",
            Self::OldEnterpriseUrn => {
                "400 invalidSyntax, in a path invalidPath, in a filter invalidFilter"
            }
            Self::ShortNames => "400 invalidPath, in a filter invalidFilter",
            Self::ReplaceCreates => "400 noTarget",
            Self::PutKeepsMembers => "the group is emptied",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leniency_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Leniency::ALL.map(Leniency::name).into();
        assert_eq!(names.len(), Leniency::ALL.len());
    }
}
