'use client';
/** What can be done with a snapshot of a list, each told by a toast: bring back, delete with undo, pin, verify. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Snapshot } from '../../server/contract/snapshot.ts';
import { keys } from '../client/query-keys.ts';
import { call } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { errorText } from '../job/error-notice.tsx';
import { useToast } from '../ui/toast.tsx';

export interface SnapshotActs {
  undelete(snapshot: Snapshot): void;
  remove(snapshot: Snapshot): void;
  pin(snapshot: Snapshot): void;
  verify(snapshot: Snapshot): void;
}

export function useSnapshotActs(): SnapshotActs {
  const { t, said } = useI18n();
  const toast = useToast();
  const client = useQueryClient();
  const refresh = () => {
    void client.invalidateQueries({ queryKey: keys.snapshots });
    void client.invalidateQueries({ queryKey: keys.jobs });
  };
  const onError = (error: Error) => toast({ title: errorText(error, { t, said }), bad: true });
  const undelete = useMutation({
    mutationFn: (snapshot: Snapshot) => call('undeleteSnapshot', { params: { id: snapshot.id } }),
    onError,
    onSuccess: (snapshot) => {
      refresh();
      toast({ title: t('snap.restored', { name: snapshot.name }) });
    },
  });
  const remove = useMutation({
    mutationFn: (snapshot: Snapshot) => call('deleteSnapshot', { params: { id: snapshot.id } }),
    onError,
    onSuccess: (snapshot) => {
      refresh();
      toast({
        title: t('snap.deleted', { name: snapshot.name }),
        action: { label: t('common.undo'), run: () => undelete.mutate(snapshot) },
      });
    },
  });
  const pin = useMutation({
    mutationFn: (snapshot: Snapshot) => call('changeSnapshot', { params: { id: snapshot.id }, body: { isPinned: !snapshot.isPinned } }),
    onError,
    onSuccess: refresh,
  });
  const verify = useMutation({
    mutationFn: (snapshot: Snapshot) => call('verifySnapshot', { params: { id: snapshot.id } }),
    onError,
    onSuccess: ({ name, proven }) => {
      refresh();
      const isGood = proven?.isGood ?? false;
      toast({ title: isGood ? t('store.verified', { name }) : t('store.damaged', { name, why: proven?.message ?? '' }), bad: !isGood });
    },
  });
  return { undelete: undelete.mutate, remove: remove.mutate, pin: pin.mutate, verify: verify.mutate };
}
