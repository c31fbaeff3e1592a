-- Indexes that grow while the bundle is read, which is free: the thread that reads has more to do than the one that inserts.
-- Objects come in the order of their names, mostly, so these grow at their end. The others are in schema/indexes.
CREATE INDEX pods_by_name ON pods (namespace, name);
CREATE INDEX container_specs_by_pod ON container_specs (namespace, pod, name);
CREATE INDEX container_statuses_by_pod ON container_statuses (namespace, pod, name);
CREATE INDEX pod_conditions_by_pod ON pod_conditions (namespace, pod);
