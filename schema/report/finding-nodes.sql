SELECT finding, node FROM finding_nodes ORDER BY finding, node
