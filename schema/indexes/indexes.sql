-- Made after loading. None on log_lines: a file's lines have the ids from files.first_log to files.last_log, and log_hits has ids.
CREATE INDEX pod_conditions_false ON pod_conditions (type, namespace, pod) WHERE status = 'False';
CREATE INDEX pods_by_object ON pods (object);
CREATE INDEX events_by_object ON events (object_namespace, object_name);
CREATE INDEX workloads_by_name ON workloads (namespace, name);
CREATE INDEX log_hits_by_signature ON log_hits (signature, log);
CREATE INDEX files_by_path ON files (path);
CREATE INDEX lines_by_file ON lines (file, line);
CREATE INDEX captures_by_path ON captures (path);
CREATE INDEX node_components_by_node ON node_components (node, component);
