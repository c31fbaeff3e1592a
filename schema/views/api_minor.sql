-- The oldest API server's version, 1.MINOR, with its proof; no row when it is not known. Views and checks of version skew compare with it.
CREATE VIEW api_minor AS
SELECT minor, version, node, file, line FROM component_versions
WHERE component = 'kube-apiserver' AND minor IS NOT NULL
ORDER BY minor, node, file, line LIMIT 1;
