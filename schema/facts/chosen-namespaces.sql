-- The namespaces that are in a bundle that need not have all: "default, kube-system, shop, … (56)". NULL when it has all.
SELECT CASE WHEN count(*) > 6 THEN group_concat(name, ', ') FILTER (WHERE n <= 4) || ', … (' || count(*) || ')' ELSE group_concat(name, ', ') END
FROM (SELECT name, row_number() OVER (ORDER BY name) AS n FROM chosen_namespaces ORDER BY name)
