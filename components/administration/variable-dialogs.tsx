'use client';
/** A global variable: form, and the jobs that name it with the value each runs with. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import type { GlobalVariable } from '../../server/contract/global-variables.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Skeleton, Tag } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

const FORM = 'global-variable-form';
const NAMES_SHOWN = 5;

interface Fields {
  readonly name: string;
  readonly value: string;
  readonly description: string;
}

function useSave(variable: GlobalVariable | null, onDone: () => void) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, value, description }: Fields) => {
      if (variable) return call('changeGlobalVariable', { params: { id: variable.id }, body: { value, description } });
      return { variable: await call('createGlobalVariable', { body: { name, value, description } }), stale: [] };
    },
    onSuccess: ({ variable: saved, stale }) => {
      void client.invalidateQueries({ queryKey: keys.variables });
      const names = stale.slice(0, NAMES_SHOWN).map((job) => job.name);
      const list = names.length < stale.length ? [...names, '…'] : names;
      toast({
        title: t(variable ? 'var.saved' : 'var.made', { name: saved.name }),
        ...(saved.stale > 0 ? { text: t('var.savedStale', { n: saved.stale, names: list.join(', ') }) } : {}),
      });
      onDone();
    },
  });
}

/** `variable` null: a new one. After a change the jobs that go on with the former value are named. */
export function VariableDialog({ variable, onClose }: { variable: GlobalVariable | null; onClose(): void }) {
  const { t } = useI18n();
  const [name, setName] = useState(variable?.name ?? '');
  const [value, setValue] = useState(variable?.value ?? '');
  const [description, setDescription] = useState(variable?.description ?? '');
  const save = useSave(variable, onClose);
  return (
    <Dialog
      open
      onClose={onClose}
      title={variable ? t('var.edit', { name: variable.name }) : t('var.new')}
      closeLabel={t('common.close')}
      width={480}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            type="submit"
            form={FORM}
            look="primary"
            busy={save.isPending}
            offReason={name.trim() === '' ? t('common.required') : null}
          >
            {t('common.ok')}
          </Button>
        </>
      }
    >
      <form
        id={FORM}
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({ name, value, description });
        }}
      >
        {save.error ? <ErrorNotice error={save.error} /> : null}
        {variable ? null : (
          <TextField
            label={t('var.name')}
            required
            mono
            maxLength={128}
            hint={t('var.nameHint')}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <TextField
          label={t('var.value')}
          mono
          maxLength={4_096}
          hint={t('var.valueHint')}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <TextField
          label={t('var.description')}
          maxLength={512}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

export function VariableUsersDialog({ variable, onClose }: { variable: GlobalVariable; onClose(): void }) {
  const { t } = useI18n();
  const { data, error, refetch } = useQuery(
    routeQuery('listVariableUsers', keys.variableUsers(variable.id), { params: { id: variable.id } }),
  );
  return (
    <Dialog open onClose={onClose} title={t('var.usersTitle', { name: variable.name })} closeLabel={t('common.close')} width={520}>
      {error ? <ErrorNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data ? <Skeleton height={60} /> : null}
      <ul className="flex flex-col">
        {(data?.jobs ?? []).map((job) => (
          <li key={job.jobId} className="flex min-h-9 flex-wrap items-center gap-x-3 border-b border-line-1 py-1.5 text-ctl last:border-0">
            <Link href={`/jobs/${job.jobId}`} prefetch={false} className="link min-w-0 truncate">
              {job.name}
            </Link>
            <span className="num text-second text-text-3">ID {job.jobId}</span>
            {job.runningValue === null ? null : (
              <Tag hue={job.isStale ? 'warn' : 'ok'} className="ml-auto">
                {t('var.runsWith')} <span className="font-mono break-all">{job.runningValue}</span>
              </Tag>
            )}
          </li>
        ))}
      </ul>
      {data?.jobs.some((job) => job.isStale) ? <p className="mt-2 text-second text-text-2">{t('var.restart')}</p> : null}
      {data && data.hidden > 0 ? <p className="mt-2 text-second text-text-3">{t('conn.usersHidden', { n: data.hidden })}</p> : null}
    </Dialog>
  );
}
