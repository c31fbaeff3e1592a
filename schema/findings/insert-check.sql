INSERT INTO checks (id, area, severity, title, state, reason, applies, advice, steps)
VALUES (:id, :area, :severity, :title, :state, :reason, :applies, :advice, :steps)
