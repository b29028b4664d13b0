'use client';
/**
 * Runtime Configuration: key=value lines with completion and a check by the server's own rules. What is typed stays as typed; only text that can be
 * read reaches the options.
 */
import { useQuery } from '@tanstack/react-query';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { JOB_OPTION_FIELDS, parseRuntimeConfiguration, printRuntimeConfiguration } from '../../server/contract/job-options.ts';
import type { RuntimeKey, RuntimeMark } from '../../server/contract/runtime-keys.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { TextArea } from '../ui/field.tsx';
import { labelOf } from './option-problems.ts';
import { keyAt, proposalsAt, withKey, withProposal } from './runtime-completion.ts';

const PAUSE_MS = 300;

/** Marks of the newest text, 300 ms after the last key. */
function useMarks(text: string, queueName: string): readonly RuntimeMark[] {
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data } = useQuery({
    queryKey: [...keys.runtimeKeys, 'check', asked, queueName],
    queryFn: ({ signal }) => call('checkRuntimeConfiguration', { body: { text: asked, queueName } }, signal),
    enabled: asked.trim() !== '',
  });
  return asked.trim() === '' ? [] : (data?.marks ?? []);
}

export function RuntimeText({
  value,
  queueName,
  onChange,
}: {
  value: Readonly<Record<string, string>>;
  queueName: string;
  onChange(value: Record<string, string>): void;
}) {
  const { t } = useI18n();
  const [text, setText] = useState(() => printRuntimeConfiguration(value));
  const [caret, setCaret] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const known = useQuery({ ...routeQuery('listRuntimeKeys', keys.runtimeKeys, {}), staleTime: Number.POSITIVE_INFINITY });
  const marks = useMarks(text, queueName);
  useEffect(() => {
    setText((before) => {
      const now = parseRuntimeConfiguration(before);
      return now.ok && JSON.stringify(now.value) === JSON.stringify(value) ? before : printRuntimeConfiguration(value);
    });
  }, [value]);
  const put = (next: string) => {
    setText(next);
    const parsed = parseRuntimeConfiguration(next);
    if (parsed.ok) onChange(parsed.value);
  };
  const all = known.data?.keys ?? [];
  const proposals = proposalsAt(text, caret, all);
  const take = (item: string) => {
    const taken = withProposal(text, proposals, item);
    put(taken.text);
    setCaret(taken.caret);
    const area = box.current?.querySelector('textarea');
    area?.focus();
    // The new text is in the field after this render.
    requestAnimationFrame(() => area?.setSelectionRange(taken.caret, taken.caret));
  };
  const toFirst = (event: KeyboardEvent) => {
    if (!event.ctrlKey || event.key !== ' ') return;
    event.preventDefault();
    box.current?.querySelector<HTMLButtonElement>('[data-proposal]')?.focus();
  };
  return (
    <div ref={box} className="flex flex-col gap-3">
      <TextArea
        label={t('options.runtime.label')}
        mono
        rows={12}
        spellCheck={false}
        hint={`${t('options.runtime.hint')} ${t('options.runtime.restart')}`}
        value={text}
        onKeyDown={toFirst}
        onSelect={(event) => setCaret(event.currentTarget.selectionStart)}
        onChange={(event) => {
          put(event.target.value);
          setCaret(event.target.selectionStart);
        }}
      />
      <Marks marks={marks} onKey={(line, key) => put(withKey(text, line, key))} />
      <Completion of={keyAt(text, caret, all)} items={proposals.items} onTake={take} />
    </div>
  );
}

function Marks({ marks, onKey }: { marks: readonly RuntimeMark[]; onKey(line: number, key: string): void }) {
  const { t, said } = useI18n();
  if (marks.length === 0) return null;
  return (
    <ul aria-label={t('options.runtime.problems')} aria-live="polite" className="flex flex-col gap-2">
      {marks.map((mark) => (
        <li key={`${mark.line}-${mark.message}`} className="flex gap-2 text-second">
          {mark.severity === 'error' ? (
            <CircleAlert size={15} className="mt-px shrink-0 text-bad-mark" aria-hidden="true" />
          ) : (
            <TriangleAlert size={15} className="mt-px shrink-0 text-warn" aria-hidden="true" />
          )}
          <span className="min-w-0 break-words">
            <span className="num text-text-3">{t('options.runtime.line', { n: mark.line })}</span> {said(mark.said, mark.message)}{' '}
            {mark.replacement === null ? null : (
              <Button look="link" size="sm" onClick={() => onKey(mark.line, mark.replacement as string)}>
                {t('options.runtime.use', { key: mark.replacement })}
              </Button>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the key of the line takes, and what may be meant. */
function Completion({ of, items, onTake }: { of: RuntimeKey | null; items: readonly string[]; onTake(item: string): void }) {
  const { t } = useI18n();
  return (
    <div className="flex min-h-[120px] flex-col gap-1.5 text-second">
      {of ? <KeyFacts of={of} /> : null}
      {items.length > 0 ? (
        <fieldset className="flex flex-col items-start gap-0.5">
          <legend className="mb-1 text-hint text-text-3">
            {t('options.runtime.key')} · {t('options.runtime.take')}
          </legend>
          {items.map((item) => (
            <Button key={item} look="link" size="sm" data-proposal="" className="font-mono" onClick={() => onTake(item)}>
              {item}
            </Button>
          ))}
        </fieldset>
      ) : null}
    </div>
  );
}

function KeyFacts({ of }: { of: RuntimeKey }) {
  const { t } = useI18n();
  const field = JOB_OPTION_FIELDS.find((one) => one.name === of.overrides);
  const takes = of.takes === 'choice' ? t('options.runtime.choice', { choices: of.choices.join(', ') }) : t(`options.runtime.${of.takes}`);
  const facts = [
    of.hasEffect ? takes : t('options.runtime.none'),
    ...(field ? [t('options.runtime.over', { option: labelOf(field, t) })] : []),
  ];
  return (
    <p className="text-text-2">
      <span className="font-mono break-all">{of.key}</span>: {facts.join(' · ')}
    </p>
  );
}
