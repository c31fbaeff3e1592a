-- The file of a piece of evidence, given by its id.
SELECT id, path, first_log IS NOT NULL AS is_log FROM files WHERE id = :file
