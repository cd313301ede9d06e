-- Plans and comparisons (head as JSON), and their lines (JSON), in order.
CREATE TABLE report (
    id     TEXT PRIMARY KEY,
    kind   INTEGER NOT NULL,
    target INTEGER,
    made   INTEGER NOT NULL,
    head   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX report_made ON report (kind, target, made);
CREATE TABLE report_line (
    report TEXT NOT NULL,
    n      INTEGER NOT NULL,
    line   TEXT NOT NULL,
    PRIMARY KEY (report, n)
) STRICT, WITHOUT ROWID;
