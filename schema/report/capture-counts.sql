SELECT count(*) FILTER (WHERE state = 'ok'), count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'absent'),
  count(*) FILTER (WHERE state = 'skipped'), count(*) FILTER (WHERE truncated)
FROM captures
