-- Conditions of autoscalers: v2 has them in the status, v1 as JSON in an annotation. `value` is what stands in the file.
CREATE VIEW hpa_conditions AS
SELECT h.namespace, h.name, h.target_kind, h.target_name, h.object, h.file, h.line,
  json_extract(c.value, '$.type') AS type, json_extract(c.value, '$.status') AS status,
  json_extract(c.value, '$.reason') AS reason, json_extract(c.value, '$.message') AS message,
  us(json_extract(c.value, '$.lastTransitionTime')) AS last_transition,
  CASE WHEN json_valid(h.conditions) THEN json_extract(c.value, '$.message') ELSE h.conditions_annotation END AS value
FROM hpas h,
  json_each(CASE WHEN json_valid(h.conditions) THEN h.conditions
    WHEN json_valid(h.conditions_annotation) THEN h.conditions_annotation ELSE '[]' END) c;
