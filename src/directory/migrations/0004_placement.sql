-- Where the objects of all connections are. Written when the first connection is begun, and never
-- changed: an object cannot move, and its name means another object elsewhere. Rows of
-- oauth_connections without a row here: made before this table, in no jurisdiction.
CREATE TABLE placement (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  -- 'none', or a jurisdiction of Durable Objects.
  jurisdiction TEXT NOT NULL
);
