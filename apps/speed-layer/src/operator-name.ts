import { userInfo } from 'node:os';
import { anyText, setting } from '@antenna/cli';

/**
 * Who runs a command, as it is recorded: the user of the operating system, unless another name is given.
 * @param description what the name is recorded with, for the help text.
 */
export const operatorName = (description: string) =>
  setting({ name: 'by', description, type: anyText('name'), default: userInfo().username });
