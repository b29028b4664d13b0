'use client';
/** Tags of the job. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Job } from '../../server/contract/job.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { TagEditor } from '../job/tag-editor.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/surface.tsx';
import { useToast } from '../ui/toast.tsx';

export function TagsTab({ job }: { job: Job }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [tags, setTags] = useState(job.tags);
  const save = useMutation({
    mutationFn: () => call('setJobTags', { params: { jobId: job.id }, body: { tags } }),
    onSuccess: (answer) => {
      client.setQueryData(keys.job(job.id), answer);
      void client.invalidateQueries({ queryKey: keys.jobs });
      toast({ title: t('tags.saved') });
    },
  });
  return (
    <Card>
      <div className="max-w-[640px] pt-4">
        {save.error ? <ErrorNotice error={save.error} className="mb-3" /> : null}
        <TagEditor tags={tags} onChange={setTags} />
        <Button look="primary" className="mt-4" busy={save.isPending} onClick={() => save.mutate()}>
          {t('tags.save')}
        </Button>
      </div>
    </Card>
  );
}
