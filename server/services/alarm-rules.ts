/** Alarm rules and channels: kept by administrators. What a channel's target holds goes in and comes out only as far as it may be shown. */

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { type ChannelTarget, languageOf, openTarget, sealTarget, shownTarget } from '../alerts/channel-target.ts';
import type { NoticeItem } from '../alerts/notice.ts';
import { sendNotice } from '../alerts/send-notice.ts';
import { audited } from '../audit/audited.ts';
import type { UserCall } from '../auth/caller.ts';
import {
  type AlarmChannel,
  type AlarmRule,
  alarmChannelSchema,
  alarmConditionSchema,
  alarmScopeSchema,
  type changeAlarmChannelSchema,
  type changeAlarmRuleSchema,
  createAlarmChannelSchema,
  type createAlarmRuleSchema,
} from '../contract/alarms.ts';
import { Refusal } from '../contract/errors.ts';
import { recognise } from '../contract/recognise.ts';
import { inEnglish, messageOf, say } from '../contract/said.ts';
import type { Prisma } from '../db/open-database.ts';
import { ms } from '../db/row-to-view.ts';
import { createDialer } from '../effects/real-dialer.ts';
import type { ConsoleContext } from './context.ts';
import { isUniqueViolation } from './job-writes.ts';
import { readSettings } from './settings.ts';

type RuleRow = Prisma.AlarmRuleGetPayload<Record<string, never>>;

function ruleView(row: RuleRow, firing: number): AlarmRule {
  return {
    id: row.id,
    name: row.name,
    condition: alarmConditionSchema.parse(JSON.parse(row.conditionJson)),
    scope: alarmScopeSchema.parse(JSON.parse(row.scopeJson)),
    channelIds: JSON.parse(row.channelIdsJson) as string[],
    severity: row.severity === 'warning' ? 'warning' : 'critical',
    isEnabled: row.isEnabled,
    firing,
    createdAt: ms(row.createdAt),
    updatedAt: ms(row.updatedAt),
  };
}

const taken =
  (what: 'rule' | 'channel', name: string) =>
  (error: unknown): never => {
    if (isUniqueViolation(error)) throw new Refusal('name-taken', say(`said.no.${what}Taken`, { name }));
    throw error;
  };

export async function listRules(context: ConsoleContext, call: UserCall): Promise<{ rules: AlarmRule[] }> {
  const { projectId } = call.caller;
  const [rows, firing] = await Promise.all([
    context.database.alarmRule.findMany({ where: { projectId }, orderBy: { name: 'asc' } }),
    context.database.alarm.groupBy({ by: ['ruleId'], where: { projectId, state: 'firing' }, _count: { _all: true } }),
  ]);
  const counts = new Map(firing.map((group) => [group.ruleId, group._count._all]));
  return { rules: rows.map((row) => ruleView(row, counts.get(row.id) ?? 0)) };
}

async function requireChannels(context: ConsoleContext, call: UserCall, ids: readonly string[]): Promise<void> {
  const there = await context.database.alarmChannel.count({ where: { projectId: call.caller.projectId, id: { in: [...ids] } } });
  if (there !== new Set(ids).size) throw new Refusal('not-found', say('said.no.channelGone'));
}

export async function createRule(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof createAlarmRuleSchema>,
): Promise<AlarmRule> {
  const { projectId } = call.caller;
  return audited(context.database, call, 'createAlarmRule', { type: 'alarm-rule', id: '', name: input.name }, async (note) => {
    await requireChannels(context, call, input.channelIds);
    const now = new Date(context.clock.nowMs());
    note.after = input;
    return context.database
      .$transaction(async (tx) => {
        const row = await tx.alarmRule.create({
          data: {
            projectId,
            name: input.name,
            conditionJson: JSON.stringify(input.condition),
            scopeJson: JSON.stringify(input.scope),
            channelIdsJson: JSON.stringify(input.channelIds),
            severity: input.severity,
            isEnabled: input.isEnabled,
            createdAt: now,
            updatedAt: now,
          },
        });
        note.object = { type: 'alarm-rule', id: row.id, name: row.name };
        await note.recordIn(tx);
        return ruleView(row, 0);
      })
      .catch(taken('rule', input.name));
  });
}

/** Alarms that fire by another condition end: the rule is looked at anew. */
export async function changeRule(
  context: ConsoleContext,
  call: UserCall,
  id: string,
  input: z.output<typeof changeAlarmRuleSchema>,
): Promise<AlarmRule> {
  const before = await context.database.alarmRule.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!before) throw new Refusal('not-found', say('said.no.rule'));
  return audited(context.database, call, 'updateAlarmRule', { type: 'alarm-rule', id, name: before.name }, async (note) => {
    if (input.channelIds) await requireChannels(context, call, input.channelIds);
    note.before = ruleView(before, 0);
    note.after = input;
    return context.database
      .$transaction(async (tx) => {
        const row = await tx.alarmRule.update({
          where: { id },
          data: {
            ...(input.name === undefined ? {} : { name: input.name }),
            ...(input.condition === undefined ? {} : { conditionJson: JSON.stringify(input.condition) }),
            ...(input.scope === undefined ? {} : { scopeJson: JSON.stringify(input.scope) }),
            ...(input.channelIds === undefined ? {} : { channelIdsJson: JSON.stringify(input.channelIds) }),
            ...(input.severity === undefined ? {} : { severity: input.severity }),
            ...(input.isEnabled === undefined ? {} : { isEnabled: input.isEnabled }),
            updatedAt: new Date(context.clock.nowMs()),
          },
        });
        await note.recordIn(tx);
        return ruleView(row, await tx.alarm.count({ where: { ruleId: id, state: 'firing' } }));
      })
      .catch(taken('rule', input.name ?? before.name));
  });
}

export async function deleteRule(context: ConsoleContext, call: UserCall, id: string): Promise<{ ok: true }> {
  const row = await context.database.alarmRule.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!row) throw new Refusal('not-found', say('said.no.rule'));
  return audited(context.database, call, 'deleteAlarmRule', { type: 'alarm-rule', id, name: row.name }, async (note) => {
    await context.database.$transaction(async (tx) => {
      await tx.alarmRule.delete({ where: { id } });
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}

type ChannelRow = Prisma.AlarmChannelGetPayload<Record<string, never>>;

async function channelView(context: ConsoleContext, row: ChannelRow): Promise<AlarmChannel> {
  const [last, rules] = await Promise.all([
    context.database.alarmDelivery.findFirst({ where: { channelId: row.id, attempts: { gt: 0 } }, orderBy: { createdAt: 'desc' } }),
    context.database.alarmRule.count({ where: { channelIdsJson: { contains: row.id } } }),
  ]);
  const message = last?.message ?? '';
  return {
    id: row.id,
    name: row.name,
    language: languageOf(row),
    target: alarmChannelSchema.shape.target.parse(JSON.parse(row.shownJson)),
    secretsSetAt: ms(row.secretsSetAt),
    rules,
    lastDelivery: last && {
      at: ms(last.finishedAt ?? last.createdAt),
      isDelivered: last.status === 'delivered',
      ...messageOf(recognise(message)),
    },
    createdAt: ms(row.createdAt),
    updatedAt: ms(row.updatedAt),
  };
}

export async function listChannels(context: ConsoleContext, call: UserCall): Promise<{ channels: AlarmChannel[] }> {
  const rows = await context.database.alarmChannel.findMany({ where: { projectId: call.caller.projectId }, orderBy: { name: 'asc' } });
  return { channels: await Promise.all(rows.map((row) => channelView(context, row))) };
}

async function findChannel(context: ConsoleContext, call: UserCall, id: string): Promise<ChannelRow> {
  const row = await context.database.alarmChannel.findFirst({ where: { id, projectId: call.caller.projectId } });
  if (!row) throw new Refusal('not-found', say('said.no.channel'));
  return row;
}

export async function createChannel(
  context: ConsoleContext,
  call: UserCall,
  input: z.output<typeof createAlarmChannelSchema>,
): Promise<AlarmChannel> {
  const id = randomUUID();
  return audited(context.database, call, 'createAlarmChannel', { type: 'alarm-channel', id, name: input.name }, async (note) => {
    const now = new Date(context.clock.nowMs());
    const shown = shownTarget(input.target);
    note.after = { language: input.language, ...shown };
    const data = {
      id,
      projectId: call.caller.projectId,
      name: input.name,
      kind: input.target.kind,
      language: input.language,
      shownJson: JSON.stringify(shown),
      secretsSealed: sealTarget(context.masterKey, id, input.target),
      secretsSetAt: now,
      createdAt: now,
      updatedAt: now,
    };
    const row = await context.database
      .$transaction(async (tx) => {
        const made = await tx.alarmChannel.create({ data });
        await note.recordIn(tx);
        return made;
      })
      .catch(taken('channel', input.name));
    return channelView(context, row);
  });
}

/** A stored password is not sent to another mail server, nor a signing secret lost, because a field was left out. */
function mergedTarget(before: ChannelTarget, change: NonNullable<z.output<typeof changeAlarmChannelSchema>['target']>): ChannelTarget {
  if (before.kind !== change.kind) return createAlarmChannelSchema.shape.target.parse(change);
  if (change.kind === 'email' && before.kind === 'email') {
    const isSame = change.host === before.host && change.port === before.port && change.security === before.security;
    if (change.password === undefined && before.password && !isSame) {
      throw new Refusal('invalid-request', say('said.no.mailPassword'));
    }
    return { ...change, password: change.password ?? before.password };
  }
  return createAlarmChannelSchema.shape.target.parse({ ...before, ...change });
}

export async function changeChannel(
  context: ConsoleContext,
  call: UserCall,
  id: string,
  input: z.output<typeof changeAlarmChannelSchema>,
): Promise<AlarmChannel> {
  const before = await findChannel(context, call, id);
  return audited(context.database, call, 'updateAlarmChannel', { type: 'alarm-channel', id, name: before.name }, async (note) => {
    const now = new Date(context.clock.nowMs());
    const target = input.target ? mergedTarget(openTarget(context.masterKey, id, before.secretsSealed), input.target) : null;
    note.before = { language: before.language, ...JSON.parse(before.shownJson) };
    note.after = { language: input.language ?? before.language, ...(target ? shownTarget(target) : JSON.parse(before.shownJson)) };
    const sealed = target && {
      kind: target.kind,
      shownJson: JSON.stringify(shownTarget(target)),
      secretsSealed: sealTarget(context.masterKey, id, target),
      secretsSetAt: now,
    };
    const row = await context.database
      .$transaction(async (tx) => {
        const name = input.name === undefined ? {} : { name: input.name };
        const language = input.language === undefined ? {} : { language: input.language };
        const changed = await tx.alarmChannel.update({ where: { id }, data: { ...name, ...language, ...sealed, updatedAt: now } });
        await note.recordIn(tx);
        return changed;
      })
      .catch(taken('channel', input.name ?? before.name));
    return channelView(context, row);
  });
}

export async function deleteChannel(context: ConsoleContext, call: UserCall, id: string): Promise<{ ok: true }> {
  const row = await findChannel(context, call, id);
  return audited(context.database, call, 'deleteAlarmChannel', { type: 'alarm-channel', id, name: row.name }, async (note) => {
    await context.database.$transaction(async (tx) => {
      const rules = await tx.alarmRule.findMany({ where: { channelIdsJson: { contains: id } }, select: { name: true } });
      if (rules.length > 0) throw new Refusal('in-use', say('said.no.channelUsed', { names: rules.map((rule) => rule.name).join(', ') }));
      await tx.alarmChannel.delete({ where: { id } });
      await note.recordIn(tx);
    });
    return { ok: true } as const;
  });
}

export async function testChannel(context: ConsoleContext, call: UserCall, id: string) {
  const row = await findChannel(context, call, id);
  const { clock, environment } = context;
  return audited(context.database, call, 'testAlarmChannel', { type: 'alarm-channel', id, name: row.name }, async (note) => {
    const { allowedAddresses, publicUrl } = await readSettings(context.database);
    const dialer = createDialer({ allowPrivateAddresses: environment.allowPrivateAddresses, allowList: allowedAddresses });
    const told = say('said.alarm.test', { who: call.caller.name, name: row.name });
    const rule = say('said.alarm.testRule');
    const common = { alarmId: id, severity: 'warning', jobId: null, jobName: 'Tidemark', transition: 'test' } as const;
    const words = { ruleName: inEnglish(rule), ruleSaid: rule, text: inEnglish(told), said: [told] };
    const item: NoticeItem = { ...common, ...words, atMs: Math.round(clock.nowMs()) };
    const notice = { id: randomUUID(), items: [item], language: languageOf(row), publicUrl };
    const begunMs = clock.monotonicMs();
    const target = openTarget(context.masterKey, id, row.secretsSealed);
    const outcome = await sendNotice(target, notice, dialer, clock.nowMs()).then(
      (message) => ({ isDelivered: true, ...messageOf(recognise(message)) }),
      (error: unknown) => ({ isDelivered: false, ...messageOf(recognise(error instanceof Error ? error.message : String(error))) }),
    );
    note.after = outcome;
    return { ...outcome, tookMs: clock.monotonicMs() - begunMs };
  });
}
