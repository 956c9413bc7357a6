/** The provisioner's messages to its user, in the user's language and words. */
export const messages = {
  connected: 'Conexión establecida correctamente!',
  creatingTable: {
    bytes: 'Creando la tabla bytes (timestamp TIMESTAMP, id TEXT, value BIGINT, type TEXT)',
    bytes_hourly: 'Creando la tabla bytes_hourly (timestamp TIMESTAMP, id TEXT, value BIGINT, type TEXT)',
    user_quota_limit: 'Creando la tabla user_quota_limit (email TEXT, usage BIGINT, quota BIGINT, timestamp TIMESTAMP)',
    user_metadata: 'Creando la tabla user_metadata (id TEXT, name TEXT, email TEXT, quota BIGINT)',
  },
  addingUsers: 'Dando de alta la información de usuarios',
} as const;
