'use client';
/** A job out of all the caller may see: typed text is matched by the server, so that ten thousand of them are as easy as ten. */
import { Combobox } from '@base-ui/react/combobox';
import { useQuery } from '@tanstack/react-query';
import { Check, ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { useI18n } from '../i18n/provider.tsx';
import { cx } from '../ui/class-names.ts';
import { CONTROL, Field } from '../ui/field.tsx';

interface Choice {
  value: number | null;
  label: string;
}

export function JobPicker({
  label,
  noneLabel,
  value,
  shown,
  onChange,
}: {
  label: string;
  /** The choice of no job. */
  noneLabel: string;
  value: number | null;
  /** The job that is chosen, once its name is known. */
  shown: { id: number; name: string } | null;
  onChange(jobId: number | null): void;
}) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const q = shown?.name === text || noneLabel === text ? '' : text.trim();
  const { data } = useQuery(routeQuery('listJobs', keys.jobNames(q), { query: { q, pageSize: 20, sort: 'updated' } }));
  const none: Choice = { value: null, label: noneLabel };
  const items: Choice[] = [...(q === '' ? [none] : []), ...(data?.items ?? []).map((job) => ({ value: job.id, label: job.name }))];
  const chosen: Choice = value === null ? none : { value, label: shown?.name ?? `ID ${value}` };
  return (
    <Field label={label} className="w-[320px] max-w-full">
      {({ id }) => (
        <Combobox.Root<Choice>
          items={items}
          value={chosen}
          filter={null}
          isItemEqualToValue={(one, other) => one.value === other.value}
          onInputValueChange={setText}
          onValueChange={(next) => next && onChange(next.value)}
        >
          <span className="relative flex">
            <Combobox.Input id={id} placeholder={t('guide.find')} className={cx(CONTROL, 'pr-8')} />
            <Combobox.Trigger aria-label={t('guide.find')} className="absolute inset-y-0 right-0 grid w-8 place-items-center text-text-2">
              <ChevronDown size={14} aria-hidden="true" />
            </Combobox.Trigger>
          </span>
          <Combobox.Portal>
            <Combobox.Positioner sideOffset={4} className="z-[55] outline-none">
              <Combobox.Popup className="pop-in max-h-[min(60vh,360px)] min-w-(--anchor-width) overflow-y-auto rounded-card bg-raised p-1.5 shadow-2 outline-none">
                <Combobox.Empty className="px-3 py-2 text-ctl text-text-3 empty:hidden">{t('palette.none', { q })}</Combobox.Empty>
                <Combobox.List>
                  {(item: Choice) => (
                    <Combobox.Item
                      key={item.value ?? 'none'}
                      value={item}
                      className="flex min-h-[30px] items-center gap-2 rounded-chip px-2 text-ctl outline-none select-none data-highlighted:bg-selected coarse:min-h-11"
                    >
                      <span className="grid size-4 shrink-0 place-items-center">
                        <Combobox.ItemIndicator>
                          <Check size={14} className="text-accent-text" aria-hidden="true" />
                        </Combobox.ItemIndicator>
                      </span>
                      <span className="grow truncate">{item.label}</span>
                      {item.value === null ? null : <span className="num text-hint text-text-3">{item.value}</span>}
                    </Combobox.Item>
                  )}
                </Combobox.List>
              </Combobox.Popup>
            </Combobox.Positioner>
          </Combobox.Portal>
        </Combobox.Root>
      )}
    </Field>
  );
}
