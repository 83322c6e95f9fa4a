// The tables of outbox.db, one string a version: a string, once released, is never changed, only followed by another.
// `PRAGMA user_version` says how many of them a file has seen.

const FIRST = `
  CREATE TABLE entry (
    id TEXT PRIMARY KEY,
    file TEXT NOT NULL,            -- name in the drop folder, readable
    folder TEXT,                   -- account folder that it lay in; null: the drop folder itself
    account TEXT,                  -- null until it is chosen
    state TEXT NOT NULL,
    sender TEXT,
    created INTEGER NOT NULL,      -- milliseconds since 1970, as all times here
    changed INTEGER NOT NULL,
    next INTEGER,
    attempts INTEGER NOT NULL,
    doubts INTEGER NOT NULL,
    reason TEXT,
    hint TEXT,
    reply TEXT,                    -- the answer to the dot
    verdict TEXT,                  -- set by the claim: it is to fail with this reason
    -- the file that it was, so that a crash before its unlink does not take it twice
    dev TEXT NOT NULL,
    ino TEXT NOT NULL,
    mtime TEXT NOT NULL,           -- nanoseconds
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    unlinked INTEGER NOT NULL,
    -- the octets that are sent
    message_id TEXT,
    frozen_size INTEGER,
    eight_bit INTEGER NOT NULL DEFAULT 0,   -- 1 body, 2 header, 3 both
    -- what is left to do at the end
    landed TEXT,                   -- path in sent/ or failed/, chosen before it is written
    placed INTEGER NOT NULL DEFAULT 0,
    kept INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX entry_state ON entry (state, next);
  CREATE INDEX entry_origin ON entry (ino) WHERE unlinked = 0;

  CREATE TABLE recipient (
    entry TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    reply TEXT,
    PRIMARY KEY (entry, position)
  ) WITHOUT ROWID;

  CREATE TABLE account (
    name TEXT PRIMARY KEY,
    until INTEGER NOT NULL,        -- no connection before this time
    failures INTEGER NOT NULL,     -- in a row
    reason TEXT NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE sending (           -- each try that reached the dot, for the rate
    account TEXT NOT NULL,
    at INTEGER NOT NULL,
    recipients INTEGER NOT NULL
  );
  CREATE INDEX sending_at ON sending (account, at);
`;

const NOT_BEFORE = `
  ALTER TABLE entry ADD COLUMN not_before INTEGER;   -- its sender wishes it to be sent then
`;

const SENT_COPIES = `
  CREATE TABLE sent_copy (         -- the copy of a sent message in the Sent folder of its account
    entry TEXT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
    account TEXT NOT NULL,
    date INTEGER NOT NULL,         -- when the message was sent
    state TEXT NOT NULL,           -- open, filed (by us), found (filed by the server), none, failed
    looks INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    next INTEGER,
    reason TEXT
  ) WITHOUT ROWID;
  CREATE INDEX sent_copy_open ON sent_copy (date) WHERE state = 'open';

  CREATE TABLE habit (             -- whether a server files copies of what is sent by itself
    account TEXT NOT NULL,
    host TEXT NOT NULL,
    files INTEGER NOT NULL,
    seen INTEGER NOT NULL,
    PRIMARY KEY (account, host)
  ) WITHOUT ROWID;
`;

const BY_HAND = `
  ALTER TABLE entry ADD COLUMN held INTEGER NOT NULL DEFAULT 0;   -- a person has stopped it
  ALTER TABLE entry ADD COLUMN renewed INTEGER;                   -- a person sent it on its way again then
  ALTER TABLE entry ADD COLUMN late INTEGER;                      -- its sender was told then that it is late
  ALTER TABLE recipient ADD COLUMN doubt INTEGER;                 -- the missed answer that left it in doubt first
  UPDATE recipient SET doubt = 1 WHERE state IN ('uncertain', 'held');
`;

const PAUSE_KIND = `
  ALTER TABLE account ADD COLUMN kind TEXT;        -- of the MailError that made it pause; null: from an older mailkeep
`;

const HISTORY = `
  CREATE TABLE attempt (           -- the tries of a letter, for people
    entry TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    host TEXT NOT NULL,
    state TEXT,                    -- how it left the letter; null: under way, or cut
    outcome TEXT,
    dialogue TEXT NOT NULL,        -- lines, without secrets and bodies
    PRIMARY KEY (entry, n)
  ) WITHOUT ROWID;

  CREATE TABLE note (              -- what was done to it beside
    entry TEXT NOT NULL REFERENCES entry (id) ON DELETE CASCADE,
    n INTEGER NOT NULL,
    at INTEGER NOT NULL,
    what TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (entry, n)
  ) WITHOUT ROWID;

  CREATE TABLE evidence (          -- letters in doubt, and the search for what became of them
    entry TEXT PRIMARY KEY REFERENCES entry (id) ON DELETE CASCADE,
    since INTEGER NOT NULL,        -- the answer was missed then
    looks INTEGER NOT NULL,        -- searches that came to their end
    failures INTEGER NOT NULL,     -- in a row
    next INTEGER,                  -- null: no more
    reason TEXT
  ) WITHOUT ROWID;
  ALTER TABLE entry ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;   -- its report is in the archive
  UPDATE entry SET reported = 1 WHERE state IN ('sent', 'failed', 'cancelled');
`;

const EVIDENCE = `
  ALTER TABLE evidence ADD COLUMN doubts INTEGER NOT NULL DEFAULT 1;   -- the missed answer that it is about
`;

const LONG_QUEUES = `
  -- one for each question that is asked at each round (journal.ts), so that it costs what it finds
  CREATE INDEX entry_waiting ON entry (account, next, created, id)
    WHERE state IN ('due', 'deferred', 'uncertain') AND held = 0 AND landed IS NULL AND next IS NOT NULL;
  CREATE INDEX entry_untold ON entry (created)
    WHERE state IN ('due', 'deferred', 'uncertain') AND held = 0 AND late IS NULL;
  CREATE INDEX entry_unfinished ON entry (created)
    WHERE (state IN ('sent', 'failed', 'cancelled') AND placed + kept + reported < 3)
      OR (state NOT IN ('sent', 'failed', 'cancelled') AND landed IS NOT NULL);
  CREATE INDEX entry_landing ON entry (landed) WHERE placed = 0 AND landed IS NOT NULL;
  CREATE INDEX entry_over ON entry (changed) WHERE state IN ('sent', 'failed', 'cancelled');
  CREATE INDEX recipient_doubt ON recipient (entry) WHERE state IN ('uncertain', 'held');
`;

/** What to run, in order, on a new file. */
export const SCHEMA: readonly string[] = [
  FIRST,
  NOT_BEFORE,
  SENT_COPIES,
  BY_HAND,
  PAUSE_KIND,
  HISTORY,
  EVIDENCE,
  LONG_QUEUES,
];
