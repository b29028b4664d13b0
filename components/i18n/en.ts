/** English dictionary: its keys are the keys of all languages. */

import { alarm } from './en/alarm.ts';
import { connection } from './en/connection.ts';
import { guide } from './en/guide.ts';
import { job } from './en/job.ts';
import { list } from './en/list.ts';
import { options } from './en/options.ts';
import { overview } from './en/overview.ts';
import { packages } from './en/packages.ts';
import { page } from './en/page.ts';
import { restart } from './en/restart.ts';
import { said } from './en/said.ts';
import { shell } from './en/shell.ts';
import { templates } from './en/templates.ts';
import { variables } from './en/variables.ts';

export const en = {
  ...shell,
  ...job,
  ...list,
  ...restart,
  ...options,
  ...page,
  ...alarm,
  ...connection,
  ...said,
  ...guide,
  ...templates,
  ...variables,
  ...packages,
  ...overview,
} as const;
