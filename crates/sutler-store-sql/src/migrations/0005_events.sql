-- Who is told what has changed. A number is never given twice: a change that was computed for a
-- stream which is gone by then finds nobody.
CREATE TABLE event_stream (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    doc      TEXT NOT NULL,
    most     INTEGER NOT NULL,
    waiting  INTEGER NOT NULL DEFAULT 0,
    lost     INTEGER NOT NULL DEFAULT 0,
    lost_at  INTEGER,
    fault    TEXT,
    fault_at INTEGER,
    UNIQUE (tenant, name)
) STRICT;

-- What waits for a receiver, in the order of the commits.
CREATE TABLE event (
    id     INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    jti    TEXT NOT NULL,
    doc    TEXT NOT NULL
) STRICT;
CREATE INDEX event_order ON event (stream, id);
CREATE UNIQUE INDEX event_jti ON event (stream, jti);

-- Results of asynchronous requests, for whoever asked.
CREATE TABLE completion (
    tenant  INTEGER NOT NULL,
    sp      INTEGER NOT NULL,
    request TEXT NOT NULL,
    n       INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    doc     TEXT NOT NULL,
    PRIMARY KEY (tenant, sp, request, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX completion_expires ON completion (expires);

CREATE TABLE signing_key (
    tenant INTEGER PRIMARY KEY,
    kid    TEXT NOT NULL,
    sealed TEXT NOT NULL,
    public BLOB NOT NULL
) STRICT;
