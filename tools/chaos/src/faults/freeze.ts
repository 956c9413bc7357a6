import { ANY_ARCHIVE, type FaultKind } from './fault.ts';

/** SIGSTOP for longer than the session, so that others take over; then SIGCONT: a zombie that believes it is alive. */
export const freeze: FaultKind = {
  archives: ANY_ARCHIVE,
  draw(chance) {
    const victim = chance.integer(0, 3);
    const sessions = chance.integer(15, 40) / 10;
    return {
      name: 'SIGSTOP past the session, SIGCONT',
      text: `freeze ${victim} for ${sessions} sessions`,
      resource: undefined,
      inject: ({ workers, sessionTimeoutMs }) => workers.freeze(victim, sessions * sessionTimeoutMs),
    };
  },
};
