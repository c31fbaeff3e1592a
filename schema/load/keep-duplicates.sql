INSERT INTO duplicates (kind, namespace, name, file, line, kept)
SELECT kind, namespace, name, file, line, kept FROM doubled ORDER BY id;

-- Of one bundle the copies are the same object; of two, one may have taken the other's place meanwhile.
INSERT INTO problems (file, line, message)
SELECT b.name, NULL, count(*) || ' objects of this bundle are in ' || k.name || ', too, which is newer: those count'
  || CASE WHEN sum(d.uid IS NOT d.kept_uid) > 0 THEN '; ' || sum(d.uid IS NOT d.kept_uid) || ' of them were replaced meanwhile' ELSE '' END
FROM doubled d JOIN bundles b ON b.id = d.bundle JOIN bundles k ON k.id = d.kept_bundle
WHERE d.bundle <> d.kept_bundle
GROUP BY d.bundle, d.kept_bundle
ORDER BY d.bundle, d.kept_bundle;

DELETE FROM objects WHERE id IN (SELECT id FROM doubled);
