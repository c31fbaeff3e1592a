SELECT rank, finding, severity FROM root_causes ORDER BY rank
