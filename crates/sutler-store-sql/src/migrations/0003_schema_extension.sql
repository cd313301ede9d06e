-- The schemas that tenants add to their users and groups. Which resources hold data of one is in
-- `attr`, under its URN as path.
CREATE TABLE schema_extension (
    tenant INTEGER NOT NULL,
    urn    TEXT NOT NULL,
    doc    TEXT NOT NULL,
    PRIMARY KEY (tenant, urn)
) STRICT, WITHOUT ROWID;
