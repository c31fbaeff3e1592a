INSERT INTO checks (id, area, severity, title, state, reason, advice, steps)
VALUES (:id, :area, :severity, :title, :state, :reason, :advice, :steps)
