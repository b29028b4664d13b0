'use client';
/** Create Job: type, name (checked while typing), description, template with a look at its SQL, tags. Saves a Draft and opens the editor. */
import { RadioGroup } from '@base-ui/react/radio-group';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import type { JobType } from '../../server/contract/job.ts';
import type { Tag } from '../../server/contract/primitives.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { NAME_MAX, useNameCheck } from '../job/name-check.ts';
import { TagEditor } from '../job/tag-editor.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextArea, TextField } from '../ui/field.tsx';
import { SelectField } from '../ui/select.tsx';
import { RadioRing } from '../ui/toggle.tsx';

const TYPES: readonly JobType[] = ['flink_opensource_sql_job', 'flink_jar_job'];
const DESCRIPTION_MAX = 512;

function useCreate() {
  const router = useRouter();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; type: JobType; description: string; templateId?: number; tags: Tag[] }) =>
      call('createJob', { body }),
    onSuccess: ({ job }) => {
      void client.invalidateQueries({ queryKey: keys.jobs });
      router.push(`/jobs/${job.id}/edit`);
    },
  });
}

export function CreateDialog({ templateId, onClose }: { templateId: number | undefined; onClose(): void }) {
  const { t } = useI18n();
  const [type, setType] = useState<JobType>('flink_opensource_sql_job');
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [template, setTemplate] = useState(templateId ? String(templateId) : '');
  const [tags, setTags] = useState<Tag[]>([]);
  const check = useNameCheck(name);
  const create = useCreate();
  const field = useRef<HTMLInputElement>(null);
  const isSql = type === 'flink_opensource_sql_job';
  useEffect(() => {
    if (create.isSuccess) onClose();
  }, [create.isSuccess, onClose]);
  const submit = () => {
    if (!check.isRight) return field.current?.focus();
    create.mutate({ name, type, description, tags, ...(isSql && template ? { templateId: Number(template) } : {}) });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('create.title')}
      closeLabel={t('common.close')}
      width={620}
      initialFocus={field}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={create.isPending} onClick={submit} offReason={name === '' ? check.problem : null}>
            {t('create.submit')}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {create.error ? <ErrorNotice error={create.error} /> : null}
        <TypeChoice type={type} onType={setType} />
        <TextField
          ref={field}
          label={t('create.name')}
          required
          value={name}
          maxLength={NAME_MAX}
          onChange={(event) => setName(event.target.value)}
          error={name === '' ? null : check.problem}
          hint={check.hint}
          reserve
          autoComplete="off"
        />
        <Description value={description} onChange={setDescription} />
        {isSql ? <TemplateChoice value={template} onChange={setTemplate} /> : null}
        <TagEditor tags={tags} onChange={setTags} />
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
    </Dialog>
  );
}

function Description({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useI18n();
  return (
    <TextArea
      label={t('create.description')}
      rows={2}
      value={value}
      maxLength={DESCRIPTION_MAX}
      onChange={(event) => onChange(event.target.value)}
      hint={t('create.of', { n: value.length, max: DESCRIPTION_MAX })}
    />
  );
}

function TypeChoice({ type, onType }: { type: JobType; onType(type: JobType): void }) {
  const { t } = useI18n();
  return (
    <div>
      <div className="mb-1.5 text-hint font-medium text-text-2">
        {t('create.type')} <span className="text-bad">*</span>
      </div>
      <RadioGroup
        value={type}
        onValueChange={(value) => onType(value as JobType)}
        aria-label={t('create.type')}
        className="flex flex-wrap gap-x-6 gap-y-2"
      >
        {TYPES.map((one) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: the control is the radio inside.
          <label key={one} className="flex items-center gap-2 text-ctl">
            <RadioRing value={one} label={t(`type.${one}`)} />
            <span className="font-medium">{t(`type.${one}`)}</span>
            {one === 'flink_jar_job' ? <span className="text-hint text-text-3">{t('create.jarNote')}</span> : null}
          </label>
        ))}
      </RadioGroup>
    </div>
  );
}

const PREVIEW_LINES = 12;

function TemplateChoice({ value, onChange }: { value: string; onChange(value: string): void }) {
  const { t } = useI18n();
  const { data } = useQuery(routeQuery('listTemplates', keys.templates({ pageSize: 100 }), { query: { pageSize: 100 } }));
  const options = [
    { value: '', label: t('create.noTemplate') },
    ...(data?.items ?? []).map((one) => ({ value: String(one.id), label: one.name })),
  ];
  const chosen = data?.items.find((one) => String(one.id) === value);
  return (
    <div className="flex flex-col gap-2">
      <SelectField label={t('create.template')} value={value} options={options} onChange={onChange} />
      {chosen ? (
        <pre title={t('create.preview')} className="max-h-[200px] overflow-auto rounded-ctl bg-sunken p-3 font-mono text-hint">
          {chosen.sql.split('\n').slice(0, PREVIEW_LINES).join('\n')}
        </pre>
      ) : null}
    </div>
  );
}
