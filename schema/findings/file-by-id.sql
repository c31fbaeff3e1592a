-- The file of a piece of evidence, given by its id.
SELECT f.id, f.path, EXISTS (SELECT 1 FROM log_lines l WHERE l.file = f.id) AS is_log FROM files f WHERE f.id = :file
