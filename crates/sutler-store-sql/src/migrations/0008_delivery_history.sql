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
