'use client';
/** Sends a test notice as soon as it is opened and shows what the channel answered, word for word. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AlarmChannel } from '../../server/contract/alarms.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { ErrorNotice } from '../job/error-notice.tsx';
import { Arc, Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Notice } from '../ui/surface.tsx';

export function ChannelTest({ channel, onClose }: { channel: AlarmChannel; onClose(): void }) {
  const { t, f, said } = useI18n();
  const client = useQueryClient();
  // A query, not a mutation: opened once it sends once, also where effects run twice.
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['alarm-channel-test', channel.id],
    queryFn: () => call('testAlarmChannel', { params: { id: channel.id } }),
    retry: false,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (data) void client.invalidateQueries({ queryKey: keys.alarmChannels });
  }, [data, client]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('act.of', { act: t('channel.test'), name: channel.name })}
      closeLabel={t('common.close')}
      width={520}
      actions={
        <>
          <Button busy={isFetching} onClick={() => void refetch()}>
            {t('common.retry')}
          </Button>
          <Button look="primary" onClick={onClose}>
            {t('common.close')}
          </Button>
        </>
      }
    >
      <div className="min-h-20">
        {isFetching ? (
          <p role="status" className="flex items-center gap-2.5 text-ctl">
            <Arc /> {t('channel.testing', { name: channel.name })}
          </p>
        ) : error ? (
          <ErrorNotice error={error} />
        ) : data ? (
          <Notice
            live
            kind={data.isDelivered ? 'ok' : 'bad'}
            title={t(data.isDelivered ? 'channel.testGood' : 'channel.testBad', { took: f.took(data.tookMs) })}
          >
            <span className="break-words">{said(data.said, data.message)}</span> {data.isDelivered ? '' : t('channel.testAgain')}
          </Notice>
        ) : null}
      </div>
    </Dialog>
  );
}
