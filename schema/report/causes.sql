SELECT cause, effect FROM causes ORDER BY cause, effect
