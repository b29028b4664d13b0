/** 服务端的句子，按代码翻译。 */
import type { SaidCode } from '../../../server/contract/said.ts';
import { fields } from './said/fields.ts';
import { history } from './said/history.ts';
import { lower } from './said/lower.ts';
import { previews } from './said/previews.ts';
import { probes } from './said/probes.ts';
import { refusals } from './said/refusals.ts';
import { sql } from './said/sql.ts';
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
};
