/** Routes of alarms: rules, channels, silences. Part of the table in routes.ts. */
import * as alarms from './alarms.ts';
import { doneSchema } from './primitives.ts';
import { ofId, route } from './route.ts';

export const alarmRoutes = {
  listAlarms: route('GET', '/alarms', 'Alarms of the jobs the caller may see', {
    query: alarms.listAlarmsQuerySchema,
    answer: alarms.listAlarmsAnswerSchema,
  }),
  listAlarmRules: route('GET', '/alarms/rules', 'Alarm rules', { answer: alarms.alarmRulesAnswerSchema }),
  createAlarmRule: route('POST', '/alarms/rules', 'Make an alarm rule', {
    body: alarms.createAlarmRuleSchema,
    answer: alarms.alarmRuleSchema,
    access: 'admin',
    status: 201,
  }),
  previewAlarmRule: route('POST', '/alarms/rules/preview', 'How often a rule would have fired in the last 7 days', {
    body: alarms.previewAlarmRuleSchema,
    answer: alarms.alarmPreviewSchema,
    access: 'admin',
  }),
  acknowledgeAlarm: route('POST', '/alarms/{id}/acknowledge', 'Say that someone looks after a firing alarm', {
    params: ofId,
    body: alarms.acknowledgeAlarmSchema,
    answer: doneSchema,
  }),
  changeAlarmRule: route('PATCH', '/alarms/rules/{id}', 'Change an alarm rule', {
    params: ofId,
    body: alarms.changeAlarmRuleSchema,
    answer: alarms.alarmRuleSchema,
    access: 'admin',
  }),
  deleteAlarmRule: route('DELETE', '/alarms/rules/{id}', 'Delete an alarm rule; its alarms end', {
    params: ofId,
    answer: doneSchema,
    access: 'admin',
  }),
  listAlarmChannels: route('GET', '/alarms/channels', 'Alarm channels, without their secrets', {
    answer: alarms.alarmChannelsAnswerSchema,
  }),
  createAlarmChannel: route('POST', '/alarms/channels', 'Make an alarm channel', {
    body: alarms.createAlarmChannelSchema,
    answer: alarms.alarmChannelSchema,
    access: 'admin',
    status: 201,
  }),
  changeAlarmChannel: route('PATCH', '/alarms/channels/{id}', 'Change an alarm channel', {
    params: ofId,
    body: alarms.changeAlarmChannelSchema,
    answer: alarms.alarmChannelSchema,
    access: 'admin',
  }),
  deleteAlarmChannel: route('DELETE', '/alarms/channels/{id}', 'Delete a channel that no rule uses', {
    params: ofId,
    answer: doneSchema,
    access: 'admin',
  }),
  testAlarmChannel: route('POST', '/alarms/channels/{id}/test', 'Send a test notice and tell what the channel answered', {
    params: ofId,
    answer: alarms.testAlarmChannelAnswerSchema,
    access: 'admin',
  }),
  listAlarmSilences: route('GET', '/alarms/silences', 'Silences', { answer: alarms.alarmSilencesAnswerSchema }),
  createAlarmSilence: route('POST', '/alarms/silences', 'Silence alarms for a while', {
    body: alarms.createAlarmSilenceSchema,
    answer: doneSchema,
    status: 201,
  }),
  endAlarmSilence: route('DELETE', '/alarms/silences/{id}', 'End a silence', { params: ofId, answer: doneSchema }),
} as const;
