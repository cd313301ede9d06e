-- Plans (JSON), and what each says about its resources, in order.
CREATE TABLE plan (
    id   TEXT PRIMARY KEY,
    made INTEGER NOT NULL,
    doc  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX plan_made ON plan (made);
CREATE TABLE plan_pair (
    plan TEXT NOT NULL,
    n    INTEGER NOT NULL,
    doc  TEXT NOT NULL,
    PRIMARY KEY (plan, n)
) STRICT, WITHOUT ROWID;
