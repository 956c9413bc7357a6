import { ProductError } from '@antenna/cli';

/** The bundle contradicts itself, or Superset would not understand it. */
export class BundleBrokenError extends ProductError {
  readonly code = 'BUNDLE_BROKEN';

  constructor(folder: string, problems: readonly string[]) {
    super(`the bundle in ${folder} is not imported; repair it:${problems.map((line) => `\n  ${line}`).join('')}`);
  }
}

/** Nothing that speaks like Superset answers at the address. */
export class SupersetUnreachableError extends ProductError {
  readonly code = 'SUPERSET_UNREACHABLE';
}

/** The Superset is of a version that the bundle is not written for. */
export class SupersetVersionError extends ProductError {
  readonly code = 'SUPERSET_VERSION';
}

/** User or password is wrong. */
export class LoginRefusedError extends ProductError {
  readonly code = 'LOGIN_REFUSED';
}

/** The user may not do what the import has to do. */
export class PermissionMissingError extends ProductError {
  readonly code = 'PERMISSION_MISSING';
}

/** Superset answered with an error. */
export class SupersetRefusedError extends ProductError {
  readonly code = 'SUPERSET_REFUSED';
}

/** The range of time that the dashboards are to show at first is none. */
export class WrongTimeRangeError extends ProductError {
  readonly code = 'WRONG_TIME_RANGE';
  override readonly exitCode = 2;
}

/** Everything is imported, but Superset cannot read what the dashboards show. */
export class DataUnreadableError extends ProductError {
  readonly code = 'DATA_UNREADABLE';
}

/** Superset could not be installed or prepared on this machine. */
export class InstallationFailedError extends ProductError {
  readonly code = 'INSTALLATION_FAILED';
}
