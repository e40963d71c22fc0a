-- Migration 003: what language models wrote, and what that cost.

-- One row for what was asked about one paper (or one digest's selection): a thousand people share it. A row that failed
-- says when it may be tried again.
CREATE TABLE reading (
  subject   TEXT NOT NULL,   -- a paper's canonical id; of a digest "digest:" and a hash of what it holds
  version   BIGINT NOT NULL, -- of the paper; 0 where there is none
  task      TEXT NOT NULL,   -- analysis, overview, scores
  language  TEXT NOT NULL,
  prompt    TEXT NOT NULL,   -- its version, and whatever else the reply depends on
  model     TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('done', 'failed')),
  content   TEXT NOT NULL,   -- JSON; '' if it failed
  detail    TEXT NOT NULL,   -- why it failed; what was dropped
  attempts  BIGINT NOT NULL,
  made_at   BIGINT NOT NULL,
  next_at   BIGINT,          -- failed: when it is tried again; NULL: not any more
  PRIMARY KEY (subject, version, task, language, prompt, model)
);

-- What was paid for, by UTC day and by whose digest it was for first.
CREATE TABLE reading_cost (
  day           BIGINT NOT NULL,
  person        TEXT NOT NULL,
  task          TEXT NOT NULL,
  model         TEXT NOT NULL,
  calls         BIGINT NOT NULL,
  prompt_tokens BIGINT NOT NULL,
  reply_tokens  BIGINT NOT NULL,
  micros        BIGINT NOT NULL, -- millionths of the settings' currency
  estimated     BIGINT NOT NULL, -- calls whose tokens the provider did not count
  PRIMARY KEY (day, person, task, model)
);
