-- Whose a token is, which is what user:me means to its bearer; and tokens that open one browser only.
ALTER TABLE access_tokens ADD COLUMN user TEXT;
-- By when that browser has to come, and when it came (ms).
ALTER TABLE access_tokens ADD COLUMN pair_until INTEGER;
ALTER TABLE access_tokens ADD COLUMN paired_at INTEGER;
