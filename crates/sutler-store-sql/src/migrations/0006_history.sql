-- What was done for one pair is found without reading what was done for the others.
CREATE INDEX delivery_pair ON delivery (target, rid, id);
