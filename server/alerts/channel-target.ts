/** Where a channel leads, whole, as it is sealed; what of it may be shown; in which language it is told. */
import type { z } from 'zod';
import type { AlarmChannel, createAlarmChannelSchema } from '../contract/alarms.ts';
import type { Language } from '../contract/told-in.ts';
import { type MasterKey, seal, unseal } from '../secrets/seal.ts';
import { Secret } from '../secrets/secret.ts';

export type ChannelTarget = z.output<typeof createAlarmChannelSchema>['target'];

/** Of a channel's notices. */
export const languageOf = (row: { readonly language: string }): Language => (row.language === 'zh' ? 'zh' : 'en');

const contextOf = (id: string): string => `alarm-channel:${id}`;

/** The whole target is sealed: the address of a webhook is a secret itself. */
export function sealTarget(key: MasterKey, id: string, target: ChannelTarget): string {
  return seal(key, contextOf(id), new Secret(JSON.stringify(target)));
}

/** Throws SealError. */
export function openTarget(key: MasterKey, id: string, sealed: string): ChannelTarget {
  return JSON.parse(unseal(key, contextOf(id), sealed).reveal()) as ChannelTarget;
}

export function shownTarget(target: ChannelTarget): AlarmChannel['target'] {
  switch (target.kind) {
    case 'webhook':
      return { kind: 'webhook', host: new URL(target.url).host, hasSecret: target.secret !== undefined };
    case 'slack':
      return { kind: 'slack', host: new URL(target.url).host };
    case 'email': {
      const { password, ...shown } = target;
      return { ...shown, hasPassword: password !== undefined && password !== '' };
    }
  }
}
