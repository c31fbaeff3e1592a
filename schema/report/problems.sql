SELECT coalesce(file, ''), coalesce(line, 0), message FROM problems ORDER BY file, line, message
