-- The file of a piece of evidence, given by its id.
SELECT f.id, f.path, f.first_log IS NOT NULL AS is_log FROM files f WHERE f.id = :file
