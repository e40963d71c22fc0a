-- Migration 005: who has changed, so that matching need not look at everybody.

-- The newest change of each person: of their topics, choices or whether they are there at all.
CREATE TABLE person_change (
  person TEXT NOT NULL PRIMARY KEY, -- maybe not there any more
  seq    BIGINT NOT NULL            -- grows in the order of commits (counter 'person')
);
CREATE UNIQUE INDEX person_change_seq ON person_change (seq);
INSERT INTO counter (name, value) VALUES ('person', 0);
