#!/usr/bin/env node
import { runApp } from '@antenna/cli';
import { APPLICATIONS, isApplication } from './applications.ts';

const [name = '', ...args] = process.argv.slice(2);
if (isApplication(name)) await runApp(await APPLICATIONS[name](), args);
else await runApp((await import('./antenna.ts')).antenna);
