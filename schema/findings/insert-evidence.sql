INSERT INTO evidence (finding, seq, file, line, text, ts) VALUES (:finding, :seq, :file, :line, :text, :ts)
