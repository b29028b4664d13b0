'use client';
/**
 * The edit page: head, tool bar, editor (Jar: fields), problems, parameter panel. The editor, the panel and the graph are given by the page, so that each
 * is loaded when it is needed and this feature knows none of them.
 */
import { useQuery } from '@tanstack/react-query';
import { PanelRightClose, PanelRightOpen } from 'lucide-react';
import { type ReactNode, type Ref, useEffect, useMemo, useRef, useState } from 'react';
import type { SqlMark } from '../../server/contract/check.ts';
import type { Job, JobType, JobVersion } from '../../server/contract/job.ts';
import type { JobOptions } from '../../server/contract/job-options.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { useTellPageName } from '../shell/page-name.tsx';
import { useShortcut } from '../shell/shortcuts.tsx';
import { IconButton } from '../ui/button.tsx';
import { Skeleton } from '../ui/surface.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { EditorHead } from './editor-head.tsx';
import { type EditorLook, EditorTools } from './editor-tools.tsx';
import { LeaveGuard } from './leave-guard.tsx';
import { PreviewTab } from './preview-tab.tsx';
import { ProblemList } from './problem-list.tsx';
import { useCheck } from './use-check.ts';
import { type Draft, useDraft } from './use-draft.ts';

export interface EditorHandle {
  goTo(from: number, to: number): void;
  replace(from: number, to: number, text: string): void;
  setText(text: string): void;
  insert(statement: string): void;
  focus(): void;
}

export interface EditorParts {
  editor(props: {
    value: string;
    saved: string;
    label: string;
    wrap: boolean;
    marks: readonly SqlMark[];
    onChange(text: string): void;
    onCursor(line: number, column: number): void;
    onSave(): void;
    onStart(): void;
    onFix(): void;
    handle: Ref<EditorHandle>;
  }): ReactNode;
  parameters(props: {
    options: JobOptions;
    type: JobType;
    onChange(part: Partial<JobOptions>): void;
    onProblem(problem: string | null): void;
  }): ReactNode;
  jarFields(props: { options: JobOptions; type: JobType; onChange(part: Partial<JobOptions>): void }): ReactNode;
  runtimeText(props: {
    value: Readonly<Record<string, string>>;
    queueName: string;
    onChange(value: Record<string, string>): void;
  }): ReactNode;
  /** Makes a CREATE TABLE statement from a connection. */
  table(props: { onInsert(sql: string): void; onClose(): void }): ReactNode;
  graph(props: { kind: StreamGraph; sql: string; options: Partial<JobOptions>; onClose(): void }): ReactNode;
}

/** Simplified: the operators and what flows. Static: all that the plan says of each. */
export type StreamGraph = 'simplified' | 'static';

export function JobEditor({ jobId, parts }: { jobId: number; parts: EditorParts }) {
  const { data, error, refetch } = useQuery({ ...routeQuery('getJob', keys.job(jobId), { params: { jobId } }), staleTime: 0 });
  useTellPageName(data?.job.name ?? null);
  if (error && !data) return <ErrorNotice error={error} onRetry={() => void refetch()} className="m-(--gutter)" />;
  if (!data) return <Loading />;
  return <Editing key={data.job.id} job={data.job} parts={parts} />;
}

function Editing({ job, parts }: { job: Job; parts: EditorParts }) {
  const { t } = useI18n();
  const dialogs = useJobDialogs();
  const draft = useDraft(job);
  const isSql = job.type === 'flink_opensource_sql_job';
  const [look, setLook] = useState<EditorLook>({ wrap: false, size: 13 });
  const [problem, setProblem] = useState<string | null>(null);
  const [graph, setGraph] = useState<StreamGraph | null>(null);
  const save = () => draft.changes > 0 && problem === null && draft.save.mutate(draft.base);
  const start = () => {
    if (draft.changes === 0) dialogs.show({ kind: 'start', jobs: [job] });
    else draft.save.mutate(draft.base, { onSuccess: (answer) => dialogs.show({ kind: 'start', jobs: [answer.job] }) });
  };
  useShortcut('mod+s', save);
  return (
    <div className="flex h-[calc(100dvh-48px)] min-h-[560px] flex-col">
      <EditorHead job={job} draft={draft} blocked={problem} onStart={start} onStaticGraph={isSql ? () => setGraph('static') : null} />
      <div className="flex min-h-0 grow border-t border-line-1">
        <div className="flex min-w-0 grow flex-col" style={{ ['--editor-size' as string]: `${look.size}px` }}>
          {isSql ? (
            <SqlPane
              job={job}
              draft={draft}
              hasProblem={problem !== null}
              editor={parts.editor}
              table={parts.table}
              look={look}
              onLook={setLook}
              onGraph={() => setGraph('simplified')}
              onSave={save}
              onStart={start}
            />
          ) : (
            <div className="max-w-[720px] overflow-y-auto p-(--gutter)">
              <h2 className="mb-4 text-ctl font-semibold">{t('edit.jarTitle')}</h2>
              {parts.jarFields({ options: draft.options, type: job.type, onChange: draft.changeOptions })}
            </div>
          )}
        </div>
        <Panel>
          {(tab) =>
            tab === 'runtime'
              ? parts.runtimeText({
                  value: draft.options.runtimeConfiguration,
                  queueName: draft.options.queueName,
                  onChange: (runtimeConfiguration) => draft.changeOptions({ runtimeConfiguration }),
                })
              : parts.parameters({ options: draft.options, type: job.type, onChange: draft.changeOptions, onProblem: setProblem })
          }
        </Panel>
      </div>
      {graph ? parts.graph({ kind: graph, sql: draft.sql, options: draft.options, onClose: () => setGraph(null) }) : null}
      <LeaveGuard changes={draft.changes} />
    </div>
  );
}

interface SqlPaneProps {
  job: Job;
  draft: Draft;
  hasProblem: boolean;
  editor: EditorParts['editor'];
  table: EditorParts['table'];
  look: EditorLook;
  onLook(look: EditorLook): void;
  onGraph(): void;
  onSave(): void;
  onStart(): void;
}

/** Options that break a range are not sent along: the SQL is still checked. */
const NO_OPTIONS: Partial<JobOptions> = {};

/** Tool bar, editor, problems, status line. */
function SqlPane({ job, draft, hasProblem, editor, table, look, onLook, onGraph, onSave, onStart }: SqlPaneProps) {
  const { t, f } = useI18n();
  const check = useCheck(draft.sql, hasProblem ? NO_OPTIONS : draft.patch, true);
  const handle = useRef<EditorHandle>(null);
  const [isInserting, setInserting] = useState(false);
  const [cursor, setCursor] = useState({ line: 1, column: 1 });
  const marks = useMemo(() => check.data?.marks ?? [], [check.data]);
  const fix = (mark: SqlMark | undefined) => mark?.replacement != null && handle.current?.replace(mark.from, mark.to, mark.replacement);
  const takeVersion = (version: JobVersion) => {
    draft.setSql(version.sql);
    draft.setOptions(version.options);
  };
  return (
    <>
      <EditorTools
        job={job}
        sql={draft.sql}
        look={look}
        onLook={onLook}
        onCheck={() => void check.refetch()}
        onGraph={onGraph}
        onTable={() => setInserting(true)}
        onFormat={() => void format(draft.sql, draft.setSql)}
      />
      <div className="min-h-0 grow bg-surface">
        {editor({
          value: draft.sql,
          saved: job.sql,
          label: t('edit.editorLabel', { name: job.name }),
          wrap: look.wrap,
          marks,
          onChange: draft.setSql,
          onCursor: (line, column) => setCursor({ line, column }),
          onSave,
          onStart,
          onFix: () => fix(marks.find((mark) => mark.replacement !== null)),
          handle,
        })}
      </div>
      <ProblemList
        job={job}
        check={check.data}
        checking={check.isFetching}
        onGo={(mark) => handle.current?.goTo(mark.from, mark.to)}
        onFix={fix}
        onVersion={takeVersion}
        preview={<PreviewTab jobId={job.id} draft={draft} hasProblem={hasProblem} />}
      />
      <div className="num flex h-[26px] shrink-0 items-center gap-5 border-t border-line-1 bg-sunken px-4 text-hint text-text-2">
        <span className="min-w-[130px]">{t('edit.cursor', cursor)}</span>
        <span className="max-md:hidden">{t('edit.characters', { n: f.full(draft.sql.length), max: f.full(1_048_576) })}</span>
        <span className="max-lg:hidden">{t('edit.leaveHint')}</span>
        <span className="ml-auto whitespace-nowrap">{t('edit.problemCount', { n: marks.length })}</span>
      </div>
      {isInserting
        ? table({
            onInsert: (sql) => {
              handle.current?.insert(sql);
              setInserting(false);
            },
            onClose: () => setInserting(false),
          })
        : null}
    </>
  );
}

async function format(sql: string, put: (sql: string) => void): Promise<void> {
  const { formatSql } = await import('../../server/engine/sql/format-sql.ts');
  put(formatSql(sql));
}

/** The panel at the right, as wide as its two tabs in either language, folds to a strip. */
function Panel({ children }: { children(tab: string): ReactNode }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(true);
  const [tab, setTab] = useState('parameters');
  useEffect(() => {
    if (window.innerWidth < 1024) setOpen(false);
  }, []);
  if (!open) {
    return (
      <div className="shrink-0 border-l border-line-1 bg-surface p-1.5">
        <IconButton label={t('edit.openPanel')} onClick={() => setOpen(true)}>
          <PanelRightOpen size={16} aria-hidden="true" />
        </IconButton>
      </div>
    );
  }
  return (
    <div className="flex w-[384px] shrink-0 flex-col border-l border-line-1 bg-surface max-lg:absolute max-lg:inset-y-12 max-lg:right-0 max-lg:z-20 max-lg:w-[min(384px,92vw)] max-lg:shadow-2">
      <div className="flex items-center">
        <Tabs
          compact
          className="grow"
          label={t('edit.parameters')}
          value={tab}
          onChange={setTab}
          tabs={[
            { value: 'parameters', label: t('edit.parameters') },
            { value: 'runtime', label: t('edit.runtime') },
          ]}
        />
        <span className="border-b border-line-1 py-1 pr-1.5">
          <IconButton label={t('edit.foldPanel')} onClick={() => setOpen(false)}>
            <PanelRightClose size={16} aria-hidden="true" />
          </IconButton>
        </span>
      </div>
      <section
        aria-label={t(tab === 'runtime' ? 'edit.runtime' : 'edit.parameters')}
        className={tab === 'runtime' ? 'grow overflow-y-auto p-4' : 'grow overflow-y-auto'}
      >
        {children(tab)}
      </section>
    </div>
  );
}

function Loading() {
  return (
    <div className="flex flex-col gap-3 p-(--gutter)">
      <Skeleton width={320} height={28} />
      <Skeleton height={420} />
    </div>
  );
}
