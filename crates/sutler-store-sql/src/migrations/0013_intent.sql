-- Desired states that are not stored, or not yet. reason: 1 confirm, 2 pass. state: 0 open,
-- 1 committed, 2 void, 3 settled.
CREATE TABLE intent (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant  INTEGER NOT NULL,
    rid     INTEGER NOT NULL,
    sp      INTEGER,
    reason  INTEGER NOT NULL,
    creates INTEGER NOT NULL,
    sealed  BLOB NOT NULL,
    digest  BLOB NOT NULL,
    refs    TEXT NOT NULL,
    state   INTEGER NOT NULL DEFAULT 0,
    fault   TEXT,
    opened  INTEGER NOT NULL,
    ended   INTEGER
) STRICT;
CREATE UNIQUE INDEX intent_open ON intent (rid) WHERE state = 0;
CREATE INDEX intent_ended ON intent (ended) WHERE ended IS NOT NULL;

-- state: 0 pending, 1 confirmed, 2 refused, 3 refused for now.
CREATE TABLE intent_pair (
    intent INTEGER NOT NULL,
    target INTEGER NOT NULL,
    state  INTEGER NOT NULL DEFAULT 0,
    why    TEXT,
    PRIMARY KEY (intent, target)
) STRICT, WITHOUT ROWID;

-- Null is in force.
ALTER TABLE name ADD COLUMN intent INTEGER;
CREATE INDEX name_intent ON name (intent) WHERE intent IS NOT NULL;

-- Null compares with the stored membership, 1 adds, 0 removes.
ALTER TABLE edge ADD COLUMN op INTEGER;

-- What is passed through is in no list of what is stored: with `home` in it the index answers
-- alone.
DROP INDEX resource_live;
CREATE INDEX resource_live ON resource (tenant, kind, gone, home) WHERE gone IS NULL;
