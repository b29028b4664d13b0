'use client';
/**
 * Move to Flink: the cluster is chosen and saved as the job's queue in a new version, then the start dialog says what its newest snapshot gives to
 * Flink. A running job is stopped first.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { routeQuery } from '../client/queries.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { offReason } from '../job/acts.ts';
import { ErrorNotice } from '../job/error-notice.tsx';
import { type DialogJob, useJobDialogs } from '../job/job-dialogs.tsx';
import { JobSubtitle } from '../job/job-subtitle.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { SelectField } from '../ui/select.tsx';
import { Notice } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

export function MoveDialog({ job, onClose }: { job: DialogJob; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const dialogs = useJobDialogs();
  const queues = useQuery(routeQuery('listQueues', keys.queues, {}));
  const clusters = (queues.data?.queues ?? []).filter(({ engine }) => engine === 'flink');
  const [chosen, setChosen] = useState<string | null>(null);
  const queueName = chosen ?? clusters[0]?.name ?? '';
  const mustStop = offReason('stop', job.status) === null && offReason('start', job.status) !== null;
  const save = useMutation({
    mutationFn: () => call('updateJob', { params: { jobId: job.id }, body: { baseVersion: job.version, options: { queueName } } }),
    onSuccess: (answer) => {
      client.setQueryData(keys.job(job.id), { job: answer.job });
      void client.invalidateQueries({ queryKey: keys.jobs });
      toast({ title: t('move.done', { name: job.name, queue: queueName }), text: t('move.doneText') });
      dialogs.show({ kind: 'start', jobs: [{ ...job, queueName, version: answer.job.version }] });
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('move.title')}
      subtitle={<JobSubtitle job={job} />}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          {mustStop ? (
            <Button look="primary" onClick={() => dialogs.show({ kind: 'stop', jobs: [job] })}>
              {t('act.stop')}
            </Button>
          ) : (
            <Button
              look="primary"
              busy={save.isPending}
              offReason={queueName === '' ? t('off.noCluster') : null}
              onClick={() => save.mutate()}
            >
              {t('move.submit')}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {save.error ? <ErrorNotice error={save.error} /> : null}
        {mustStop ? <Notice kind="info" title={t('move.stopFirst')} /> : null}
        <SelectField
          label={t('move.cluster')}
          value={queueName}
          onChange={setChosen}
          options={clusters.map(({ name }) => ({ value: name, label: name }))}
          disabled={mustStop}
        />
        <p className="text-ctl text-text-2">{t('move.exact')}</p>
        <p className="text-ctl text-text-2">{t('move.state')}</p>
      </div>
    </Dialog>
  );
}
