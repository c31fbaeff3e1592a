-- In the order of time: the last one is what happened last.
WITH told AS (
  SELECT *, coalesce(us(doc ->> '$.firstTimestamp'), us(doc ->> '$.deprecatedFirstTimestamp'), us(doc ->> '$.eventTime')) AS first,
    coalesce(us(doc ->> '$.series.lastObservedTime'), us(doc ->> '$.lastTimestamp'), us(doc ->> '$.deprecatedLastTimestamp'),
      us(doc ->> '$.firstTimestamp'), us(doc ->> '$.eventTime')) AS last,
    coalesce(doc -> '$.involvedObject', doc -> '$.regarding', '{}') AS about,
    coalesce(doc -> '$.source', doc -> '$.deprecatedSource', '{}') AS source
  FROM picked
)
SELECT namespace AS "NAMESPACE", coalesce(age(:now - last), '<unknown>') AS "LAST SEEN", doc ->> '$.type' AS "TYPE", doc ->> '$.reason' AS "REASON",
  lower(coalesce(about ->> '$.kind', '')) || CASE WHEN coalesce(about ->> '$.name', '') = '' THEN '' ELSE '/' || (about ->> '$.name') END AS "OBJECT",
  about ->> '$.fieldPath' AS "SUBOBJECT (wide)",
  coalesce(nullif(source ->> '$.component', ''), nullif(doc ->> '$.reportingComponent', ''), doc ->> '$.reportingController', '')
    || coalesce(', ' || nullif(source ->> '$.host', ''), CASE WHEN coalesce(source ->> '$.component', '') = '' THEN ', ' || nullif(doc ->> '$.reportingInstance', '') END, '') AS "SOURCE (wide)",
  trim(coalesce(doc ->> '$.message', doc ->> '$.note', ''), ' ' || char(9, 10, 13)) AS "MESSAGE",
  coalesce(age(:now - first), '<unknown>') AS "FIRST SEEN (wide)",
  coalesce(doc ->> '$.series.count', nullif(doc ->> '$.count', 0), doc ->> '$.deprecatedCount', 1) AS "COUNT (wide)",
  name AS "NAME (wide)", object
FROM told
ORDER BY last, namespace, name
