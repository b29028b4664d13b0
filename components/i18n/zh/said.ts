/** 服务端的句子，按代码翻译。 */

import { fields } from '../../../server/contract/said/zh/fields.ts';
import { history } from '../../../server/contract/said/zh/history.ts';
import { lower } from '../../../server/contract/said/zh/lower.ts';
import { previews } from '../../../server/contract/said/zh/previews.ts';
import { probes } from '../../../server/contract/said/zh/probes.ts';
import { refusals } from '../../../server/contract/said/zh/refusals.ts';
import { sql } from '../../../server/contract/said/zh/sql.ts';
import { sqlRare } from '../../../server/contract/said/zh/sql-rare.ts';
import type { SaidCode } from '../../../server/contract/said.ts';
import { saidGuide } from './said-guide.ts';

export const said: Record<SaidCode, string> = {
  ...saidGuide,
  ...previews,
  ...refusals,
  ...history,
  ...probes,
  ...fields,
  ...lower,
  ...sql,
  ...sqlRare,
};
