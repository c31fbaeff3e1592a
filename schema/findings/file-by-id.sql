-- The file of a piece of evidence, given by its id.
SELECT f.id, s.path, f.first_log IS NOT NULL AS is_log FROM files f JOIN shown_files s ON s.id = f.id WHERE f.id = :file
