INSERT INTO finding_texts (finding, lang, title, detail, why, fix, verify)
VALUES (:finding, :lang, :title, :detail, :why, :fix, :verify)
