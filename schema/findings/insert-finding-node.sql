INSERT OR IGNORE INTO finding_nodes (finding, node) VALUES (:finding, :node)
