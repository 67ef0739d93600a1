-- A known outage; `open` and `opened` are taken out of `body`.
CREATE TABLE incidents (
    incident_id TEXT NOT NULL PRIMARY KEY,
    open BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX incidents_open ON incidents (open, opened);
