'use client';
/** Says that the viewer looks after an alarm, with a note for the others. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Alarm } from '../../server/contract/alarms.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { detailText } from './words.ts';

export function AcknowledgeDialog({ alarm, onClose }: { alarm: Alarm; onClose(): void }) {
  const { t, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const send = useMutation({
    mutationFn: () => call('acknowledgeAlarm', { params: { id: alarm.id }, body: { note } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.alarms });
      toast({ title: t('alarm.ackDone') });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('alarm.ackTitle', { name: alarm.jobName })}
      subtitle={detailText(alarm, said)}
      closeLabel={t('common.close')}
      width={480}
      actions={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" busy={send.isPending} onClick={() => send.mutate()}>
            {t('alarm.acknowledge')}
          </Button>
        </>
      }
    >
      {send.error ? <ErrorNotice error={send.error} className="mb-3" /> : null}
      <TextField
        label={t('alarm.ackNote')}
        hint={t('alarm.ackHint')}
        maxLength={200}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </Dialog>
  );
}
