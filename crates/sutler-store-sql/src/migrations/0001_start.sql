-- One row each for what is counted for the whole database.
CREATE TABLE meta (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    fence  INTEGER NOT NULL,
    estate INTEGER NOT NULL
) STRICT;
INSERT INTO meta (id, fence, estate) VALUES (1, 0, 0);

CREATE TABLE tenant (
    tenant INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO tenant (tenant, name) VALUES (1, 'default');

-- What is. Rows are never deleted (a deletion leaves a tombstone), so that no rid is reused.
CREATE TABLE resource (
    rid          INTEGER PRIMARY KEY,
    tenant       INTEGER NOT NULL,
    kind         INTEGER NOT NULL,
    home         INTEGER NOT NULL DEFAULT 0,
    uid          TEXT NOT NULL,
    version      INTEGER NOT NULL,
    active       INTEGER NOT NULL,
    gone         INTEGER,
    body         TEXT NOT NULL,
    derived      TEXT NOT NULL,
    set_id       INTEGER,
    created      INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    user_name    TEXT,
    external_id  TEXT,
    email        TEXT,
    display_name TEXT
) STRICT;
CREATE UNIQUE INDEX resource_uid ON resource (tenant, uid);
CREATE INDEX resource_live ON resource (tenant, kind, rid) WHERE gone IS NULL;
CREATE INDEX resource_changed ON resource (tenant, kind, changed) WHERE gone IS NULL;
CREATE INDEX resource_external_id ON resource (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX resource_email ON resource (tenant, email) WHERE email IS NOT NULL;
CREATE INDEX resource_display_name ON resource (tenant, display_name) WHERE display_name IS NOT NULL;

CREATE TABLE name (
    tenant INTEGER NOT NULL,
    scope  INTEGER NOT NULL DEFAULT 0,
    kind   INTEGER NOT NULL,
    attr   TEXT NOT NULL,
    key    TEXT NOT NULL,
    rid    INTEGER NOT NULL,
    PRIMARY KEY (tenant, scope, kind, attr, key)
) STRICT, WITHOUT ROWID;

-- The rows to take back are known from `resource.derived`: no second index is needed.
CREATE TABLE attr (
    tenant INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    path   TEXT NOT NULL,
    key    TEXT NOT NULL,
    rid    INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, path, key, rid)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_set (
    set_id INTEGER PRIMARY KEY,
    rid    INTEGER NOT NULL,
    old    INTEGER
) STRICT;
CREATE INDEX group_set_old ON group_set (set_id) WHERE old IS NOT NULL;

CREATE TABLE member (
    set_id INTEGER NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (set_id, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_of ON member (member, set_id);

CREATE TABLE tally (
    set_id  INTEGER NOT NULL,
    slot    INTEGER NOT NULL,
    members INTEGER NOT NULL,
    bumps   INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    PRIMARY KEY (set_id, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE ref (
    rid   INTEGER NOT NULL,
    attr  TEXT NOT NULL,
    other INTEGER NOT NULL,
    PRIMARY KEY (rid, attr, other)
) STRICT, WITHOUT ROWID;
CREATE INDEX ref_other ON ref (other, rid);

CREATE TABLE origin (
    rid INTEGER NOT NULL,
    sp  INTEGER NOT NULL,
    PRIMARY KEY (rid, sp)
) STRICT, WITHOUT ROWID;
CREATE INDEX origin_sp ON origin (sp, rid);

CREATE TABLE password (
    rid  INTEGER PRIMARY KEY,
    hash TEXT NOT NULL
) STRICT;

-- What happened.
CREATE TABLE journal (
    seq    INTEGER PRIMARY KEY,
    tenant INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    via    TEXT NOT NULL,
    rid    INTEGER,
    op     TEXT NOT NULL,
    flags  INTEGER NOT NULL,
    estate INTEGER
) STRICT;

CREATE TABLE journal_body (
    seq   INTEGER PRIMARY KEY,
    delta TEXT NOT NULL
) STRICT;

-- part: 0 whole, 1 member added, 2 member cut, 3 old set, 4 live.
CREATE TABLE outbox (
    seq   INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    rid   INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    arg   INTEGER,
    flags INTEGER NOT NULL,
    PRIMARY KEY (seq, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_set ON outbox (arg) WHERE part = 3;
CREATE INDEX outbox_leaving ON outbox (rid) WHERE flags & 3 <> 0;

CREATE TABLE delivery (
    id      INTEGER PRIMARY KEY,
    target  INTEGER NOT NULL,
    rid     INTEGER NOT NULL,
    fence   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    action  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    status  INTEGER,
    took    INTEGER NOT NULL,
    note    TEXT
) STRICT;

-- What must be done.
CREATE TABLE work (
    target        INTEGER NOT NULL,
    rid           INTEGER NOT NULL,
    lane          INTEGER NOT NULL,
    due           INTEGER,
    mark          INTEGER NOT NULL,
    node          INTEGER,
    fence         INTEGER,
    owes          INTEGER NOT NULL,
    tries         INTEGER NOT NULL,
    why           TEXT,
    wait          BLOB,
    leaving_since INTEGER,
    PRIMARY KEY (target, rid)
) STRICT, WITHOUT ROWID;
CREATE INDEX work_due ON work (target, lane, due) WHERE due IS NOT NULL;
CREATE INDEX work_node ON work (node) WHERE node IS NOT NULL;
CREATE INDEX work_wait ON work (wait) WHERE wait IS NOT NULL;
CREATE INDEX work_parked ON work (target) WHERE due IS NULL AND node IS NULL;
CREATE INDEX work_leaving ON work (target, leaving_since) WHERE leaving_since IS NOT NULL;

CREATE TABLE edge (
    target INTEGER NOT NULL,
    grp    INTEGER NOT NULL,
    member INTEGER NOT NULL,
    mark   INTEGER NOT NULL,
    cut    INTEGER NOT NULL,
    PRIMARY KEY (target, grp, member)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_cut ON edge (target, grp) WHERE cut = 1;

-- over: 1 links, 2 resources, 3 set (arg, arg_group), 4 dependents (arg), 5 memberships (arg).
CREATE TABLE sweep (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    target    INTEGER NOT NULL,
    over      INTEGER NOT NULL,
    arg       INTEGER,
    arg_group INTEGER,
    cursor    INTEGER NOT NULL
) STRICT;

-- What we know of the other side.
CREATE TABLE link (
    id        BLOB PRIMARY KEY,
    target    INTEGER NOT NULL,
    rid       INTEGER NOT NULL,
    kind      INTEGER NOT NULL,
    state     INTEGER NOT NULL,
    remote    TEXT,
    key       TEXT,
    etag      TEXT,
    sent      BLOB NOT NULL,
    load      INTEGER,
    doubt     INTEGER,
    doubt_at  INTEGER,
    proof     TEXT,
    confirmed INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX link_pair ON link (target, rid) WHERE state <> 4;
CREATE INDEX link_former ON link (target, rid, confirmed) WHERE state = 4 AND remote IS NOT NULL;
CREATE UNIQUE INDEX link_remote ON link (target, kind, remote) WHERE state <> 4 AND remote IS NOT NULL;
CREATE INDEX link_key ON link (target, kind, key) WHERE state <> 4;
CREATE INDEX link_rid ON link (rid) WHERE state <> 4;
CREATE INDEX link_out ON link (target, confirmed) WHERE state IN (3, 4);

CREATE TABLE target_state (
    target INTEGER PRIMARY KEY,
    reason TEXT NOT NULL,
    since  INTEGER NOT NULL
) STRICT;

-- Who runs.
CREATE TABLE node (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    started INTEGER NOT NULL,
    beat    INTEGER NOT NULL,
    alive   INTEGER NOT NULL
) STRICT;

CREATE TABLE service_provider (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant INTEGER NOT NULL,
    name   TEXT NOT NULL,
    doc    TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

CREATE TABLE target (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  INTEGER NOT NULL,
    name    TEXT NOT NULL,
    version INTEGER NOT NULL,
    doc     TEXT NOT NULL,
    UNIQUE (tenant, name)
) STRICT;

CREATE TABLE token (
    id      TEXT PRIMARY KEY,
    sp      INTEGER NOT NULL,
    hash    BLOB NOT NULL UNIQUE,
    access  INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX token_sp ON token (sp);
CREATE INDEX token_expires ON token (expires) WHERE expires IS NOT NULL;
