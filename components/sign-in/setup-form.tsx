'use client';
/** First administrator, by the link that the first start printed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { PasswordField, TextField } from '../ui/field.tsx';
import { Notice } from '../ui/surface.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

const PASSWORD_MIN = 12;

export function SetupForm() {
  const { t } = useI18n();
  const token = useSearchParams().get('token') ?? '';
  const setup = useQuery(routeQuery('getSetup', keys.setup, {}));
  if (setup.data && !setup.data.needsSetup) {
    return (
      <SignInFrame title={t('setup.title')}>
        <div className="flex flex-col gap-4">
          <Notice kind="info">{t('setup.done')}</Notice>
          <ButtonLink look="primary" href="/sign-in" className="justify-center">
            {t('signIn.submit')}
          </ButtonLink>
        </div>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title={t('setup.title')}>{token ? <Form token={token} /> : <Notice kind="warn">{t('setup.noToken')}</Notice>}</SignInFrame>
  );
}

function Form({ token }: { token: string }) {
  const { t, locale } = useI18n();
  const router = useRouter();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [zone, setZone] = useState('UTC');
  useEffect(() => setZone(Intl.DateTimeFormat().resolvedOptions().timeZone), []);
  const create = useMutation({
    mutationFn: () => call('setUp', { body: { token, name, email, password, timeZone: zone, language: locale } }),
    onSuccess: (session) => {
      client.setQueryData(keys.session, session);
      router.replace('/jobs');
    },
  });
  const strength =
    password === ''
      ? t('setup.passwordHint')
      : password.length < PASSWORD_MIN
        ? t('setup.strength.short', { n: password.length })
        : password.length < 18
          ? t('setup.strength.fair')
          : t('setup.strength.strong');
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      {create.error ? <ErrorNotice error={create.error} /> : null}
      <TextField
        label={t('setup.name')}
        autoComplete="name"
        required
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <TextField
        label={t('signIn.email')}
        type="email"
        autoComplete="username"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <PasswordField
        label={t('signIn.password')}
        autoComplete="new-password"
        required
        minLength={PASSWORD_MIN}
        hint={strength}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        showLabel={t('signIn.show')}
        hideLabel={t('signIn.hide')}
      />
      <TextField label={t('setup.zone')} value={zone} onChange={(event) => setZone(event.target.value)} />
      <Button type="submit" look="primary" size="lg" busy={create.isPending} className="w-full justify-center">
        {t('setup.submit')}
      </Button>
      <p className="text-hint text-text-3">{t('setup.note')}</p>
    </form>
  );
}
