-- Migration 007: the text of digests in a third of its room.

-- A Zstandard frame (RFC 8878) of the Markdown, as a BLOB. Rows from before hold the Markdown itself, as text: no UTF-8
-- begins as a frame does.
ALTER TABLE digest RENAME COLUMN markdown TO packed_markdown;
