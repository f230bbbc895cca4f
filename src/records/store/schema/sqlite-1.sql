-- What the log is. One row, for ever.
CREATE TABLE log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    database BLOB NOT NULL CHECK (length(database) = 16),
    test INTEGER NOT NULL CHECK (test IN (0, 1)),
    created_at INTEGER NOT NULL,
    public_key BLOB NOT NULL CHECK (length(public_key) = 32)
) STRICT;

-- The keys of the entries, wrapped by the master key of the key file.
CREATE TABLE data_key (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    master_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    wrapped BLOB NOT NULL
) STRICT;

-- The log itself. What is long comes last, so that headers are read without it.
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    first BLOB REFERENCES entry (id),
    profile TEXT,
    profile_sha256 BLOB,
    created_at INTEGER NOT NULL,
    key_id INTEGER NOT NULL REFERENCES data_key (id),
    purges TEXT NOT NULL,
    leaf BLOB NOT NULL,
    head BLOB NOT NULL,
    nodes BLOB NOT NULL,
    digest BLOB NOT NULL,
    nonce BLOB NOT NULL,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX entry_time ON entry (created_at, seq);
CREATE INDEX entry_kind ON entry (kind, created_at, seq);
CREATE INDEX entry_first ON entry (first, seq) WHERE first IS NOT NULL;

-- Keyed hashes of what entries can be found by.
CREATE TABLE lookup (
    seq INTEGER NOT NULL REFERENCES entry (seq),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (seq, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX lookup_hash ON lookup (hash, seq);

CREATE TRIGGER log_unchanged BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER log_kept BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER data_key_kept BEFORE DELETE ON data_key BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER entry_next BEFORE INSERT ON entry
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM entry)
BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER entry_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER entry_unchanged BEFORE UPDATE ON entry
WHEN NOT (length(new.nonce) = 0 AND length(new.sealed) = 0
    AND (new.seq, new.id, new.kind, new.created_at, new.key_id, new.purges, new.leaf, new.head, new.nodes, new.digest)
      = (old.seq, old.id, old.kind, old.created_at, old.key_id, old.purges, old.leaf, old.head, old.nodes, old.digest)
    AND new.first IS old.first AND new.profile IS old.profile AND new.profile_sha256 IS old.profile_sha256)
BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER lookup_unchanged BEFORE UPDATE ON lookup BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
CREATE TRIGGER lookup_kept BEFORE DELETE ON lookup
WHEN (SELECT length(sealed) FROM entry WHERE seq = old.seq) > 0
BEGIN SELECT RAISE(ABORT, 'taimen: append-only'); END;
