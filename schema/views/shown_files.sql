-- Files as reports cite them: with their bundle's name in front where there are several.
CREATE VIEW shown_files AS
SELECT f.id, CASE WHEN (SELECT count(*) FROM bundles) > 1 THEN (SELECT b.name FROM bundles b WHERE b.id = f.bundle) || '/' || f.path
  ELSE f.path END AS path
FROM files f;
