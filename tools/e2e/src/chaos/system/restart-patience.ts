/** For `p-retry`: a server that was killed may take a minute to answer again. */
export const RESTART_PATIENCE = { retries: 300, minTimeout: 200, factor: 1 };
