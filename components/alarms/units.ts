/** Words of the units of a span. */
import { useMemo } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import type { DurationUnit } from '../ui/duration-field.tsx';

export function useUnits(): Readonly<Record<DurationUnit, string>> {
  const { t } = useI18n();
  return useMemo(() => ({ s: t('unit.s'), min: t('unit.min'), h: t('unit.h'), d: t('unit.d') }), [t]);
}
