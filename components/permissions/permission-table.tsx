'use client';
/** Who may do what with a job: users by the nine rights. Owner and administrators hold all; a change applies at once. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Lock, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { JobRight } from '../../server/contract/job.ts';
import type { RouteAnswer } from '../../server/contract/routes.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { PlainTable } from '../ui/data-table.tsx';
import { SelectField } from '../ui/select.tsx';
import { Skeleton, Tag } from '../ui/surface.tsx';
import { CheckBox } from '../ui/toggle.tsx';

/** In DLI's order; `view` comes with any other right. */
const RIGHTS: readonly JobRight[] = ['view', 'update', 'delete', 'start', 'stop', 'export', 'grant', 'revoke', 'show-privileges'];

type Permission = RouteAnswer<'listJobPermissions'>['permissions'][number];
type SetRights = (user: { id: string }, rights: JobRight[]) => void;

export function PermissionTable({ jobId, own, isAdmin }: { jobId: number; own: readonly JobRight[]; isAdmin: boolean }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const key = keys.jobPart(jobId, 'permissions');
  const { data, error, refetch } = useQuery(routeQuery('listJobPermissions', key, { params: { jobId } }));
  const change = useMutation({
    mutationFn: (body: { userId: string; rights: JobRight[] }) => call('setJobPermission', { params: { jobId }, body }),
    onSuccess: (answer) => client.setQueryData(key, answer),
  });
  const set: SetRights = (user, rights) => change.mutate({ userId: user.id, rights });
  if (error) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={160} />;
  return (
    <div className="flex flex-col gap-4">
      {change.error ? <ErrorNotice error={change.error} /> : null}
      <div className="overflow-hidden rounded-card border border-line-1">
        <PlainTable
          label={t('act.permissions')}
          minWidth={860}
          head={[
            { key: 'user', text: t('col.user') },
            ...RIGHTS.map((right) => ({ key: right, text: t(`right.${right}`), width: 74 })),
            { key: 'remove', text: <span className="sr-only">{t('common.actions')}</span>, width: 56 },
          ]}
          rows={data.permissions.map((one) => ({
            key: one.user.id,
            cells: [
              <User key="u" permission={one} />,
              ...RIGHTS.map((right) => <Cell key={right} one={one} right={right} own={own} onSet={set} />),
              <Remove key="r" one={one} own={own} onSet={set} />,
            ],
          }))}
        />
      </div>
      {isAdmin ? <AddUser known={data.permissions} busy={change.isPending} onAdd={(id) => set({ id }, ['view'])} /> : null}
      <p className="text-second text-text-3">{t('permissions.note')}</p>
    </div>
  );
}

function User({ permission }: { permission: Permission }) {
  const { t } = useI18n();
  return (
    <span className="flex items-center gap-2">
      <span className="truncate font-medium" title={permission.user.email}>
        {permission.user.name}
      </span>
      {permission.isFixed ? (
        <Tag icon={<Lock size={11} aria-hidden="true" />} title={t('permissions.fixedNote')}>
          {t('permissions.fixed')}
        </Tag>
      ) : null}
    </span>
  );
}

function Cell({ one, right, own, onSet }: { one: Permission; right: JobRight; own: readonly JobRight[]; onSet: SetRights }) {
  const { t } = useI18n();
  const has = one.rights.includes(right);
  const off = one.isFixed || right === 'view' || !own.includes('grant') || !own.includes(right);
  const next = has ? one.rights.filter((other) => other !== right) : [...one.rights, right];
  return (
    <CheckBox
      label={t('permissions.cell', { right: t(`right.${right}`), name: one.user.name })}
      checked={has}
      disabled={off}
      onChange={() => onSet(one.user, next)}
    />
  );
}

function Remove({ one, own, onSet }: { one: Permission; own: readonly JobRight[]; onSet: SetRights }) {
  const { t } = useI18n();
  if (one.isFixed) return null;
  return (
    <IconButton
      label={t('permissions.remove', { name: one.user.name })}
      offReason={own.includes('revoke') ? null : t('permissions.mayNotRevoke')}
      onClick={() => onSet(one.user, [])}
    >
      <Trash2 size={14} aria-hidden="true" />
    </IconButton>
  );
}

/** Users who hold no right yet; only administrators may list users. */
function AddUser({ known, busy, onAdd }: { known: readonly Permission[]; busy: boolean; onAdd(id: string): void }) {
  const { t } = useI18n();
  const { data } = useQuery(routeQuery('listUsers', keys.users, { query: { pageSize: 100 } }));
  const [chosen, setChosen] = useState('');
  const others = (data?.items ?? []).filter((user) => !user.isDisabled && known.every((one) => one.user.id !== user.id));
  return (
    <div className="flex items-end gap-2">
      <span className="w-[280px]">
        <SelectField
          label={t('permissions.user')}
          value={chosen}
          onChange={setChosen}
          options={[
            { value: '', label: t('common.none') },
            ...others.map((user) => ({ value: user.id, label: `${user.name} (${user.email})` })),
          ]}
        />
      </span>
      <Button
        busy={busy}
        offReason={chosen ? null : t('permissions.choose')}
        onClick={() => {
          onAdd(chosen);
          setChosen('');
        }}
      >
        {t('permissions.add')}
      </Button>
    </div>
  );
}
