SELECT key, value FROM bundle WHERE value IS NOT NULL AND value <> '' ORDER BY key
