'use client';
/** Language, theme, density and time zone of the account; each applies at once and in every browser of the account. */
import { useState } from 'react';
import { isZone } from '../i18n/locale.ts';
import { useI18n } from '../i18n/provider.tsx';
import { type Preferences, useChoose } from '../shell/account-preferences.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { Card } from '../ui/surface.tsx';

export function PreferencesCard() {
  const { t, locale, theme, density, zoneChoice } = useI18n();
  const choose = useChoose();
  const [zone, setZone] = useState('');
  const bad = zone !== '' && !isZone(zone);
  return (
    <Card title={t('acc.preferences')}>
      <p className="text-second text-text-3">{t('acc.preferencesNote')}</p>
      <div className="grid items-start gap-4 pt-3 md:grid-cols-2">
        <SelectField<Preferences['language']>
          label={t('switch.language')}
          value={locale}
          onChange={(language) => choose({ language })}
          options={[
            { value: 'en', label: t('acc.language.en') },
            { value: 'zh', label: t('acc.language.zh') },
          ]}
        />
        <SelectField<Preferences['theme']>
          label={t('switch.theme')}
          value={theme}
          onChange={(next) => choose({ theme: next })}
          options={(['system', 'light', 'dark'] as const).map((one) => ({ value: one, label: t(`switch.theme.${one}`) }))}
        />
        <SelectField<Preferences['density']>
          label={t('acc.density')}
          value={density}
          onChange={(next) => choose({ density: next })}
          options={(['comfortable', 'compact'] as const).map((one) => ({ value: one, label: t(`acc.density.${one}`) }))}
        />
        <form
          className="flex items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            if (zone !== '' && !bad) choose({ timeZone: zone });
          }}
        >
          <TextField
            label={t('switch.zone')}
            hint={zoneChoice === 'browser' ? t('acc.zoneBrowser') : zoneChoice}
            placeholder={zoneChoice === 'browser' ? '' : zoneChoice}
            value={zone}
            onChange={(event) => setZone(event.target.value)}
            error={bad ? t('switch.zone.bad') : null}
            mono
          />
          <Button type="submit" offReason={zone === '' || bad ? t('switch.zone.bad') : null}>
            {t('acc.set')}
          </Button>
          <Button offReason={zoneChoice === 'browser' ? t('acc.zoneBrowser') : null} onClick={() => choose({ timeZone: 'browser' })}>
            {t('acc.zoneAuto')}
          </Button>
        </form>
      </div>
    </Card>
  );
}
