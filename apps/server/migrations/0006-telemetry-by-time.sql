-- Metric points and spans are kept for days only (store/retention/prune.ts).
CREATE INDEX metric_points_by_time ON metric_points (time);
CREATE INDEX spans_by_end ON spans (end);
