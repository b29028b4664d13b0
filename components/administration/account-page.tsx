'use client';
/** Account: password, API tokens, access keys for the DLI-compatible API. Secrets are shown once. */
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { useSession } from '../shell/session.tsx';
import { Button } from '../ui/button.tsx';
import { PasswordField } from '../ui/field.tsx';
import { Card, Facts, Skeleton } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';
import { PreferencesCard } from './preferences-card.tsx';
import { AccessKeysCard, TokensCard } from './secret-cards.tsx';

export function AccountPage() {
  const { t } = useI18n();
  const session = useSession();
  const waiting = <Skeleton width={120} />;
  return (
    <>
      <PageHead title="nav.account" />
      <div className="flex max-w-[980px] flex-col gap-4 px-(--gutter) pb-6 max-md:pt-4">
        <Card>
          <div className="pt-3">
            <Facts
              columns={2}
              items={[
                { label: t('setup.name'), value: session?.user.name ?? waiting },
                { label: t('signIn.email'), value: session?.user.email ?? waiting },
                { label: t('set.role'), value: session ? t(`set.role.${session.user.role}`) : waiting },
                { label: t('acc.project'), value: session?.project.id ?? waiting, mono: true },
              ]}
            />
          </div>
        </Card>
        <PreferencesCard />
        <PasswordCard />
        <TokensCard />
        <AccessKeysCard />
      </div>
    </>
  );
}

function PasswordCard() {
  const { t } = useI18n();
  const toast = useToast();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => call('changePassword', { body: { current, next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      toast({ title: t('acc.changed') });
    },
  });
  const words = { showLabel: t('signIn.show'), hideLabel: t('signIn.hide') };
  return (
    <Card title={t('acc.password')}>
      <form
        className="grid items-start gap-4 pt-2 md:grid-cols-2"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        {change.error ? <ErrorNotice error={change.error} className="md:col-span-2" /> : null}
        <PasswordField
          label={t('acc.current')}
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
          {...words}
        />
        <PasswordField
          label={t('acc.next')}
          autoComplete="new-password"
          required
          minLength={12}
          hint={t('setup.passwordHint')}
          value={next}
          onChange={(event) => setNext(event.target.value)}
          {...words}
        />
        <div className="md:col-span-2">
          <Button type="submit" busy={change.isPending}>
            {t('acc.change')}
          </Button>
        </div>
      </form>
    </Card>
  );
}
