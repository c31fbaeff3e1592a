-- Is :x (an entry of `needs`) about what lies in namespaces? Logs and what nodes tell are not.
SELECT 1 WHERE :x NOT GLOB 'node[_s]*' AND :x NOT GLOB 'log*' AND :x NOT IN ('hits', 'said', 'capture', 'captures', 'metrics') AND (
  EXISTS (SELECT 1 FROM lists WHERE resource = :x AND namespace IS NOT NULL)
  OR EXISTS (SELECT 1 FROM pragma_table_info(:x) WHERE name = 'namespace'))
