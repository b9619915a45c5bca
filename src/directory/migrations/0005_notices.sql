-- What an operator was told once, so that no later run tells it again.
CREATE TABLE notices (
  -- 'certificate:{thumbprint}:{days}'.
  name TEXT PRIMARY KEY,
  -- RFC 3339, UTC.
  time TEXT NOT NULL
);
