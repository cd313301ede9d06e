-- How many have lost something at a target, by minute. loss: 0 disabled, 1 deleted, 2 removed,
-- 3 scope.
CREATE TABLE guard (
    target INTEGER NOT NULL,
    loss   INTEGER NOT NULL,
    minute INTEGER NOT NULL,
    source TEXT NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (target, loss, minute, source)
) STRICT, WITHOUT ROWID;

-- Work items that are held together. state: 0 counting, 1 held, 2 releasing, 3 rejecting.
CREATE TABLE wave (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    target INTEGER NOT NULL,
    sweep  INTEGER,
    source TEXT NOT NULL,
    state  INTEGER NOT NULL,
    since  INTEGER NOT NULL,
    excess TEXT
) STRICT;

-- What the leave pass of a sweep has counted.
CREATE TABLE wave_count (
    wave INTEGER NOT NULL,
    loss INTEGER NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (wave, loss)
) STRICT, WITHOUT ROWID;

ALTER TABLE work ADD COLUMN wave INTEGER;
ALTER TABLE work ADD COLUMN loss INTEGER;
CREATE INDEX work_wave ON work (wave, rid) WHERE wave IS NOT NULL;
ALTER TABLE sweep ADD COLUMN by TEXT NOT NULL DEFAULT '';
