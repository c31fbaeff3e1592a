-- What is missing of this bundle as a whole, in one sentence; no row for a whole one.
SELECT value FROM bundle WHERE key = 'damage' AND value <> ''
