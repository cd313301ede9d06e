-- Credentials of administrators. A tenant of NULL is all of them.
CREATE TABLE admin_token (
    id      TEXT PRIMARY KEY,
    name    TEXT NOT NULL,
    role    TEXT NOT NULL,
    tenant  INTEGER,
    hash    BLOB NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    expires INTEGER,
    used    INTEGER
) STRICT, WITHOUT ROWID;

-- What people have ordered. tenant: 0 is the installation. Each hash is over the one before it in
-- its chain and the row.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    tenant  INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    via     TEXT NOT NULL,
    act     TEXT NOT NULL,
    object  TEXT NOT NULL,
    details TEXT NOT NULL,
    outcome TEXT NOT NULL,
    hash    BLOB NOT NULL
) STRICT;
CREATE INDEX audit_tenant ON audit (tenant, seq);

-- The end of each chain, so that a missing end is noticed.
CREATE TABLE audit_head (
    tenant INTEGER PRIMARY KEY,
    seq    INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL
) STRICT;
