-- Migration 004: what changed from version to version, which topics were matched with what had arrived before them, and
-- which thread an answer stands in.

-- What changed in a version of a paper, as far as it was seen: the record before it and its own were both here.
CREATE TABLE paper_revision (
  paper   TEXT NOT NULL REFERENCES papers (id),
  number  BIGINT NOT NULL CHECK (number >= 1), -- the version
  since   BIGINT NOT NULL,                     -- the version it was compared with
  changes TEXT NOT NULL,                       -- JSON array of [field, before, after]; '' where nothing changed
  PRIMARY KEY (paper, number)
);

-- Topics as they were when they were matched with what had arrived before somebody followed them.
CREATE TABLE topic_matched (
  person     TEXT NOT NULL REFERENCES person (id),
  topic      TEXT NOT NULL,
  definition TEXT NOT NULL, -- a hash of what the topic asks for; '': whatever it was when this table was made
  PRIMARY KEY (person, topic)
);
INSERT INTO topic_matched (person, topic, definition) SELECT person, name, '' FROM topic;
INSERT INTO topic_matched (person, topic, definition)
  SELECT DISTINCT person, subject, '' FROM choice WHERE kind IN ('follow', 'follow_author') AND undone_at IS NULL
  ON CONFLICT (person, topic) DO NOTHING;
-- What arrived on a mailing day.
CREATE INDEX arrival_day ON arrival (day, seq);

-- The thread of a place in which an answer stands; '': the place itself. What "why" means there.
ALTER TABLE delivery ADD COLUMN thread TEXT NOT NULL DEFAULT '';
CREATE INDEX delivery_thread ON delivery (channel, destination, thread, created_at) WHERE about <> '';

-- Papers that no listing has named (imported, looked up) are searched by the day they were submitted.
CREATE INDEX papers_submitted ON papers (published, seq) WHERE announced IS NULL;
