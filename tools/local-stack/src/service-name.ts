export const serviceNames = ['postgres', 'kafka', 'gcs'] as const;

export type ServiceName = (typeof serviceNames)[number];
