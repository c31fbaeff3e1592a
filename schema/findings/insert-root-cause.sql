INSERT INTO root_causes (rank, finding, severity, explains) VALUES (:rank, :finding, :severity, :explains)
