-- The git repository that a session worked in, for filters; hooks tell it when a session begins.
ALTER TABLE sessions ADD COLUMN repo TEXT;
