-- Typed tables over Kubernetes objects. The comment of a column is the JSON path that fills it while the object streams
-- by (README, "how to add a column"): `-- from: KINDS [each PATHS]` behind the table's name says of which objects one row
-- is made (with `each`, one row for every element of these arrays). `^` starts at the object instead of the element; `@list` is the
-- last name of the array's path; alternatives are parted by " | ". Words behind the path: time (ISO 8601 to µs), count
-- (elements of an array, members of an object), json (raw), objects (raw, an array of nothing but
-- objects; NULL otherwise), cpu (quantity to millicores), bytes (quantity to bytes). Every typed
-- table has object, file and line besides.

CREATE TABLE nodes (              -- from: Node
  name              TEXT,         -- .metadata.name
  created           INTEGER,      -- .metadata.creationTimestamp time
  unschedulable     INTEGER,      -- .spec.unschedulable
  pod_cidr          TEXT,         -- .spec.podCIDR
  provider_id       TEXT,         -- .spec.providerID
  taints            TEXT,         -- .spec.taints objects
  labels            TEXT,         -- .metadata.labels json
  annotations       TEXT,         -- .metadata.annotations json
  addresses         TEXT,         -- .status.addresses objects
  images            TEXT,         -- .status.images objects
  cpu               INTEGER,      -- .status.capacity.cpu cpu
  cpu_allocatable   INTEGER,      -- .status.allocatable.cpu cpu
  memory            INTEGER,      -- .status.capacity.memory bytes
  memory_allocatable INTEGER,     -- .status.allocatable.memory bytes
  pods_allocatable  INTEGER,      -- .status.allocatable.pods
  kubelet_version   TEXT,         -- .status.nodeInfo.kubeletVersion
  kube_proxy_version TEXT,        -- .status.nodeInfo.kubeProxyVersion
  runtime_version   TEXT,         -- .status.nodeInfo.containerRuntimeVersion
  kernel_version    TEXT,         -- .status.nodeInfo.kernelVersion
  os_image          TEXT,         -- .status.nodeInfo.osImage
  machine_id        TEXT,         -- .status.nodeInfo.machineID
  system_uuid       TEXT,         -- .status.nodeInfo.systemUUID
  boot_id           TEXT,         -- .status.nodeInfo.bootID
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE node_conditions (    -- from: Node each .status.conditions
  node           TEXT,            -- ^.metadata.name
  type           TEXT,            -- .type
  status         TEXT,            -- .status
  reason         TEXT,            -- .reason
  message        TEXT,            -- .message
  last_heartbeat INTEGER,         -- .lastHeartbeatTime time
  last_transition INTEGER,        -- .lastTransitionTime time
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE pods (               -- from: Pod
  namespace    TEXT,              -- .metadata.namespace
  name         TEXT,              -- .metadata.name
  uid          TEXT,              -- .metadata.uid
  created      INTEGER,           -- .metadata.creationTimestamp time
  deleted      INTEGER,           -- .metadata.deletionTimestamp time
  node         TEXT,              -- .spec.nodeName
  phase        TEXT,              -- .status.phase
  reason       TEXT,              -- .status.reason
  message      TEXT,              -- .status.message
  started      INTEGER,           -- .status.startTime time
  pod_ip       TEXT,              -- .status.podIP
  host_ip      TEXT,              -- .status.hostIP
  host_network INTEGER,           -- .spec.hostNetwork
  restart_policy TEXT,            -- .spec.restartPolicy
  scheduler    TEXT,              -- .spec.schedulerName
  service_account TEXT,           -- .spec.serviceAccountName
  priority_class TEXT,            -- .spec.priorityClassName
  qos          TEXT,              -- .status.qosClass
  mirror       TEXT,              -- .metadata.annotations."kubernetes.io/config.mirror"
  component    TEXT,              -- .metadata.labels.component
  k8s_app      TEXT,              -- .metadata.labels."k8s-app" | .metadata.labels."app.kubernetes.io/name" | .metadata.labels.app
  owner_kind   TEXT,              -- .metadata.ownerReferences[0].kind
  owner_name   TEXT,              -- .metadata.ownerReferences[0].name
  owner_uid    TEXT,              -- .metadata.ownerReferences[0].uid
  labels       TEXT,              -- .metadata.labels json
  node_selector TEXT,             -- .spec.nodeSelector json
  tolerations  TEXT,              -- .spec.tolerations objects
  volumes      TEXT,              -- .spec.volumes objects
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE pod_conditions (     -- from: Pod each .status.conditions
  namespace TEXT,                 -- ^.metadata.namespace
  pod       TEXT,                 -- ^.metadata.name
  type      TEXT,                 -- .type
  status    TEXT,                 -- .status
  reason    TEXT,                 -- .reason
  message   TEXT,                 -- .message
  last_transition INTEGER,        -- .lastTransitionTime time
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE container_specs (    -- from: Pod each .spec.containers, .spec.initContainers
  namespace      TEXT,            -- ^.metadata.namespace
  pod            TEXT,            -- ^.metadata.name
  list           TEXT,            -- @list
  name           TEXT,            -- .name
  image          TEXT,            -- .image
  command        TEXT,            -- .command json
  args           TEXT,            -- .args json
  cpu_request    INTEGER,         -- .resources.requests.cpu cpu
  cpu_limit      INTEGER,         -- .resources.limits.cpu cpu
  memory_request INTEGER,         -- .resources.requests.memory bytes
  memory_limit   INTEGER,         -- .resources.limits.memory bytes
  liveness       TEXT,            -- .livenessProbe json
  readiness      TEXT,            -- .readinessProbe json
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE container_statuses ( -- from: Pod each .status.containerStatuses, .status.initContainerStatuses
  namespace      TEXT,            -- ^.metadata.namespace
  pod            TEXT,            -- ^.metadata.name
  list           TEXT,            -- @list
  name           TEXT,            -- .name
  image          TEXT,            -- .image
  image_id       TEXT,            -- .imageID
  container_id   TEXT,            -- .containerID
  ready          INTEGER,         -- .ready
  restarts       INTEGER,         -- .restartCount
  waiting_reason TEXT,            -- .state.waiting.reason
  waiting_message TEXT,           -- .state.waiting.message
  running_since  INTEGER,         -- .state.running.startedAt time
  exit_code      INTEGER,         -- .state.terminated.exitCode
  exit_signal    INTEGER,         -- .state.terminated.signal
  exit_reason    TEXT,            -- .state.terminated.reason
  exit_message   TEXT,            -- .state.terminated.message
  finished       INTEGER,         -- .state.terminated.finishedAt time
  last_exit_code INTEGER,         -- .lastState.terminated.exitCode
  last_exit_reason TEXT,          -- .lastState.terminated.reason
  last_exit_message TEXT,         -- .lastState.terminated.message
  last_started   INTEGER,         -- .lastState.terminated.startedAt time
  last_finished  INTEGER,         -- .lastState.terminated.finishedAt time
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE events (             -- from: Event
  namespace  TEXT,                -- .metadata.namespace
  name       TEXT,                -- .metadata.name
  type       TEXT,                -- .type
  reason     TEXT,                -- .reason
  message    TEXT,                -- .message | .note
  component  TEXT,                -- .source.component | .reportingComponent | .reportingController
  host       TEXT,                -- .source.host | .deprecatedSource.host
  object_kind TEXT,               -- .involvedObject.kind | .regarding.kind
  object_namespace TEXT,          -- .involvedObject.namespace | .regarding.namespace
  object_name TEXT,               -- .involvedObject.name | .regarding.name
  object_field TEXT,              -- .involvedObject.fieldPath | .regarding.fieldPath
  count      INTEGER,             -- .count | .series.count | .deprecatedCount
  first_seen INTEGER,             -- .firstTimestamp | .eventTime | .deprecatedFirstTimestamp | .metadata.creationTimestamp time
  last_seen  INTEGER,             -- .series.lastObservedTime | .lastTimestamp | .deprecatedLastTimestamp | .eventTime | .metadata.creationTimestamp time
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE workloads (          -- from: Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob
  kind      TEXT,                 -- .kind
  namespace TEXT,                 -- .metadata.namespace
  name      TEXT,                 -- .metadata.name
  uid       TEXT,                 -- .metadata.uid
  created   INTEGER,              -- .metadata.creationTimestamp time
  generation INTEGER,             -- .metadata.generation
  observed_generation INTEGER,    -- .status.observedGeneration
  desired   INTEGER,              -- .spec.replicas | .status.desiredNumberScheduled | .spec.completions
  current   INTEGER,              -- .status.replicas | .status.currentNumberScheduled | .status.active
  ready     INTEGER,              -- .status.readyReplicas | .status.numberReady | .status.succeeded
  available INTEGER,              -- .status.availableReplicas | .status.numberAvailable
  updated   INTEGER,              -- .status.updatedReplicas | .status.updatedNumberScheduled
  unavailable INTEGER,            -- .status.unavailableReplicas | .status.numberUnavailable
  failed    INTEGER,              -- .status.failed
  owner_kind TEXT,                -- .metadata.ownerReferences[0].kind
  owner_name TEXT,                -- .metadata.ownerReferences[0].name
  owner_uid  TEXT,                -- .metadata.ownerReferences[0].uid
  labels    TEXT,                 -- .metadata.labels json
  selector  TEXT,                 -- .spec.selector json
  node_selector TEXT,             -- .spec.template.spec.nodeSelector json
  conditions TEXT,                -- .status.conditions objects
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE services (           -- from: Service
  namespace  TEXT,                -- .metadata.namespace
  name       TEXT,                -- .metadata.name
  type       TEXT,                -- .spec.type
  cluster_ip TEXT,                -- .spec.clusterIP
  external_name TEXT,             -- .spec.externalName
  selector   TEXT,                -- .spec.selector json
  ports      TEXT,                -- .spec.ports objects
  ingress    TEXT,                -- .status.loadBalancer.ingress objects
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE endpoints (          -- from: Endpoints
  namespace TEXT,                 -- .metadata.namespace
  name      TEXT,                 -- .metadata.name
  subsets   TEXT,                 -- .subsets objects
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE pvcs (               -- from: PersistentVolumeClaim
  namespace TEXT,                 -- .metadata.namespace
  name      TEXT,                 -- .metadata.name
  created   INTEGER,              -- .metadata.creationTimestamp time
  phase     TEXT,                 -- .status.phase
  storage_class TEXT,             -- .spec.storageClassName | .metadata.annotations."volume.beta.kubernetes.io/storage-class"
  volume    TEXT,                 -- .spec.volumeName
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE hpas (               -- from: HorizontalPodAutoscaler
  namespace  TEXT,                -- .metadata.namespace
  name       TEXT,                -- .metadata.name
  target_kind TEXT,               -- .spec.scaleTargetRef.kind
  target_name TEXT,               -- .spec.scaleTargetRef.name
  min_replicas INTEGER,           -- .spec.minReplicas
  max_replicas INTEGER,           -- .spec.maxReplicas
  current_replicas INTEGER,       -- .status.currentReplicas
  desired_replicas INTEGER,       -- .status.desiredReplicas
  conditions TEXT,                -- .status.conditions objects
  conditions_annotation TEXT,     -- .metadata.annotations."autoscaling.alpha.kubernetes.io/conditions"
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE apiservices (        -- from: APIService
  name      TEXT,                 -- .metadata.name
  service_namespace TEXT,         -- .spec.service.namespace
  service_name TEXT,              -- .spec.service.name
  conditions TEXT,                -- .status.conditions objects
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE leases (             -- from: Lease
  namespace TEXT,                 -- .metadata.namespace
  name      TEXT,                 -- .metadata.name
  holder    TEXT,                 -- .spec.holderIdentity
  duration_s INTEGER,             -- .spec.leaseDurationSeconds
  renewed   INTEGER,              -- .spec.renewTime time
  transitions INTEGER,            -- .spec.leaseTransitions
  object INTEGER, file INTEGER, line INTEGER
) STRICT;

CREATE TABLE namespaces (         -- from: Namespace
  name    TEXT,                   -- .metadata.name
  phase   TEXT,                   -- .status.phase
  created INTEGER,                -- .metadata.creationTimestamp time
  deleted INTEGER,                -- .metadata.deletionTimestamp time
  object INTEGER, file INTEGER, line INTEGER
) STRICT;
