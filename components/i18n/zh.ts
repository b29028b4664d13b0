/** Simplified Chinese dictionary. */
import type { Dictionary } from './dictionary.ts';
import { alarm } from './zh/alarm.ts';
import { connection } from './zh/connection.ts';
import { guide } from './zh/guide.ts';
import { job } from './zh/job.ts';
import { list } from './zh/list.ts';
import { options } from './zh/options.ts';
import { overview } from './zh/overview.ts';
import { packages } from './zh/packages.ts';
import { page } from './zh/page.ts';
import { restart } from './zh/restart.ts';
import { said } from './zh/said.ts';
import { shell } from './zh/shell.ts';
import { templates } from './zh/templates.ts';
import { variables } from './zh/variables.ts';

export const zh: Dictionary = {
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
};
