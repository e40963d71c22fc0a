-- Migration 006: how often papers are cited, as others count.

-- Papers that somebody meets or asks about, and their counts; a count that is told no more stays with its date.
CREATE TABLE citation (
  paper     TEXT NOT NULL PRIMARY KEY REFERENCES papers (id),
  wanted_at BIGINT NOT NULL,           -- when it met somebody's topic, or somebody was told of it, last
  asked_at  BIGINT,                    -- NULL: not yet
  cited     BIGINT CHECK (cited >= 0), -- NULL: never told
  cited_at  BIGINT,                    -- when it was told
  CHECK ((cited IS NULL) = (cited_at IS NULL))
);
CREATE INDEX citation_wanted ON citation (wanted_at);
-- What was matched of late, whoever it was for.
CREATE INDEX paper_match_found ON paper_match (found_at);
-- What the bot was asked about of late.
CREATE INDEX delivery_asked ON delivery (created_at) WHERE about <> '';
