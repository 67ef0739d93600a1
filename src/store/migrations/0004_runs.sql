-- What a run goes through; empty in rows of earlier versions until they are filled from the streams.
ALTER TABLE runs ADD COLUMN playbook TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN program TEXT NOT NULL DEFAULT '';
CREATE INDEX runs_playbook ON runs (playbook, program);
CREATE INDEX runs_case ON runs (case_id);

-- Programs that an author withdrew.
CREATE TABLE recalls (
    hash TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);
