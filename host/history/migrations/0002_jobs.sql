-- A job's result is the analysis of the same id.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    -- The server that works on it, and when it last said that it does.
    owner TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX jobs_by_status ON jobs (status, seen_at);
