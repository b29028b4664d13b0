'use client';
/** Modify Name and Description. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import type { DialogJob } from '../job/job-dialogs.tsx';
import { NAME_MAX, useNameCheck } from '../job/name-check.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextArea, TextField } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';

export function RenameDialog({ job, onClose }: { job: DialogJob; onClose(): void }) {
  const { t } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [name, setName] = useState(job.name);
  const [description, setDescription] = useState(job.description);
  const check = useNameCheck(name, job.name);
  const save = useMutation({
    mutationFn: () => call('renameJob', { params: { jobId: job.id }, body: { name, description } }),
    onSuccess: (answer) => {
      client.setQueryData(keys.job(job.id), answer);
      void client.invalidateQueries({ queryKey: keys.jobs });
      toast({ title: t('rename.done') });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('rename.title')}
      subtitle={`ID ${job.id}`}
      closeLabel={t('common.close')}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={save.isPending} offReason={check.isRight ? null : check.problem} onClick={() => save.mutate()}>
            {t('common.ok')}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (check.isRight) save.mutate();
        }}
      >
        {save.error ? <ErrorNotice error={save.error} /> : null}
        <TextField
          label={t('create.name')}
          required
          value={name}
          maxLength={NAME_MAX}
          onChange={(event) => setName(event.target.value)}
          error={check.problem}
          hint={check.hint}
          reserve
          autoComplete="off"
        />
        <TextArea
          label={t('create.description')}
          rows={3}
          maxLength={512}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          hint={t('create.of', { n: description.length, max: 512 })}
        />
      </form>
    </Dialog>
  );
}
