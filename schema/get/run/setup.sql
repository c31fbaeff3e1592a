-- What the queries of schema/get stand on. Temporary, so that it can be had beside a database that is only read.
-- A query of schema/get/<plural>.sql has one row an object of `chosen`: NAMESPACE first (shown with -A; not there for kinds of the
-- whole cluster), the columns of kubectl by its headers ("NODE (wide)": only with -o wide), and `object` last, which is not shown.
-- `doc` is the object's JSON; :now is the
-- time of run/now.sql in µs.
CREATE TEMP TABLE chosen (object INTEGER PRIMARY KEY);

CREATE TEMP VIEW picked AS
SELECT o.id AS object, o.namespace, o.name, o.created, o.deleted, o.json AS doc FROM temp.chosen c JOIN main.objects o ON o.id = c.object;

-- A selector as kubectl writes it: "app=web,tier in (a,b),!canary".
CREATE TEMP VIEW picked_selectors AS
SELECT p.object, (
  SELECT coalesce(group_concat(term, ','), '<none>') FROM (
    SELECT l.key AS k, l.key || '=' || l.value AS term FROM json_each(p.doc, '$.spec.selector.matchLabels') l
    UNION ALL
    SELECT e.value ->> '$.key', CASE e.value ->> '$.operator'
        WHEN 'In' THEN (e.value ->> '$.key') || ' in (' || (SELECT group_concat(v.value, ',') FROM json_each(e.value, '$.values') v) || ')'
        WHEN 'NotIn' THEN (e.value ->> '$.key') || ' notin (' || (SELECT group_concat(v.value, ',') FROM json_each(e.value, '$.values') v) || ')'
        WHEN 'DoesNotExist' THEN '!' || (e.value ->> '$.key')
        ELSE e.value ->> '$.key' END
    FROM json_each(p.doc, '$.spec.selector.matchExpressions') e
    ORDER BY 1)) AS selector
FROM picked p;

-- Containers of a pod template.
CREATE TEMP VIEW picked_templates AS
SELECT p.object,
  (SELECT group_concat(c.value ->> '$.name', ',') FROM json_each(p.doc, '$.spec.template.spec.containers') c) AS containers,
  (SELECT group_concat(c.value ->> '$.image', ',') FROM json_each(p.doc, '$.spec.template.spec.containers') c) AS images
FROM picked p;

-- Access modes of volumes: "RWO,ROX".
CREATE TEMP VIEW picked_modes AS
SELECT p.object, (
  SELECT group_concat(CASE m.value WHEN 'ReadWriteOnce' THEN 'RWO' WHEN 'ReadOnlyMany' THEN 'ROX' WHEN 'ReadWriteMany' THEN 'RWX'
    WHEN 'ReadWriteOncePod' THEN 'RWOP' ELSE m.value END, ',')
  FROM json_each(p.doc, CASE WHEN p.doc ->> '$.kind' = 'PersistentVolumeClaim' THEN '$.status.accessModes' ELSE '$.spec.accessModes' END) m) AS modes
FROM picked p
