-- The same statements for SQLite and PostgreSQL. Times are milliseconds since 1970, UTC.
CREATE TABLE analyses (
    id TEXT PRIMARY KEY,
    tenant TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    dataset_name TEXT NOT NULL,
    -- The name in lower case, as Unicode has it: databases know it of ASCII only.
    dataset_key TEXT NOT NULL,
    -- 0 no finding, 1 low, 2 medium, 3 high.
    severity BIGINT NOT NULL,
    findings BIGINT NOT NULL,
    -- Each code between spaces, so that one is found by ' code '.
    codes TEXT NOT NULL,
    failed_agents BIGINT NOT NULL,
    summary TEXT NOT NULL,
    response TEXT NOT NULL
);
CREATE INDEX analyses_by_time ON analyses (tenant, created_at, id);
CREATE INDEX analyses_by_age ON analyses (created_at);
