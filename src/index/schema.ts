// The tables of the index, one string a version: a string, once released, is never changed, only followed by another.
// `PRAGMA user_version` says how many of them a file has seen.

const FIRST = `
  -- row: the date in whole seconds, or the next free number, so that ORDER BY row DESC is newest first.
  CREATE TABLE message (
    row INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    path TEXT NOT NULL,
    date INTEGER,
    size INTEGER NOT NULL,
    subject TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    msgid TEXT,
    parent TEXT,
    refs TEXT,
    list TEXT,
    attachments TEXT NOT NULL,
    state INTEGER NOT NULL,
    reason TEXT,
    body BLOB NOT NULL
  );
  CREATE INDEX message_msgid ON message (msgid) WHERE msgid IS NOT NULL;
  CREATE INDEX message_parent ON message (parent) WHERE parent IS NOT NULL;
  CREATE INDEX message_partly ON message (row) WHERE state <> 0;

  CREATE TABLE location (
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    validity INTEGER,
    uid INTEGER,
    uidl TEXT,
    row INTEGER NOT NULL,
    flags TEXT NOT NULL,
    received INTEGER,
    gone INTEGER,
    missed INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX location_uid ON location (account, folder, validity, uid) WHERE uid IS NOT NULL;
  CREATE UNIQUE INDEX location_uidl ON location (account, folder, uidl) WHERE uidl IS NOT NULL;
  CREATE INDEX location_row ON location (row);

  CREATE TABLE pending (
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    validity INTEGER,
    uid INTEGER,
    uidl TEXT,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next INTEGER NOT NULL,
    poisoned INTEGER NOT NULL
  );
  CREATE UNIQUE INDEX pending_uid ON pending (account, folder, validity, uid) WHERE uid IS NOT NULL;
  CREATE UNIQUE INDEX pending_uidl ON pending (account, folder, uidl) WHERE uidl IS NOT NULL;

  CREATE TABLE folder (
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    wire TEXT NOT NULL,
    validity INTEGER,
    exists_ INTEGER NOT NULL,
    uidnext INTEGER,
    modseq TEXT,
    listed INTEGER NOT NULL,
    PRIMARY KEY (account, folder)
  ) WITHOUT ROWID;
  CREATE TABLE journal (account TEXT PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE sync (account TEXT PRIMARY KEY, last_good INTEGER, last_try INTEGER, error TEXT) WITHOUT ROWID;

  -- body comes first: each word of another column costs two more octets in the index, a fifth of it if it were last.
  CREATE VIRTUAL TABLE fts USING fts5(
    body, subject, sender, recipients, cc, bcc, files,
    content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2'
  );
`;

// What a status told without opening the folder, and how far it can be trusted.
//   settled: all that the folder held is stored, or waits for its time. full: when all of it was last listed (ms).
//   restless: polls in a row that found another UIDVALIDITY. absent: complete LISTs in a row without the folder.
const STATUS = `
  ALTER TABLE folder ADD COLUMN unseen INTEGER;
  ALTER TABLE folder ADD COLUMN mailbox TEXT;
  ALTER TABLE folder ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE folder ADD COLUMN full INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE folder ADD COLUMN restless INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE folder ADD COLUMN absent INTEGER NOT NULL DEFAULT 0;
`;

// What a server with labels says of a message (Gmail), and what came from each server in each hour.
//   labels: as labels.ts writes them, null where the server told none. email, thread: ids, the same in all folders of an account.
//   label: every label that there is or was, to look a name up. traffic: `hour` is the time in whole hours.
const LABELS = `
  ALTER TABLE location ADD COLUMN labels TEXT;
  ALTER TABLE location ADD COLUMN email TEXT;
  ALTER TABLE location ADD COLUMN thread TEXT;
  CREATE INDEX location_email ON location (account, email) WHERE email IS NOT NULL;
  CREATE TABLE label (name TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE traffic (
    account TEXT NOT NULL,
    hour INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    PRIMARY KEY (account, hour)
  ) WITHOUT ROWID;
`;

// What messages are counted, ordered and put together by, in rows so short that a million of them are read in a moment.
//   person: who wrote, as people.ts has it. attached: how many attachments. topic, answers: of the subject, as topic.ts has them;
//   an answer is one that does not say to what. message_root: the first message that a message refers to.
//   address_of, name_of, topic_of and answers are functions that database.ts lends.
const BRIEF = `
  CREATE TABLE person (id INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
  CREATE TABLE brief (
    row INTEGER PRIMARY KEY,
    date INTEGER,
    size INTEGER NOT NULL,
    person INTEGER,
    attached INTEGER NOT NULL,
    topic INTEGER,
    answers INTEGER NOT NULL
  );
  INSERT OR IGNORE INTO person (address, name)
    SELECT address_of(sender), name_of(sender) FROM message WHERE address_of(sender) IS NOT NULL;
  INSERT INTO brief (row, date, size, person, attached, topic, answers)
    SELECT row, date, size, (SELECT id FROM person WHERE address = address_of(sender)), json_array_length(attachments),
      topic_of(subject), refs IS NULL AND parent IS NULL AND answers(subject) FROM message ORDER BY row;
  CREATE INDEX brief_date ON brief (date, size);
  CREATE INDEX brief_topic ON brief (topic, answers) WHERE topic IS NOT NULL;
  CREATE INDEX message_list ON message (list) WHERE list IS NOT NULL;
  CREATE INDEX message_root ON message (substr(refs, 1, instr(refs || ' ', ' ') - 1)) WHERE refs IS NOT NULL;
`;

// Messages whose text waits to be read. again: 1 for one that has a text, in which a reader of today finds more: the version
//   before knew no attachments' texts.
const LATE = `
  CREATE TABLE late (again INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (again, row)) WITHOUT ROWID;
  INSERT INTO late (again, row)
    SELECT state = 0 OR reason <> 'its text is being read', row FROM message
    WHERE attachments <> '[]' OR (state <> 0 AND reason = 'its text is being read');
`;

// How servers name folders, as the journals tell it. delimiter: null where the server has no hierarchy. uses: joined by a space.
const SHAPES = `
  CREATE TABLE shape (
    account TEXT NOT NULL,
    folder TEXT NOT NULL,
    delimiter TEXT,
    uses TEXT NOT NULL,
    PRIMARY KEY (account, folder)
  ) WITHOUT ROWID;
`;

// The folders of all accounts by number, so that the messages of one are read in their order, and the folders of a message without
//   their names.
const PLACES = `
  CREATE TABLE place (id INTEGER PRIMARY KEY, account TEXT NOT NULL, folder TEXT NOT NULL, UNIQUE (account, folder));
  INSERT INTO place (account, folder) SELECT DISTINCT account, folder FROM location;
  ALTER TABLE location ADD COLUMN place INTEGER;
  UPDATE location SET place =
    (SELECT id FROM place WHERE place.account = location.account AND place.folder = location.folder);
  DROP INDEX location_row;
  CREATE INDEX location_row ON location (row, place);
  CREATE INDEX location_place ON location (place, row);
`;

// How many there are, kept by the writes themselves: who asks each minute does not count a million rows each minute.
//   whole: one row. stock: different messages of each account; one that lies in two of its folders counts once. Why a message is read
//   only partly is counted from an index that holds nothing else.
const COUNTS = `
  CREATE TABLE whole (only INTEGER PRIMARY KEY CHECK (only = 0), messages INTEGER NOT NULL, octets INTEGER NOT NULL);
  INSERT INTO whole SELECT 0, count(*), ifnull(sum(size), 0) FROM brief;
  CREATE TRIGGER message_comes AFTER INSERT ON message BEGIN
    UPDATE whole SET messages = messages + 1, octets = octets + new.size;
  END;
  CREATE TRIGGER message_goes AFTER DELETE ON message BEGIN
    UPDATE whole SET messages = messages - 1, octets = octets - old.size;
  END;

  CREATE TABLE stock (account TEXT PRIMARY KEY, messages INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO stock SELECT account, count(DISTINCT row) FROM location GROUP BY account;
  CREATE TRIGGER place_comes AFTER INSERT ON location
    WHEN ${isFirst('new', 'new.row')} BEGIN ${addStock('new', '1')} END;
  CREATE TRIGGER place_turns_to AFTER UPDATE OF row ON location
    WHEN old.row <> new.row AND ${isFirst('new', 'new.row')} BEGIN ${addStock('new', '1')} END;
  CREATE TRIGGER place_turns_from AFTER UPDATE OF row ON location
    WHEN old.row <> new.row AND ${isFirst('new', 'old.row')} BEGIN ${addStock('new', '-1')} END;

  DROP INDEX message_partly;
  CREATE INDEX message_partly ON message (reason) WHERE state <> 0;
`;

/** True where no other place of the same account holds `row`. */
function isFirst(place: string, row: string): string {
  return `NOT EXISTS (SELECT 1 FROM location AS other WHERE other.row = ${row} AND other.account = ${place}.account
    AND other.rowid <> ${place}.rowid)`;
}

function addStock(place: string, messages: string): string {
  return `INSERT INTO stock VALUES (${place}.account, ${messages})
    ON CONFLICT (account) DO UPDATE SET messages = messages + excluded.messages;`;
}

/** Characters that were words of their own and are another form of a character now: those of text-tables.ts, as they were then. */
const NOW_FOLDED =
  '覆祇衹著瞭藉竝倂値靑锺馀谘讬钜迳渖缐侭䌽㓰㳽䙓麹麺镟暱妳牠彞甦揹搾徬堃廻攷敍朞椶榖歗氷濬煖燄甎砲祐粬緜翺耡脇艢' +
  '葠蔴藷覩䜣諠賸跥躭逈銲隣麤喆衞濶悤戻汚黒徳歩毎頼涙郷囯槪淸甁尙験';

// Messages that hold one of these are read again; the others stay as they are.
const VARIANTS = `
  INSERT OR IGNORE INTO late (again, row)
    SELECT 1, rowid FROM fts WHERE fts MATCH '${Array.from(NOW_FOLDED, (char) => `"${char}"`).join(' OR ')}';
`;

/** What brings an index from version n to n + 1, at place n. */
export const SCHEMA: readonly string[] = [
  FIRST,
  STATUS,
  LABELS,
  BRIEF,
  LATE,
  SHAPES,
  PLACES,
  COUNTS,
  VARIANTS,
];

/** The version that this program reads and writes. */
export const SCHEMA_VERSION: number = SCHEMA.length;
