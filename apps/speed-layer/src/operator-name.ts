import { userInfo } from 'node:os';
import { anyText, setting } from '@antenna/cli';

/**
 * The name that is recorded with an operator's command; by default the user of the operating system.
 * @param description where the name is recorded, for the help text.
 */
export const operatorName = (description: string) =>
  setting({ name: 'by', description, type: anyText('name'), default: userInfo().username });
