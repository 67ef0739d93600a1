-- What resolvers said of scripts, the latest of each for a case; `playbook` and `at` are taken out of `body`.
CREATE TABLE verdicts (
    case_id TEXT NOT NULL REFERENCES cases (case_id),
    judge TEXT NOT NULL,
    playbook TEXT NOT NULL,
    at BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (case_id, judge)
);
CREATE INDEX verdicts_at ON verdicts (at);
