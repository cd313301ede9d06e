-- What a link remembers for the target's rules: since when its account is disabled, and the
-- values that were computed once (JSON, by path; null is none).
ALTER TABLE link ADD COLUMN off_since INTEGER;
ALTER TABLE link ADD COLUMN once TEXT;
