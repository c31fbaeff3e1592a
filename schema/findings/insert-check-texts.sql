INSERT INTO check_texts (check_id, lang, title, reason) VALUES (:check_id, :lang, :title, :reason)
