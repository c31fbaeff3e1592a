SELECT node FROM pods WHERE namespace = :namespace AND name = :name AND node IS NOT NULL ORDER BY file, line LIMIT 1
