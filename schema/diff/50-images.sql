-- Images in use
SELECT image AS key, 'pods' AS path, '' AS value FROM container_specs WHERE image IS NOT NULL
GROUP BY image
ORDER BY 1, 2
