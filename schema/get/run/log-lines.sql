-- The lines of a log as the container wrote them. :tail -1 means all; :since may be NULL.
SELECT log_message(text, at, message), ts FROM log_lines
WHERE id BETWEEN :first AND :last
  AND id > CASE WHEN :tail < 0 THEN -1 ELSE :last - :tail END
  AND (:since IS NULL OR ts >= :since)
ORDER BY id
