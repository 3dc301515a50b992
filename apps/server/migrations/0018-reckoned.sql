-- 1: the event tells no cost, so it is what the price table says, and changes with it.
ALTER TABLE api_requests ADD COLUMN is_reckoned INTEGER NOT NULL DEFAULT 0;
UPDATE api_requests SET is_reckoned = 1
WHERE cost_nanos = 0 AND table_nanos IS NULL AND input + output + cache_read + cache_creation > 0;
