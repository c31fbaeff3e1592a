-- The file of a piece of evidence, given by its path.
SELECT id, path, first_log IS NOT NULL AS is_log FROM files WHERE path = :path
