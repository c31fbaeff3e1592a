INSERT OR IGNORE INTO causes (cause, effect, relation) VALUES (:cause, :effect, :relation)
