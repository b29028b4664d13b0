/**
 * One look at all rules: alarms begin, go on or end, and what is to be told of them goes into the outbox, in one transaction with the cursor over the
 * jobs' exceptions. So a supervisor that dies in between tells nothing twice by itself and forgets nothing.
 */
import { isInScope } from '../contract/alarm-scope.ts';

import { type AlarmCondition, alarmConditionSchema, alarmScopeSchema } from '../contract/alarms.ts';
import { inEnglish, type Said, say } from '../contract/said.ts';
import type { DatabaseTransaction, Prisma } from '../db/open-database.ts';
import { saidJson, saidOf } from '../db/told-columns.ts';
import { appendEvent } from '../events/append-event.ts';
import { judge, type Verdict } from './conditions.ts';
import type { AlertContext } from './context.ts';
import { type AlarmJob, loadAlarmJobs } from './load-facts.ts';
import type { NoticeItem } from './notice.ts';
import { putInOutbox } from './outbox.ts';

const CURSOR_KEY = 'alarms.eventCursor';

type AlarmRow = Prisma.AlarmGetPayload<Record<string, never>>;

interface ActiveRule {
  readonly id: string | null;
  readonly projectId: string;
  readonly name: string;
  readonly condition: AlarmCondition;
  readonly severity: string;
  readonly channelIds: readonly string[];
  readonly appliesTo: (job: AlarmJob) => boolean;
}

export async function evaluateAlarms(context: AlertContext): Promise<void> {
  const { database, clock } = context;
  const nowMs = clock.nowMs();
  const newest = (await database.jobEvent.findFirst({ orderBy: { id: 'desc' }, select: { id: true } }))?.id ?? 0;
  const stored = await database.setting.findUnique({ where: { key: CURSOR_KEY } });
  // At the very first look the past is passed over.
  const cursor = stored ? Number(JSON.parse(stored.valueJson)) : newest;
  const active = await database.alarm.findMany({ where: { activeKey: { not: null } } });
  const jobs = await loadAlarmJobs(database, cursor, [...new Set(active.map((alarm) => alarm.jobId))], nowMs);
  const reached = jobs.reduce((most, job) => Math.max(most, job.facts.exception?.eventId ?? 0), Math.max(cursor, stored ? 0 : newest));
  const rules = [...(await storedRules(context)), ...(await ownRules(context, jobs, active))];
  const silences = await database.alarmSilence.findMany({ where: { from: { lte: new Date(nowMs) }, until: { gt: new Date(nowMs) } } });
  const isAnyChanged = await database.$transaction(async (tx) => {
    const round = new Round(tx, nowMs, new Map(active.map((alarm) => [alarm.activeKey as string, alarm])), silences);
    for (const rule of rules) {
      for (const job of jobs) if (job.projectId === rule.projectId && !job.isDeleted && rule.appliesTo(job)) await round.look(rule, job);
    }
    await round.endLeftOver(new Map(jobs.map((job) => [job.id, job])));
    if (!stored || reached !== cursor) {
      const valueJson = JSON.stringify(reached);
      await tx.setting.upsert({ where: { key: CURSOR_KEY }, create: { key: CURSOR_KEY, valueJson }, update: { valueJson } });
    }
    return round.isAnyChanged;
  });
  if (isAnyChanged) context.stored();
}

async function storedRules(context: AlertContext): Promise<ActiveRule[]> {
  const rows = await context.database.alarmRule.findMany({ where: { isEnabled: true } });
  return rows.map((row) => {
    const scope = alarmScopeSchema.parse(JSON.parse(row.scopeJson));
    return {
      id: row.id,
      projectId: row.projectId,
      name: row.name,
      condition: alarmConditionSchema.parse(JSON.parse(row.conditionJson)),
      severity: row.severity,
      channelIds: JSON.parse(row.channelIdsJson) as string[],
      appliesTo: (job) => isInScope(scope, job),
    };
  });
}

/** Alarm on Job Exception of the jobs that have it on and failed, or that still fire. */
async function ownRules(context: AlertContext, jobs: readonly AlarmJob[], active: readonly AlarmRow[]): Promise<ActiveRule[]> {
  const rules: ActiveRule[] = [];
  for (const job of jobs) {
    const firing = active.find((alarm) => alarm.ruleId === null && alarm.jobId === job.id);
    if (job.ownChannel === null && !firing) continue;
    const name = job.ownChannel ?? '';
    const channel = name === '' ? null : await context.database.alarmChannel.findFirst({ where: { projectId: job.projectId, name } });
    rules.push({
      id: null,
      projectId: job.projectId,
      name: inEnglish(say('said.alarm.ownRule')),
      condition: { kind: 'exception' },
      severity: 'critical',
      channelIds: firing ? (JSON.parse(firing.channelIdsJson) as string[]) : channel ? [channel.id] : [],
      appliesTo: (other) => other.id === job.id,
    });
  }
  return rules;
}

interface Silence {
  readonly projectId: string;
  readonly jobId: number | null;
  readonly ruleId: string | null;
}

export function isSilencedBy(silences: readonly Silence[], of: { projectId: string; jobId: number; ruleId: string | null }): boolean {
  return silences.some(
    (one) =>
      one.projectId === of.projectId && (one.jobId === null || one.jobId === of.jobId) && (one.ruleId === null || one.ruleId === of.ruleId),
  );
}

class Round {
  readonly #tx: DatabaseTransaction;
  readonly #nowMs: number;
  readonly #active: ReadonlyMap<string, AlarmRow>;
  readonly #silences: readonly Silence[];
  readonly #seen = new Set<string>();
  /** Browsers have something new to read. */
  isAnyChanged = false;

  constructor(tx: DatabaseTransaction, nowMs: number, active: ReadonlyMap<string, AlarmRow>, silences: readonly Silence[]) {
    this.#tx = tx;
    this.#nowMs = nowMs;
    this.#active = active;
    this.#silences = silences;
  }

  async look(rule: ActiveRule, job: AlarmJob): Promise<void> {
    const key = `${rule.id ?? 'own'}:${job.id}`;
    this.#seen.add(key);
    const alarm = this.#active.get(key) ?? null;
    const verdict = judge(rule.condition, job.facts, this.#nowMs);
    if (verdict.kind === 'holds') await this.#hold(key, rule, job, alarm, verdict);
    else if (verdict.kind === 'clear' && alarm) await this.#end(alarm, job.name, verdict.resolution);
    else if (alarm?.state === 'firing' && alarm.toldAt === null) await this.#tell(alarm, job.name);
  }

  /** Alarms whose rule or job is gone. */
  async endLeftOver(jobs: ReadonlyMap<number, AlarmJob>): Promise<void> {
    for (const [key, alarm] of this.#active) {
      if (this.#seen.has(key)) continue;
      const job = jobs.get(alarm.jobId);
      await this.#end(
        alarm,
        job?.name ?? `job ${alarm.jobId}`,
        !job || job.isDeleted ? say('said.alarm.deleted') : say('said.alarm.ruleOff'),
      );
    }
  }

  async #hold(
    key: string,
    rule: ActiveRule,
    job: AlarmJob,
    alarm: AlarmRow | null,
    verdict: Extract<Verdict, { kind: 'holds' }>,
  ): Promise<void> {
    const now = new Date(this.#nowMs);
    const newOnes = rule.condition.kind === 'exception' ? (job.facts.exception?.newOnes ?? 1) : 0;
    if (!alarm) {
      const fires = verdict.forMs === 0;
      const made = await this.#tx.alarm.create({
        data: {
          projectId: rule.projectId,
          ruleId: rule.id,
          ruleName: rule.name,
          conditionJson: JSON.stringify(rule.condition),
          severity: rule.severity,
          channelIdsJson: JSON.stringify(rule.channelIds),
          jobId: job.id,
          activeKey: key,
          state: fires ? 'firing' : 'pending',
          detail: inEnglish(verdict.detail),
          detailSaidJson: saidJson(verdict.detail),
          since: now,
          firedAt: fires ? now : null,
          count: Math.max(1, newOnes),
        },
      });
      if (!fires) return;
      await this.#tell(made, job.name);
      await this.#show(made, 'fired');
      return;
    }
    const fires = alarm.state === 'pending' && this.#nowMs - alarm.since.getTime() >= verdict.forMs;
    const changed = await this.#tx.alarm.update({
      where: { id: alarm.id },
      data: {
        detail: inEnglish(verdict.detail),
        detailSaidJson: saidJson(verdict.detail),
        count: alarm.count + newOnes,
        ...(fires ? { state: 'firing', firedAt: now } : {}),
      },
    });
    if (fires) await this.#show(changed, 'fired');
    if (changed.state === 'firing' && changed.toldAt === null) await this.#tell(changed, job.name);
  }

  async #end(alarm: AlarmRow, jobName: string, ended: Said): Promise<void> {
    if (alarm.state === 'pending') {
      await this.#tx.alarm.delete({ where: { id: alarm.id } });
      return;
    }
    const now = new Date(this.#nowMs);
    const resolution = inEnglish(ended);
    const columns = { resolution, resolutionSaidJson: saidJson(ended) };
    await this.#tx.alarm.update({ where: { id: alarm.id }, data: { state: 'resolved', activeKey: null, resolvedAt: now, ...columns } });
    await this.#show(alarm, 'resolved');
    // Who never heard of it need not hear that it is over.
    if (alarm.toldAt !== null) await this.#put(alarm, jobName, 'recovered', resolution, [ended]);
  }

  async #show(alarm: AlarmRow, change: 'fired' | 'resolved'): Promise<void> {
    await appendEvent(this.#tx, { type: 'alarm-changed', jobId: alarm.jobId, alarmId: alarm.id, change }, this.#nowMs);
    this.isAnyChanged = true;
  }

  async #tell(alarm: AlarmRow, jobName: string): Promise<void> {
    if (isSilencedBy(this.#silences, alarm)) return;
    await this.#tx.alarm.update({ where: { id: alarm.id }, data: { toldAt: new Date(this.#nowMs) } });
    await this.#put(alarm, jobName, 'fired', alarm.detail, saidOf(alarm.detailSaidJson, alarm.detail));
  }

  async #put(alarm: AlarmRow, jobName: string, transition: 'fired' | 'recovered', text: string, said: readonly Said[]): Promise<void> {
    const item: NoticeItem = {
      alarmId: alarm.id,
      transition,
      ruleName: alarm.ruleName,
      ruleSaid: alarm.ruleId === null ? say('said.alarm.ownRule') : null,
      severity: alarm.severity === 'warning' ? 'warning' : 'critical',
      jobId: alarm.jobId,
      jobName,
      text,
      said: [...said],
      atMs: this.#nowMs,
    };
    const ids = JSON.parse(alarm.channelIdsJson) as string[];
    const there = await this.#tx.alarmChannel.findMany({ where: { id: { in: ids } }, select: { id: true } });
    for (const { id } of there) await putInOutbox(this.#tx, id, item, this.#nowMs);
  }
}
