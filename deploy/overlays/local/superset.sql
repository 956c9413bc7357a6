-- Run once, when the data directory is made. \getenv is psql's.
\getenv password SUPERSET_METADATA_PASSWORD
CREATE ROLE superset LOGIN PASSWORD :'password';
CREATE DATABASE superset OWNER superset;
