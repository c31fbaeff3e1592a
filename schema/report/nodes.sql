SELECT node, transport, coalesce(reached, 0), error, coalesce(clock_offset_us, 0)
FROM node_access
ORDER BY node, file, line
