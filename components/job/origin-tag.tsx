'use client';
/** Where a snapshot came from. */
import type { Snapshot } from '../../server/contract/snapshot.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Tag } from '../ui/surface.tsx';

export function OriginTag({ snapshot }: { snapshot: Pick<Snapshot, 'origin' | 'kind'> }) {
  const { t } = useI18n();
  const hue = snapshot.origin === 'checkpoint' ? 'accent' : 'save';
  return <Tag hue={hue}>{t(`origin.${snapshot.origin}`)}</Tag>;
}
