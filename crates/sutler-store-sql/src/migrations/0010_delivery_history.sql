-- The steps of a delivery, apart from its row: they are larger, and go earlier.
CREATE TABLE delivery_step (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    steps TEXT NOT NULL
) STRICT;

-- A person's orders to leave targets alone.
CREATE TABLE target_pause (
    target INTEGER PRIMARY KEY,
    doc    TEXT NOT NULL
) STRICT;

-- When a target that gets no claims is probed next.
ALTER TABLE target_state ADD COLUMN probe INTEGER;
-- Somebody was told of it, and is to be told of its end.
ALTER TABLE target_state ADD COLUMN told INTEGER NOT NULL DEFAULT 0;

-- Who is told when a target needs a person.
CREATE TABLE notification (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant   INTEGER NOT NULL,
    name     TEXT NOT NULL,
    doc      TEXT NOT NULL,
    lost     INTEGER NOT NULL DEFAULT 0,
    fault    TEXT,
    fault_at INTEGER,
    UNIQUE (tenant, name)
) STRICT;

-- Messages that wait. A number is never given twice: receivers know a message by it.
CREATE TABLE notice (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    notification INTEGER NOT NULL,
    target       INTEGER NOT NULL,
    alert        INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    detail       TEXT NOT NULL,
    due          INTEGER NOT NULL,
    tries        INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_due ON notice (due);
CREATE INDEX notice_of ON notice (notification, target, alert);

-- When the next message about a target and kind may be sent.
CREATE TABLE notice_pace (
    notification INTEGER NOT NULL,
    target       INTEGER NOT NULL,
    alert        INTEGER NOT NULL,
    next         INTEGER NOT NULL,
    PRIMARY KEY (notification, target, alert)
) STRICT, WITHOUT ROWID;
