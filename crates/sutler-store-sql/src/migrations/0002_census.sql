-- How many live resources there are, by stretches of 2,048 rids: their sum is the total of a list
-- without a filter, and a page deep in it is found without walking what lies before.
CREATE TABLE census (
    tenant  INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    stretch INTEGER NOT NULL,
    live    INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, stretch)
) STRICT, WITHOUT ROWID;
INSERT INTO census (tenant, kind, stretch, live)
SELECT tenant, kind, rid >> 11, count(*) FROM resource WHERE gone IS NULL GROUP BY 1, 2, 3;

-- With `gone` in it the index answers alone: the rows are read for the page only.
DROP INDEX resource_live;
CREATE INDEX resource_live ON resource (tenant, kind, gone) WHERE gone IS NULL;

-- An order is walked by its index, what has no value included.
DROP INDEX resource_external_id;
DROP INDEX resource_display_name;
CREATE INDEX resource_external_id ON resource (tenant, kind, external_id) WHERE gone IS NULL;
CREATE INDEX resource_display_name ON resource (tenant, kind, display_name) WHERE gone IS NULL;
CREATE INDEX resource_created ON resource (tenant, kind, created) WHERE gone IS NULL;
CREATE INDEX resource_id ON resource (tenant, kind, uid) WHERE gone IS NULL;
