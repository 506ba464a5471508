-- What a tenant used of the language model on one day (UTC), over all servers.
CREATE TABLE llm_usage (
    tenant TEXT NOT NULL,
    day BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (tenant, day)
);
