'use client';
/** Tool bar above the editor: Check Semantics, Simplified Stream Graph, Format, Set as Template, theme settings. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { LayoutTemplate, Palette, Plug, SpellCheck, WandSparkles, Waypoints } from 'lucide-react';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Menu } from '../ui/menu.tsx';
import { useToast } from '../ui/toast.tsx';

export const FONT_SIZES = [12, 13, 14, 16] as const;

export interface EditorLook {
  wrap: boolean;
  size: number;
}

export function EditorTools({
  job,
  sql,
  look,
  onLook,
  onCheck,
  onGraph,
  onTable,
  onFormat,
}: {
  job: Job;
  sql: string;
  look: EditorLook;
  onLook(look: EditorLook): void;
  onCheck(): void;
  onGraph(): void;
  onTable(): void;
  onFormat(): void;
}) {
  const { t } = useI18n();
  const [templating, setTemplating] = useState(false);
  const tool = (label: string, icon: React.ReactNode, run: () => void) => (
    <Button look="quiet" size="sm" icon={icon} onClick={run}>
      {label}
    </Button>
  );
  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-1 border-b max-md:flex-nowrap max-md:overflow-x-auto max-md:[&>*]:shrink-0 border-line-1 bg-surface px-3 py-0.5">
      {tool(t('edit.check'), <SpellCheck size={14} aria-hidden="true" />, onCheck)}
      {tool(t('edit.graph'), <Waypoints size={14} aria-hidden="true" />, onGraph)}
      {tool(t('table.tool'), <Plug size={14} aria-hidden="true" />, onTable)}
      {tool(t('edit.format'), <WandSparkles size={14} aria-hidden="true" />, onFormat)}
      {tool(t('edit.template'), <LayoutTemplate size={14} aria-hidden="true" />, () => setTemplating(true))}
      <span className="ml-auto">
        <Menu
          trigger={
            <Button look="quiet" size="sm" title={t('edit.themeSettings')} icon={<Palette size={14} aria-hidden="true" />}>
              <span className="max-[1500px]:sr-only">{t('edit.themeSettings')}</span>
            </Button>
          }
          entries={[
            {
              kind: 'choice',
              key: 'wrap',
              label: t('edit.wrap'),
              checked: look.wrap,
              onSelect: () => onLook({ ...look, wrap: !look.wrap }),
            },
            { kind: 'line', key: 'line' },
            ...FONT_SIZES.map((size) => ({
              kind: 'choice' as const,
              key: String(size),
              label: t('edit.fontSize', { n: size }),
              checked: look.size === size,
              onSelect: () => onLook({ ...look, size }),
            })),
          ]}
        />
      </span>
      {templating ? <SetTemplate job={job} sql={sql} onClose={() => setTemplating(false)} /> : null}
    </div>
  );
}

function SetTemplate({ job, sql, onClose }: { job: Job; sql: string; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [name, setName] = useState(job.name);
  const save = useMutation({
    mutationFn: () => call('createTemplate', { body: { name, description: job.description, type: job.type, sql } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      toast({ title: t('edit.templateDone', { name }) });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('edit.templateTitle')}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            look="primary"
            busy={save.isPending}
            offReason={name.trim() === '' ? t('common.required') : null}
            onClick={() => save.mutate()}
          >
            {t('common.save')}
          </Button>
        </>
      }
    >
      {save.error ? <ErrorNotice error={save.error} className="mb-3" /> : null}
      <TextField label={t('edit.templateName')} required maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
    </Dialog>
  );
}
