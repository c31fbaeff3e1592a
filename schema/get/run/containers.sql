-- The containers of a pod, those of init behind the others.
SELECT name, list <> 'containers' AS init FROM container_specs WHERE namespace = :ns AND pod = :pod ORDER BY init, rowid
