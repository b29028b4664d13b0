'use client';
/** Global Configuration: retention and defaults (administrators change them), users. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Settings } from '../../server/contract/administration.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useIsAdmin } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { TextArea, TextField } from '../ui/field.tsx';
import { Card, SkeletonOf } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { UsersCard } from './users-card.tsx';
import { VariablesCard } from './variables-card.tsx';

/** While they are asked for. */
const NOT_YET: Settings = {
  savepointRetentionDays: 0,
  savepointsRetained: 0,
  checkpointRetentionDays: 0,
  undoDays: 0,
  historyDays: 0,
  defaultBucket: '',
  publicUrl: '',
  allowedAddresses: [],
};

export function SettingsPage() {
  const { t } = useI18n();
  const isAdmin = useIsAdmin();
  const { data, error, refetch } = useQuery(routeQuery('getSettings', keys.settings, {}));
  return (
    <>
      <PageHead title="nav.settings" />
      <div className="flex max-w-[980px] flex-col gap-4 px-(--gutter) pb-6 max-md:pt-4">
        {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
        <Card title={t('set.general')}>
          {data ? (
            <General saved={data} isAdmin={isAdmin} />
          ) : (
            <SkeletonOf>
              <General saved={NOT_YET} isAdmin={isAdmin} />
            </SkeletonOf>
          )}
        </Card>
        <VariablesCard />
        {isAdmin ? <UsersCard /> : null}
      </div>
    </>
  );
}

const DAYS = ['savepointRetentionDays', 'undoDays', 'historyDays'] as const;

function General({ saved, isAdmin }: { saved: Settings; isAdmin: boolean }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [settings, setSettings] = useState(saved);
  const save = useMutation({
    mutationFn: () => call('changeSettings', { body: settings }),
    onSuccess: (answer) => {
      client.setQueryData(keys.settings, answer);
      setSettings(answer);
      toast({ title: t('set.saved') });
    },
  });
  return (
    <form
      className="grid gap-4 pt-2 md:grid-cols-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isAdmin) save.mutate();
      }}
    >
      {save.error ? <ErrorNotice error={save.error} className="md:col-span-3" /> : null}
      {DAYS.map((name) => (
        <TextField
          key={name}
          label={t(`set.${name}`)}
          type="number"
          min={0}
          readOnly={!isAdmin}
          hint={name === 'savepointRetentionDays' ? t('set.savepointHint') : undefined}
          value={Number.isNaN(settings[name]) ? '' : settings[name]}
          onChange={(event) => setSettings({ ...settings, [name]: event.target.valueAsNumber })}
        />
      ))}
      <Places settings={settings} isAdmin={isAdmin} onChange={setSettings} />
      <div className="md:col-span-3">
        <Button type="submit" look="primary" busy={save.isPending} offReason={isAdmin ? null : t('common.adminOnly')}>
          {t('common.save')}
        </Button>
      </div>
    </form>
  );
}

/** Where things are: the default bucket, the console itself, what connectors may reach. */
function Places({ settings, isAdmin, onChange }: { settings: Settings; isAdmin: boolean; onChange(settings: Settings): void }) {
  const { t } = useI18n();
  return (
    <>
      <TextField
        label={t('set.defaultBucket')}
        mono
        readOnly={!isAdmin}
        hint={t('set.bucketHint')}
        value={settings.defaultBucket}
        onChange={(event) => onChange({ ...settings, defaultBucket: event.target.value })}
      />
      <TextField
        label={t('set.publicUrl')}
        mono
        type="url"
        readOnly={!isAdmin}
        hint={t('set.publicUrlHint')}
        className="md:col-span-2"
        value={settings.publicUrl}
        onChange={(event) => onChange({ ...settings, publicUrl: event.target.value })}
      />
      <TextArea
        label={t('set.allowedAddresses')}
        mono
        rows={3}
        readOnly={!isAdmin}
        hint={t('set.addressHint')}
        className="md:col-span-3"
        value={settings.allowedAddresses.join('\n')}
        onChange={(event) =>
          onChange({
            ...settings,
            allowedAddresses: event.target.value
              .split('\n')
              .map((line) => line.trim())
              .filter(Boolean),
          })
        }
      />
    </>
  );
}
