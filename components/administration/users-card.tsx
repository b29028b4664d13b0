'use client';
/** Users: list, add, role, disable. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import type { UserRole } from '../../server/contract/account.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { PasswordField, TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { Card, Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

const ROLES: readonly UserRole[] = ['member', 'admin'];

export function UsersCard() {
  const { t, f } = useI18n();
  const client = useQueryClient();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(routeQuery('listUsers', keys.users, { query: { pageSize: 100 } }));
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; role?: UserRole; isDisabled?: boolean }) => call('changeUser', { params: { id }, body }),
    onSuccess: () => void client.invalidateQueries({ queryKey: keys.users }),
  });
  const roles = ROLES.map((role) => ({ value: role, label: t(`set.role.${role}`) }));
  return (
    <Card
      title={t('set.users')}
      flush
      actions={
        <Button size="sm" icon={<Plus size={14} aria-hidden="true" />} onClick={() => setAdding(true)}>
          {t('set.addUser')}
        </Button>
      }
    >
      {(error ?? change.error) ? <ErrorNotice error={error ?? change.error} onRetry={() => void refetch()} className="m-4" /> : null}
      <div className="pt-2">
        <PlainTable
          label={t('set.users')}
          head={[
            { key: 'name', text: t('setup.name') },
            { key: 'email', text: t('signIn.email') },
            { key: 'role', text: t('set.role'), width: 180 },
            { key: 'last', text: t('set.lastSignIn') },
            { key: 'act', text: t('col.operation'), align: 'right' },
          ]}
          rows={(data?.items ?? []).map((user) => ({
            key: user.id,
            cells: [
              <span key="n" className="font-semibold">
                {user.name} {user.isDisabled ? <Tag hue="warn">{t('set.disabled')}</Tag> : null}
              </span>,
              user.email,
              <SelectField
                key="r"
                hideLabel
                label={`${t('set.role')} ${user.name}`}
                value={user.role}
                options={roles}
                onChange={(role) => change.mutate({ id: user.id, role })}
              />,
              f.time(user.lastSignInAt),
              <Button key="d" look="link" size="sm" onClick={() => change.mutate({ id: user.id, isDisabled: !user.isDisabled })}>
                {user.isDisabled ? t('set.enable') : t('set.disable')}
              </Button>,
            ],
          }))}
        />
      </div>
      {adding ? <AddUser onClose={() => setAdding(false)} /> : null}
    </Card>
  );
}

function AddUser({ onClose }: { onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [user, setUser] = useState<{ name: string; email: string; password: string; role: UserRole }>({
    name: '',
    email: '',
    password: '',
    role: 'member',
  });
  const add = useMutation({
    mutationFn: () => call('createUser', { body: user }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.users });
      toast({ title: t('set.userAdded', { name: user.name }) });
      onClose();
    },
  });
  const missing = user.name === '' || user.email === '' || user.password.length < 12 ? t('setup.passwordHint') : null;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('set.addUser')}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={add.isPending} offReason={missing} onClick={() => add.mutate()}>
            {t('set.addUser')}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {add.error ? <ErrorNotice error={add.error} /> : null}
        <TextField
          label={t('setup.name')}
          required
          value={user.name}
          onChange={(event) => setUser({ ...user, name: event.target.value })}
        />
        <TextField
          label={t('signIn.email')}
          type="email"
          required
          value={user.email}
          onChange={(event) => setUser({ ...user, email: event.target.value })}
        />
        <PasswordField
          label={t('signIn.password')}
          required
          hint={t('setup.passwordHint')}
          autoComplete="new-password"
          value={user.password}
          onChange={(event) => setUser({ ...user, password: event.target.value })}
          showLabel={t('signIn.show')}
          hideLabel={t('signIn.hide')}
        />
        <SelectField
          label={t('set.role')}
          value={user.role}
          options={ROLES.map((role) => ({ value: role, label: t(`set.role.${role}`) }))}
          onChange={(role) => setUser({ ...user, role })}
        />
      </div>
    </Dialog>
  );
}
