-- Whose tokens stand for users.
CREATE TABLE identity_provider (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    name   TEXT NOT NULL,
    doc    TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;
