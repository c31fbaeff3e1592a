-- Certificates on the nodes' disks, from the collector's openssl listing: "== FILE" and openssl's lines, one certificate a file.
-- Kubeconfigs stand there, too: with the dates of the client certificate that they hold, and the server that they name.
-- `line` is that of the end date, or of the file's name when the file holds no certificate.
CREATE VIEW certificates AS
WITH
text_of AS (
  SELECT f.node, l.file, l.line, l.text, sum(l.text GLOB '== /*') OVER (PARTITION BY l.file ORDER BY l.line) AS section
  FROM files f JOIN lines l ON l.file = f.id
  WHERE f.path GLOB 'nodes/*/host/certificates.txt'
),
raw AS (
  SELECT node, file,
    max(CASE WHEN text GLOB '== /*' THEN substr(text, 4) END) AS path,
    max(CASE WHEN text GLOB 'subject=*' THEN trim(substr(text, 9)) END) AS subject,
    max(CASE WHEN text GLOB 'issuer=*' THEN trim(substr(text, 8)) END) AS issuer,
    max(CASE WHEN text GLOB 'notBefore=*' THEN substr(text, 11) END) AS begins,
    max(CASE WHEN text GLOB 'notAfter=*' THEN substr(text, 10) END) AS ends,
    max(CASE WHEN text GLOB 'serial=*' THEN substr(text, 8) END) AS serial,
    max(CASE WHEN text GLOB ' *server: *' THEN field(text, 2) END) AS server,
    coalesce(max(CASE WHEN text GLOB 'notAfter=*' THEN line END), min(line)) AS line,
    max(CASE WHEN text GLOB ' *server: *' THEN line END) AS server_line
  FROM text_of WHERE section > 0
  GROUP BY node, file, section
)
-- "Nov 22 19:40:00 2026 GMT"
SELECT node, path, subject, issuer, serial, server, server_line, file, line,
  us(field(begins, 4) || '-' || printf('%02d', (instr('JanFebMarAprMayJunJulAugSepOctNovDec', field(begins, 1)) + 2) / 3) || '-'
    || printf('%02d', field(begins, 2)) || 'T' || field(begins, 3) || 'Z') AS not_before,
  us(field(ends, 4) || '-' || printf('%02d', (instr('JanFebMarAprMayJunJulAugSepOctNovDec', field(ends, 1)) + 2) / 3) || '-'
    || printf('%02d', field(ends, 2)) || 'T' || field(ends, 3) || 'Z') AS not_after
FROM raw WHERE path IS NOT NULL;
