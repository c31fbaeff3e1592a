-- Made when the first line of an object is looked up: most bundles need none, and it reads every object once.
CREATE INDEX IF NOT EXISTS objects_by_place ON objects (file, line);
