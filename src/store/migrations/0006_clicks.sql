-- What was opened of what a search found, and whether it helped: visitors by day, no person. `terms` are the telling
-- ones of the words that the desk's own texts have too, in order.
CREATE TABLE clicks (
    day TEXT NOT NULL,
    reader TEXT NOT NULL,
    terms TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    opened BIGINT NOT NULL,
    helped BIGINT NOT NULL,
    not_helped BIGINT NOT NULL,
    PRIMARY KEY (day, reader, terms, kind, id)
);
