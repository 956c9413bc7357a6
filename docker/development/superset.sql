-- Superset's own database. Run once, when Postgres makes its files. \getenv is psql's.
\getenv password SUPERSET_METADATA_PASSWORD
CREATE ROLE superset LOGIN PASSWORD :'password';
CREATE DATABASE superset OWNER superset;
