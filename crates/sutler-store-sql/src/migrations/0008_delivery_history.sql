-- The steps of a delivery, apart from its row: they are larger, and go earlier.
CREATE TABLE delivery_step (
    id    INTEGER PRIMARY KEY,
    at    INTEGER NOT NULL,
    steps TEXT NOT NULL
) STRICT;
