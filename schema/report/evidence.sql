SELECT finding, file, line, text, ts FROM evidence ORDER BY finding, seq
