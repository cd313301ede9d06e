-- Groups within groups are found without reading the users beside them, and what has ended
-- between them is a way until it is spread.
ALTER TABLE member ADD COLUMN nested INTEGER;
UPDATE member SET nested = 1 WHERE member IN (SELECT rid FROM resource WHERE kind = 2);
CREATE INDEX member_nested ON member (set_id, member) WHERE nested = 1;
CREATE INDEX group_set_given_up ON group_set (rid) WHERE old IS NOT NULL;
CREATE INDEX outbox_cut ON outbox (rid, arg) WHERE part = 2;
CREATE INDEX outbox_cut_member ON outbox (arg) WHERE part = 2;

-- over: 6 members (arg), 7 nested and cut (arg, arg_group), 8 nested (arg, arg_group),
-- 9 above (arg), 10 nests (arg: what was), 11 below (arg, arg_group: what was).
CREATE INDEX sweep_cut ON sweep (arg, arg_group) WHERE over = 7;
CREATE INDEX sweep_cut_group ON sweep (arg_group) WHERE over = 7;
