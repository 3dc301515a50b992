-- Requests of models that the price table has no price for: the page warns of them, so they are asked for often.
CREATE INDEX api_requests_unpriced ON api_requests (model) WHERE table_nanos IS NULL;
CREATE INDEX said_requests_unpriced ON said_requests (model) WHERE table_nanos IS NULL;
