-- What the log is. One row, for ever.
CREATE TABLE taimen.log (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    database BYTEA NOT NULL CHECK (length(database) = 16),
    test BIGINT NOT NULL CHECK (test IN (0, 1)),
    created_at BIGINT NOT NULL,
    public_key BYTEA NOT NULL CHECK (length(public_key) = 32)
);

-- The keys of the entries, wrapped by the master key of the key file.
CREATE TABLE taimen.data_key (
    id BIGINT PRIMARY KEY CHECK (id > 0),
    master_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    wrapped BYTEA NOT NULL
);

-- The log itself.
CREATE TABLE taimen.entry (
    seq BIGINT PRIMARY KEY CHECK (seq > 0),
    id BYTEA NOT NULL UNIQUE CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    first BYTEA REFERENCES taimen.entry (id),
    profile TEXT,
    profile_sha256 BYTEA,
    created_at BIGINT NOT NULL,
    key_id BIGINT NOT NULL REFERENCES taimen.data_key (id),
    purges TEXT NOT NULL,
    leaf BYTEA NOT NULL,
    head BYTEA NOT NULL,
    nodes BYTEA NOT NULL,
    digest BYTEA NOT NULL,
    nonce BYTEA NOT NULL,
    sealed BYTEA NOT NULL
);
-- Ciphertext does not become shorter.
ALTER TABLE taimen.entry ALTER COLUMN sealed SET STORAGE EXTERNAL;
CREATE INDEX entry_time ON taimen.entry (created_at, seq);
CREATE INDEX entry_kind ON taimen.entry (kind, created_at, seq);
CREATE INDEX entry_first ON taimen.entry (first, seq) WHERE first IS NOT NULL;

-- Keyed hashes of what entries can be found by.
CREATE TABLE taimen.lookup (
    seq BIGINT NOT NULL REFERENCES taimen.entry (seq),
    hash BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (seq, hash)
);
CREATE INDEX lookup_hash ON taimen.lookup (hash, seq);

CREATE FUNCTION taimen.never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'taimen: append-only';
END $$;
CREATE FUNCTION taimen.entry_next() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM taimen.entry) THEN
        RAISE EXCEPTION 'taimen: append-only';
    END IF;
    RETURN new;
END $$;
CREATE FUNCTION taimen.entry_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF length(new.nonce) > 0 OR length(new.sealed) > 0
        OR (new.seq, new.id, new.kind, new.first, new.profile, new.profile_sha256, new.created_at, new.key_id, new.purges,
            new.leaf, new.head, new.nodes, new.digest)
        IS DISTINCT FROM (old.seq, old.id, old.kind, old.first, old.profile, old.profile_sha256, old.created_at, old.key_id,
            old.purges, old.leaf, old.head, old.nodes, old.digest)
    THEN
        RAISE EXCEPTION 'taimen: append-only';
    END IF;
    RETURN new;
END $$;
CREATE FUNCTION taimen.lookup_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT length(sealed) FROM taimen.entry WHERE seq = old.seq) > 0 THEN
        RAISE EXCEPTION 'taimen: append-only';
    END IF;
    RETURN old;
END $$;

CREATE TRIGGER log_never BEFORE UPDATE OR DELETE ON taimen.log FOR EACH ROW EXECUTE FUNCTION taimen.never();
CREATE TRIGGER data_key_kept BEFORE DELETE ON taimen.data_key FOR EACH ROW EXECUTE FUNCTION taimen.never();
CREATE TRIGGER entry_next BEFORE INSERT ON taimen.entry FOR EACH ROW EXECUTE FUNCTION taimen.entry_next();
CREATE TRIGGER entry_kept BEFORE DELETE ON taimen.entry FOR EACH ROW EXECUTE FUNCTION taimen.never();
CREATE TRIGGER entry_unchanged BEFORE UPDATE ON taimen.entry FOR EACH ROW EXECUTE FUNCTION taimen.entry_emptied();
CREATE TRIGGER lookup_unchanged BEFORE UPDATE ON taimen.lookup FOR EACH ROW EXECUTE FUNCTION taimen.never();
CREATE TRIGGER lookup_kept BEFORE DELETE ON taimen.lookup FOR EACH ROW EXECUTE FUNCTION taimen.lookup_emptied();
CREATE TRIGGER log_whole BEFORE TRUNCATE ON taimen.log FOR EACH STATEMENT EXECUTE FUNCTION taimen.never();
CREATE TRIGGER data_key_whole BEFORE TRUNCATE ON taimen.data_key FOR EACH STATEMENT EXECUTE FUNCTION taimen.never();
CREATE TRIGGER entry_whole BEFORE TRUNCATE ON taimen.entry FOR EACH STATEMENT EXECUTE FUNCTION taimen.never();
CREATE TRIGGER lookup_whole BEFORE TRUNCATE ON taimen.lookup FOR EACH STATEMENT EXECUTE FUNCTION taimen.never();
