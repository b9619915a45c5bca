-- Who is not told of a connection's events any more, names separated by spaces; NULL when all are.
ALTER TABLE oauth_connections ADD COLUMN paused_sinks TEXT;
CREATE INDEX oauth_connections_paused ON oauth_connections (paused_sinks)
  WHERE paused_sinks IS NOT NULL;
