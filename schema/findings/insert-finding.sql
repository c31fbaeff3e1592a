INSERT INTO findings (check_id, subject, kind, namespace, name, severity, confidence, title, detail,
  first_seen, last_seen, began, evidence_rows, fields)
VALUES (:check_id, :subject, :kind, :namespace, :name, :severity, :confidence, :title, :detail,
  :first_seen, :last_seen, :began, :evidence_rows, :fields)
