'use client';
/** Sign-in; says how to make the first administrator when there is no user yet. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { PasswordField, TextField } from '../ui/field.tsx';
import { Notice } from '../ui/surface.tsx';
import { SignInFrame } from './sign-in-frame.tsx';

/** Only a path of this console is followed after the sign-in. */
function safeNext(next: string | null): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/jobs';
}

export function SignInForm() {
  const { t } = useI18n();
  const router = useRouter();
  const client = useQueryClient();
  const next = safeNext(useSearchParams().get('next'));
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const setup = useQuery(routeQuery('getSetup', keys.setup, {}));
  const signIn = useMutation({
    mutationFn: () => call('signIn', { body: { email, password } }),
    onSuccess: (session) => {
      client.setQueryData(keys.session, session);
      router.replace(next);
    },
  });
  return (
    <SignInFrame title={t('signIn.title')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate();
        }}
      >
        {setup.data?.needsSetup ? <Notice kind="info">{t('signIn.needsSetup')}</Notice> : null}
        {signIn.error ? <ErrorNotice error={signIn.error} /> : null}
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
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          showLabel={t('signIn.show')}
          hideLabel={t('signIn.hide')}
        />
        <Button type="submit" look="primary" size="lg" busy={signIn.isPending} className="w-full justify-center">
          {t('signIn.submit')}
        </Button>
      </form>
    </SignInFrame>
  );
}
