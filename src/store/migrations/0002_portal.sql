-- What is minted once and stays.
CREATE TABLE secrets (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- What was searched, and whether something was opened from it: counts by day (`2026-11-22`), no person. `hits` is what
-- the latest search found.
CREATE TABLE searches (
    day TEXT NOT NULL,
    reader TEXT NOT NULL,
    words TEXT NOT NULL,
    times BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    PRIMARY KEY (day, reader, words)
);

-- What was opened.
CREATE TABLE views (
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    times BIGINT NOT NULL,
    PRIMARY KEY (day, kind, id)
);

-- Whether an article helped. `feedback_id` is of one browser's session and one article; nothing leads back to either.
CREATE TABLE feedback (
    feedback_id TEXT NOT NULL PRIMARY KEY,
    article TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX feedback_article ON feedback (article, at);
