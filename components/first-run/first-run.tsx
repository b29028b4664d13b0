'use client';
/** The empty list: one click makes and starts an example that needs nothing else. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { LayoutTemplate, Play } from 'lucide-react';
import { useRouter } from 'next/navigation';
import type { Template } from '../../server/contract/administration.ts';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { useJobDialogs } from '../job/job-dialogs.tsx';
import { Button, ButtonLink } from '../ui/button.tsx';
import { CoachSteps } from './coach-marks.tsx';
import { CountPicture } from './count-picture.tsx';

export function FirstRun() {
  const { t } = useI18n();
  const router = useRouter();
  const client = useQueryClient();
  const start = useMutation({
    mutationFn: () => call('createExampleJob', {}),
    onSuccess: ({ jobId }) => {
      void client.invalidateQueries({ queryKey: keys.jobs });
      router.push(`/jobs/${jobId}?coach=1`);
    },
  });
  return (
    <div className="mx-auto w-full max-w-[1120px] px-(--gutter) py-3">
      <section className="grid overflow-hidden rounded-card border border-line-1 bg-surface lg:grid-cols-[1fr_500px]">
        <div className="px-8 py-8 max-md:px-5">
          <h2 className="tight text-hero">{t('firstRun.title')}</h2>
          <p className="mt-2 max-w-[460px] text-[15px] leading-[23px] text-text-2">{t('firstRun.text')}</p>
          <div className="mt-6 flex flex-wrap items-center gap-5">
            <Button
              look="primary"
              size="lg"
              icon={<Play size={16} aria-hidden="true" />}
              busy={start.isPending}
              onClick={() => start.mutate()}
            >
              {t('firstRun.start')}
            </Button>
          </div>
          {start.error ? <ErrorNotice error={start.error} onRetry={() => start.mutate()} className="mt-4" /> : null}
          <div className="mt-7">
            <CoachSteps done={0} />
          </div>
        </div>
        <div className="border-l border-line-1 bg-sunken px-7 py-10 max-lg:border-t max-lg:border-l-0">
          <CountPicture />
        </div>
      </section>
      <Templates />
    </div>
  );
}

function Templates() {
  const { t } = useI18n();
  const { data } = useQuery(routeQuery('listTemplates', keys.templates({ pageSize: 4 }), { query: { pageSize: 4, kind: 'sample' } }));
  if (!data || data.items.length === 0) return null;
  return (
    <section className="mt-8">
      <div className="flex items-center">
        <h2 className="text-ctl font-semibold">{t('firstRun.templates')}</h2>
        <ButtonLink look="link" href="/templates" className="ml-auto">
          {t('firstRun.allTemplates', { n: data.total })}
        </ButtonLink>
      </div>
      <div className="mt-2 grid gap-3 md:grid-cols-2 lg:grid-cols-4">
        {data.items.map((template) => (
          <TemplateCard key={template.id} template={template} />
        ))}
      </div>
    </section>
  );
}

function TemplateCard({ template }: { template: Template }) {
  const dialogs = useJobDialogs();
  return (
    <button
      type="button"
      onClick={() => dialogs.show({ kind: 'create', jobs: [], templateId: template.id })}
      className="rounded-card border border-line-1 bg-surface p-4 text-left hover:bg-hover"
    >
      <span className="flex items-center gap-2.5">
        <span className="grid size-8 shrink-0 place-items-center rounded-ctl bg-accent-soft text-accent-text">
          <LayoutTemplate size={16} aria-hidden="true" />
        </span>
        <span className="truncate text-ctl font-semibold">{template.name}</span>
      </span>
      <span className="mt-2 line-clamp-2 block text-second text-text-2">{template.description}</span>
    </button>
  );
}
