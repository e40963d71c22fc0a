-- Migration 001. Released migrations are never edited: what changes comes as 002.sql.
-- One text for SQLite and PostgreSQL. Times are UTC epoch milliseconds, days are days since 1970-01-01, truth is 0 or 1,
-- lists are JSON arrays of strings ('' when empty; a member is found by LIKE '%"cs.CV"%').

-- One row that counts. Taking a number locks the row, so numbers become visible in their order and a reader that has
-- seen n will never find an unseen m < n (a PostgreSQL sequence cannot promise that).
CREATE TABLE counter (
  name  TEXT NOT NULL PRIMARY KEY,
  value BIGINT NOT NULL
);
INSERT INTO counter (name, value) VALUES ('arrival', 0);

-- --- papers --------------------------------------------------------------------------------------------------------

CREATE TABLE papers (
  id            TEXT NOT NULL PRIMARY KEY, -- canonical: 0704.2026, doi:10.1101/..., feed:...
  seq           BIGINT NOT NULL,           -- order in which papers became known
  version       BIGINT NOT NULL CHECK (version >= 0), -- 0: unknown
  published     BIGINT,
  updated       BIGINT,
  announced     BIGINT,
  withdrawn     BIGINT NOT NULL CHECK (withdrawn IN (0, 1)),
  doi_key       TEXT NOT NULL,             -- canonical id the paper's DOI stands for; '' without one
  doi           TEXT NOT NULL,
  url           TEXT NOT NULL,
  categories    TEXT NOT NULL,             -- list, the primary first
  classes       TEXT NOT NULL,             -- list
  report_number TEXT NOT NULL,
  license       TEXT NOT NULL,
  journal_ref   TEXT NOT NULL,
  comments      TEXT NOT NULL,
  title         TEXT NOT NULL,
  title_raw     TEXT NOT NULL,             -- '' where it does not differ; so for the other raw forms
  authors       TEXT NOT NULL,             -- list
  authors_raw   TEXT NOT NULL,
  abstract      TEXT NOT NULL,
  abstract_raw  TEXT NOT NULL
);
CREATE UNIQUE INDEX papers_seq ON papers (seq);
CREATE INDEX papers_announced ON papers (announced, seq) WHERE announced IS NOT NULL;
CREATE INDEX papers_doi ON papers (doi_key) WHERE doi_key <> '';

-- Other ids under which a source knows a stored paper.
CREATE TABLE paper_alias (
  alias TEXT NOT NULL PRIMARY KEY,
  paper TEXT NOT NULL REFERENCES papers (id)
);

CREATE TABLE paper_version (
  paper       TEXT NOT NULL REFERENCES papers (id),
  number      BIGINT NOT NULL CHECK (number >= 1),
  submitted   BIGINT NOT NULL,
  size        TEXT NOT NULL,
  source_type TEXT NOT NULL,
  PRIMARY KEY (paper, number)
);

-- What the listings said, word for word. The paper may come later than its announcement, so it is not referenced.
CREATE TABLE announcement (
  category TEXT NOT NULL,
  day      BIGINT NOT NULL,
  paper    TEXT NOT NULL,
  kind     TEXT NOT NULL CHECK (kind IN ('new', 'cross', 'replace', 'replace-cross')),
  version  BIGINT NOT NULL,
  source   TEXT NOT NULL,
  seen_at  BIGINT NOT NULL,
  PRIMARY KEY (category, day, paper, kind)
);

-- The queue of the match stage: each paper's newest arrival. A paper that arrives again takes a new seq.
CREATE TABLE arrival (
  paper   TEXT NOT NULL PRIMARY KEY,
  seq     BIGINT NOT NULL,
  kind    TEXT NOT NULL CHECK (kind IN ('new', 'cross', 'replace', 'replace-cross')),
  day     BIGINT NOT NULL,
  version BIGINT NOT NULL -- highest version announced or stored when it arrived
);
CREATE UNIQUE INDEX arrival_seq ON arrival (seq);

CREATE TABLE ledger (
  day        BIGINT NOT NULL,
  source     TEXT NOT NULL,
  category   TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'complete', 'partial', 'failed', 'quiet')),
  expected   BIGINT NOT NULL,
  ingested   BIGINT NOT NULL,
  note       TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (day, source, category)
);

-- Positions of sources and stages, clocks of lanes.
CREATE TABLE cursor (
  name       TEXT NOT NULL PRIMARY KEY,
  value      TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- --- people --------------------------------------------------------------------------------------------------------

CREATE TABLE person (
  id            TEXT NOT NULL PRIMARY KEY,
  name          TEXT NOT NULL,
  language      TEXT NOT NULL,
  cadence       TEXT NOT NULL CHECK (cadence IN ('daily', 'weekly', 'on_announcement', 'instant')),
  weekdays      TEXT NOT NULL, -- Monday first: '1111100'
  minute_of_day BIGINT NOT NULL,
  time_zone     TEXT NOT NULL,
  quiet_days    BIGINT NOT NULL CHECK (quiet_days IN (0, 1)),
  origin        TEXT NOT NULL CHECK (origin IN ('settings', 'joined')),
  created_at    BIGINT NOT NULL,
  retired_at    BIGINT
);

CREATE TABLE topic (
  person      TEXT NOT NULL REFERENCES person (id),
  name        TEXT NOT NULL,
  place       BIGINT NOT NULL, -- order among the person's topics
  query       TEXT NOT NULL,
  excluded    TEXT NOT NULL,
  categories  TEXT NOT NULL, -- list; so authors and examples
  authors     TEXT NOT NULL,
  examples    TEXT NOT NULL,
  weight      DOUBLE PRECISION NOT NULL,
  threshold   DOUBLE PRECISION NOT NULL,
  most        BIGINT NOT NULL, -- papers a digest
  stem        BIGINT NOT NULL CHECK (stem IN (0, 1)),
  revisions   BIGINT NOT NULL CHECK (revisions IN (0, 1)),
  cross_lists BIGINT NOT NULL CHECK (cross_lists IN (0, 1)),
  PRIMARY KEY (person, name)
);

CREATE TABLE address (
  person      TEXT NOT NULL REFERENCES person (id),
  place       BIGINT NOT NULL,
  channel     TEXT NOT NULL,
  destination TEXT NOT NULL,
  PRIMARY KEY (person, place)
);

-- --- matches and digests -------------------------------------------------------------------------------------------

CREATE TABLE paper_match (
  person   TEXT NOT NULL REFERENCES person (id),
  topic    TEXT NOT NULL,
  paper    TEXT NOT NULL REFERENCES papers (id),
  kind     TEXT NOT NULL CHECK (kind IN ('new', 'cross', 'replace', 'replace-cross')),
  version  BIGINT NOT NULL,
  day      BIGINT NOT NULL,
  score    DOUBLE PRECISION NOT NULL,
  reasons  TEXT NOT NULL, -- JSON array of [kind, text, field]
  found_at BIGINT NOT NULL,
  PRIMARY KEY (person, topic, paper, kind, version)
);

CREATE TABLE digest (
  id         TEXT NOT NULL PRIMARY KEY,
  person     TEXT NOT NULL REFERENCES person (id),
  period_key TEXT NOT NULL,
  kind       TEXT NOT NULL,
  title      TEXT NOT NULL,
  preheader  TEXT NOT NULL,
  markdown   TEXT NOT NULL,
  built_at   BIGINT NOT NULL,
  UNIQUE (person, period_key)
);
CREATE INDEX digest_newest ON digest (person, built_at);

CREATE TABLE shown (
  person  TEXT NOT NULL,
  paper   TEXT NOT NULL,
  version BIGINT NOT NULL,
  topic   TEXT NOT NULL,
  digest  TEXT NOT NULL REFERENCES digest (id),
  PRIMARY KEY (person, paper, version)
);

-- --- outbox --------------------------------------------------------------------------------------------------------

CREATE TABLE delivery (
  id           TEXT NOT NULL PRIMARY KEY,
  dedup_key    TEXT NOT NULL UNIQUE,
  digest       TEXT REFERENCES digest (id), -- NULL: a reply
  person       TEXT NOT NULL,
  channel      TEXT NOT NULL,
  destination  TEXT NOT NULL,
  domain       TEXT NOT NULL, -- what shares a limit of concurrency
  part         BIGINT NOT NULL CHECK (part >= 1),
  parts        BIGINT NOT NULL,
  priority     BIGINT NOT NULL,
  provider_key TEXT NOT NULL,
  state        TEXT NOT NULL
               CHECK (state IN ('queued', 'sending', 'ambiguous', 'sent', 'dead', 'cancelled', 'expired')),
  attempts     BIGINT NOT NULL, -- that counted
  sends        BIGINT NOT NULL, -- intents: each may have put bytes on the wire
  doubts       BIGINT NOT NULL, -- returns to the queue although it may have arrived: suspected duplicates
  next_at      BIGINT NOT NULL,
  expires_at   BIGINT,
  lease_owner  TEXT,
  lease_token  BIGINT NOT NULL, -- grows with every claim: the fence
  lease_until  BIGINT,
  intent_at    BIGINT,
  provider_ref TEXT NOT NULL,
  last_outcome TEXT NOT NULL,
  last_error   TEXT NOT NULL,
  created_at   BIGINT NOT NULL,
  finalized_at BIGINT,
  payload      TEXT NOT NULL,
  CHECK ((state IN ('sent', 'dead', 'cancelled', 'expired')) = (finalized_at IS NOT NULL)),
  CHECK (state NOT IN ('sending', 'ambiguous') OR (lease_owner IS NOT NULL AND intent_at IS NOT NULL))
);
CREATE INDEX delivery_due ON delivery (channel, priority, next_at, id) WHERE state = 'queued';
CREATE INDEX delivery_doubt ON delivery (channel, next_at) WHERE state = 'ambiguous' AND lease_until IS NULL;
CREATE INDEX delivery_expiry ON delivery (expires_at) WHERE state = 'queued' AND expires_at IS NOT NULL;
CREATE INDEX delivery_leased ON delivery (channel, destination) WHERE lease_until IS NOT NULL;
CREATE UNIQUE INDEX delivery_in_flight ON delivery (channel, destination) WHERE state IN ('sending', 'ambiguous');
CREATE INDEX delivery_digest ON delivery (digest) WHERE digest IS NOT NULL;
CREATE INDEX delivery_count ON delivery (channel, state, created_at);

-- What may go to a destination, and when; destination '' is the whole provider.
CREATE TABLE pace (
  channel      TEXT NOT NULL,
  destination  TEXT NOT NULL,
  paused_until BIGINT NOT NULL, -- nothing goes out before: throttled, failing, or the token bucket is empty
  arrival      BIGINT NOT NULL, -- the token bucket's theoretical arrival time
  failures     BIGINT NOT NULL, -- attempts in a row that did not get through
  PRIMARY KEY (channel, destination)
);

-- Destinations that refuse whatever comes until somebody mends it.
CREATE TABLE suppression (
  channel     TEXT NOT NULL,
  destination TEXT NOT NULL,
  code        TEXT NOT NULL,
  detail      TEXT NOT NULL,
  since       BIGINT NOT NULL,
  PRIMARY KEY (channel, destination)
);

-- Append-only: what was tried, when, and how it ended. started_at is empty where a doubt was ended without sending.
CREATE TABLE attempt (
  delivery     TEXT NOT NULL REFERENCES delivery (id),
  n            BIGINT NOT NULL,
  started_at   BIGINT,
  ended_at     BIGINT NOT NULL,
  outcome      TEXT NOT NULL CHECK (outcome IN ('sent', 'not_sent', 'refused', 'throttled', 'ambiguous')),
  code         TEXT NOT NULL,
  detail       TEXT NOT NULL,
  provider_ref TEXT NOT NULL,
  next_at      BIGINT,
  PRIMARY KEY (delivery, n)
);

-- What came in from channels, committed before it is acknowledged to the provider.
CREATE TABLE inbox (
  channel     TEXT NOT NULL,
  event_key   TEXT NOT NULL,
  payload     TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  done_at     BIGINT,
  PRIMARY KEY (channel, event_key)
);
CREATE INDEX inbox_open ON inbox (received_at) WHERE done_at IS NULL;
