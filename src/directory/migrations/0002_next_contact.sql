-- The watchdog asks who should have been heard of, longest ago first. From here on `next_contact_at` is
-- the time by which the directory hears of the connection, if its object lives.
CREATE INDEX oauth_connections_contact ON oauth_connections (next_contact_at)
  WHERE next_contact_at IS NOT NULL;
