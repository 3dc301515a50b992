-- What was deleted, record by record: sent again it stays deleted, while its session may go on.
-- The key is a hash (store/tombstones.ts): nothing of what was deleted can be read from it.
CREATE TABLE deleted_records (
  key BLOB PRIMARY KEY
) WITHOUT ROWID;

-- Sessions that were deleted before records were: they stay deleted as a whole, as the page said then.
ALTER TABLE tombstones ADD COLUMN is_whole INTEGER NOT NULL DEFAULT 0;
UPDATE tombstones SET is_whole = 1;
