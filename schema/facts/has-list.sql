-- A list of the resource :x that was read, also an empty one.
SELECT resource FROM lists WHERE resource = :x LIMIT 1
