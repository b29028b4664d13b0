'use client';
/** One template: name, description and SQL; Save, Save as New, Create Job, Check Semantics, Format. `templateId` null makes a new one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { SpellCheck, WandSparkles } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { type ReactNode, useEffect, useState } from 'react';
import type { Template } from '../../server/contract/administration.ts';
import type { CheckSqlAnswer, SqlMark } from '../../server/contract/check.ts';
import { routeQuery } from '../client/queries.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { useTellPageName } from '../shell/page-name.tsx';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { Notice, Skeleton } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

export interface TemplateEditorProps {
  templateId: number | null;
  /** The SQL editor, given by the page. */
  editor(props: {
    value: string;
    saved: string;
    label: string;
    marks: readonly SqlMark[];
    onChange(text: string): void;
    onSave(): void;
  }): ReactNode;
}

interface Draft {
  name: string;
  description: string;
  sql: string;
}
const EMPTY: Draft = { name: '', description: '', sql: '' };

export function TemplateEditor({ templateId, editor }: TemplateEditorProps) {
  const { t } = useI18n();
  const id = templateId ?? 0;
  const { data, error, refetch } = useQuery({
    ...routeQuery('getTemplate', ['templates', 'one', id], { params: { templateId: id } }),
    enabled: templateId !== null,
    placeholderData: () => undefined,
  });
  useTellPageName(templateId === null ? t('tpl.newTitle') : (data?.name ?? null));
  if (templateId !== null && error) return <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" />;
  if (templateId !== null && !data) return <Skeleton height={420} className="m-(--gutter)" />;
  return <Form key={id} template={data ?? null} editor={editor} />;
}

function useSave(onSaved: (template: Template, isNew: boolean) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ draft, change }: { draft: Draft; change: number | null }) => {
      const body = { name: draft.name.trim(), description: draft.description, sql: draft.sql };
      return change === null ? call('createTemplate', { body }) : call('changeTemplate', { params: { templateId: change }, body });
    },
    onSuccess: (template, { change }) => {
      client.setQueryData(['templates', 'one', template.id], template);
      void client.invalidateQueries({ queryKey: ['templates'] });
      onSaved(template, change === null);
    },
  });
}

function Form({ template, editor }: { template: Template | null; editor: TemplateEditorProps['editor'] }) {
  const { t } = useI18n();
  const router = useRouter();
  const toast = useToast();
  const saved: Draft = template ?? EMPTY;
  const [draft, setDraft] = useState<Draft>({ name: saved.name, description: saved.description, sql: saved.sql });
  const [check, setCheck] = useState<CheckSqlAnswer | null>(null);
  const isChanged = draft.name !== saved.name || draft.description !== saved.description || draft.sql !== saved.sql;
  const mayChange = template === null || template.isMine;
  useWarnBeforeUnload(isChanged);
  const save = useSave((next, isNew) => {
    toast({ title: t('tpl.saved', { name: next.name }) });
    if (isNew) router.replace(`/templates/${next.id}`);
  });
  const saveAs = (change: number | null) => save.mutate({ draft, change });
  const here = template?.isMine ? template.id : null;
  const saveHere = () => draft.name.trim() !== '' && mayChange && saveAs(here);
  return (
    <div className="flex min-h-0 grow flex-col">
      <Head
        template={template}
        draft={draft}
        isChanged={isChanged}
        busy={save.isPending}
        onDraft={setDraft}
        onSave={saveHere}
        onSaveNew={() => saveAs(null)}
      />
      {save.error ? <ErrorNotice error={save.error} className="mx-(--gutter) mb-3" /> : null}
      {mayChange ? null : (
        <Notice kind="info" className="mx-(--gutter) mb-3">
          {template?.kind === 'custom' ? t('tpl.notYours', { name: template.owner?.name ?? '' }) : t('tpl.readOnly')}
        </Notice>
      )}
      <Tools
        sql={draft.sql}
        check={check}
        isChanged={isChanged}
        onCheck={setCheck}
        onSql={(sql) => setDraft((before) => ({ ...before, sql }))}
      />
      <div className="min-h-[320px] grow bg-surface">
        {editor({
          value: draft.sql,
          saved: saved.sql,
          label: t('tpl.sqlOf'),
          marks: check?.marks ?? NO_MARKS,
          onChange: (sql) => setDraft((before) => ({ ...before, sql })),
          onSave: saveHere,
        })}
      </div>
    </div>
  );
}

const NO_MARKS: readonly SqlMark[] = [];

interface HeadProps {
  template: Template | null;
  draft: Draft;
  isChanged: boolean;
  busy: boolean;
  onDraft(draft: Draft): void;
  onSave(): void;
  onSaveNew(): void;
}

function Head({ template, draft, isChanged, busy, onDraft, onSave, onSaveNew }: HeadProps) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  const nameMissing = draft.name.trim() === '' ? t('common.required') : null;
  const mayChange = template === null || template.isMine;
  return (
    <div className="flex flex-wrap items-end gap-3 px-(--gutter) py-4">
      <h1 className="sr-only">{template?.name ?? t('tpl.newTitle')}</h1>
      <TextField
        label={t('tpl.name')}
        required
        maxLength={64}
        className="w-[280px] max-w-full"
        value={draft.name}
        onChange={(event) => onDraft({ ...draft, name: event.target.value })}
      />
      <TextField
        label={t('tpl.description')}
        maxLength={512}
        className="min-w-[220px] grow"
        value={draft.description}
        onChange={(event) => onDraft({ ...draft, description: event.target.value })}
      />
      <div className="flex flex-wrap gap-2">
        {template ? (
          <Button
            offReason={isChanged ? t('tpl.saveFirst') : null}
            onClick={() => dialogs.show({ kind: 'create', jobs: [], templateId: template.id })}
          >
            {t('tpl.create')}
          </Button>
        ) : null}
        {template ? (
          <Button offReason={nameMissing ?? (draft.name.trim() === template.name ? t('tpl.otherName') : null)} onClick={onSaveNew}>
            {t('tpl.saveNew')}
          </Button>
        ) : null}
        {mayChange ? (
          <Button look="primary" busy={busy} offReason={nameMissing} onClick={onSave}>
            {t('tpl.save')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

interface ToolsProps {
  sql: string;
  check: CheckSqlAnswer | null;
  isChanged: boolean;
  onCheck(check: CheckSqlAnswer): void;
  onSql(sql: string): void;
}

function Tools({ sql, check, isChanged, onCheck, onSql }: ToolsProps) {
  const { t } = useI18n();
  const checking = useMutation({ mutationFn: () => call('checkSql', { body: { sql, options: {} } }), onSuccess: onCheck });
  const format = useMutation({ mutationFn: () => call('formatSql', { body: { sql } }), onSuccess: (answer) => onSql(answer.sql) });
  const error = checking.error ?? format.error;
  return (
    <>
      {error ? <ErrorNotice error={error} className="mx-(--gutter) mb-3" /> : null}
      <div className="flex min-h-9 flex-wrap items-center gap-1 border-y border-line-1 bg-surface px-3 py-0.5">
        <Button
          look="quiet"
          size="sm"
          icon={<SpellCheck size={14} aria-hidden="true" />}
          busy={checking.isPending}
          onClick={() => checking.mutate()}
        >
          {t('tpl.check')}
        </Button>
        <Button
          look="quiet"
          size="sm"
          icon={<WandSparkles size={14} aria-hidden="true" />}
          busy={format.isPending}
          onClick={() => format.mutate()}
        >
          {t('tpl.format')}
        </Button>
        <CheckLine check={check} />
        <span className="ml-auto px-2 text-second text-text-3">{isChanged ? t('tpl.unsaved') : ''}</span>
      </div>
    </>
  );
}

function CheckLine({ check }: { check: CheckSqlAnswer | null }) {
  const { t } = useI18n();
  const first = check?.marks.find((mark) => mark.severity === 'error');
  return (
    <span role="status" className={first ? 'px-2 text-second text-bad' : 'px-2 text-second text-ok'}>
      {check === null
        ? ''
        : first
          ? `${t('tpl.problems', { n: check.marks.length, first: first.message })} (${t('tpl.line', { line: first.line, column: first.column })})`
          : t('tpl.right')}
    </span>
  );
}

function useWarnBeforeUnload(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [isChanged]);
}
