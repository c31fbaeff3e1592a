-- The bundle's own time in µs.
SELECT ts FROM bundle_time
