-- Migration 002: the bot. Who somebody is in a channel, what they chose, what is being talked about.

-- Who a person is in a channel, as the provider says it.
CREATE TABLE account (
  channel TEXT NOT NULL,
  name    TEXT NOT NULL,
  person  TEXT NOT NULL REFERENCES person (id),
  origin  TEXT NOT NULL CHECK (origin IN ('settings', 'linked')),
  since   BIGINT NOT NULL,
  PRIMARY KEY (channel, name)
);
CREATE INDEX account_person ON account (person);

-- What a person told the bot about what they want; each stays as it was made.
CREATE TABLE choice (
  person     TEXT NOT NULL REFERENCES person (id),
  number     BIGINT NOT NULL,
  made_at    BIGINT NOT NULL,
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  topic      TEXT NOT NULL,
  query      TEXT NOT NULL,
  categories TEXT NOT NULL, -- list
  schedule   TEXT NOT NULL, -- "daily 1111100 450 Europe/Berlin"; '' without one
  until_day  BIGINT,
  undone_at  BIGINT,
  PRIMARY KEY (person, number)
);

-- One-time codes by which somebody says in one channel who they are in another; only their hash is kept.
CREATE TABLE link_code (
  hash       TEXT NOT NULL PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES person (id),
  expires_at BIGINT NOT NULL
);
CREATE TABLE link_attempt (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX link_attempt_of ON link_attempt (channel, account, made_at);

-- Threads to which the bot was called: papers named there later are answered, too.
CREATE TABLE conversation (
  channel TEXT NOT NULL,
  place   TEXT NOT NULL,
  thread  TEXT NOT NULL,
  since   BIGINT NOT NULL,
  PRIMARY KEY (channel, place, thread)
);

-- What came in, committed before it is acknowledged. Done rows keep their key for redeliveries, not what was said.
DROP TABLE inbox;
CREATE TABLE inbox (
  channel     TEXT NOT NULL,
  event_key   TEXT NOT NULL,
  seq         BIGINT NOT NULL,
  place       TEXT NOT NULL,
  payload     TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'looking', 'done')), -- looking: waits for a paper to be fetched
  received_at BIGINT NOT NULL,
  done_at     BIGINT,
  PRIMARY KEY (channel, event_key),
  CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX inbox_waiting ON inbox (state, seq) WHERE state <> 'done';
CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL;
INSERT INTO counter (name, value) VALUES ('event', 0);

-- A reply that takes the place of another of ours ("looking it up"), and the paper a reply is about.
ALTER TABLE delivery ADD COLUMN replaces TEXT;
ALTER TABLE delivery ADD COLUMN about TEXT NOT NULL DEFAULT '';
CREATE INDEX delivery_about ON delivery (channel, provider_ref) WHERE about <> '';

-- A paper asked for by its title.
CREATE INDEX papers_title ON papers (lower(title));
