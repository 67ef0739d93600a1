-- Text, integers (milliseconds for moments, 0 or 1 for yes and no) and JSON as text: what every database has.

-- A case: its stream's latest entry, and what lists ask and sort by. `due` is the end of time for a case without a
-- respond-by; `body` is the whole row.
CREATE TABLE cases (
    case_id TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    number BIGINT NOT NULL UNIQUE,
    open BIGINT NOT NULL,
    tier TEXT NOT NULL,
    team TEXT,
    holder TEXT,
    requester_key TEXT NOT NULL,
    due BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX cases_queue ON cases (open, due, opened, number, tier);
CREATE INDEX cases_holder ON cases (holder);
CREATE INDEX cases_requester ON cases (requester_key);

CREATE TABLE entries (
    case_id TEXT NOT NULL REFERENCES cases (case_id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (case_id, seq)
);

CREATE TABLE runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES cases (case_id)
);

-- `state` and `due` are taken out of `standing`; `due` only while the state is `due`.
CREATE TABLE outbox (
    outbox_id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    connector TEXT NOT NULL,
    created BIGINT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    due BIGINT,
    standing TEXT NOT NULL,
    leased BIGINT
);
CREATE INDEX outbox_due ON outbox (state, due);

CREATE TABLE counters (
    name TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('case', 1000);

CREATE TABLE programs (
    hash TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE good (
    name TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL
);

CREATE TABLE people (
    login TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    data TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX sessions_expires ON sessions (expires);
