DROP TABLE doubled;

-- The case's time is that of its newest bundle.
UPDATE bundle SET value = (SELECT max(time) FROM bundles) WHERE key = 'time' AND (SELECT count(*) FROM bundles) > 1;

-- What each capture is of: a file of the same bundle.
UPDATE captures SET file = f.id
FROM files m, files f
WHERE m.id = captures.manifest AND f.path = captures.path AND f.bundle = m.bundle;
