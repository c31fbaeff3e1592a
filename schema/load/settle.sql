DROP TABLE doubled;

-- The case's time is that of its newest bundle.
UPDATE bundle SET value = (SELECT max(time) FROM bundles) WHERE key = 'time' AND (SELECT count(*) FROM bundles) > 1;
