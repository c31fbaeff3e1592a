-- When the log begins in which a finding was seen first; NULL when it was not seen first in a log.
SELECT (SELECT l.ts FROM log_lines l WHERE l.id BETWEEN f.first_log AND f.last_log AND l.ts IS NOT NULL ORDER BY l.id LIMIT 1)
FROM evidence e JOIN shown_files s ON s.path = e.file JOIN files f ON f.id = s.id JOIN findings g ON g.id = e.finding
WHERE e.finding = :finding AND (e.ts = g.first_seen OR e.ts IS NULL)
ORDER BY e.seq LIMIT 1
