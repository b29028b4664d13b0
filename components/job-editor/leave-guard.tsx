'use client';
/** Asks before a link leaves the page with unsaved changes. (Reload and close are asked by the browser.) */
import { useRouter } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

export function LeaveGuard({ changes }: { changes: number }) {
  const { t } = useI18n();
  const router = useRouter();
  const [to, setTo] = useState<string | null>(null);
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (changes === 0) return;
    const onClick = (event: MouseEvent) => {
      const link = (event.target as HTMLElement | null)?.closest('a[href]');
      if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || link.getAttribute('target') === '_blank') return;
      const href = link.getAttribute('href') ?? '';
      if (!href.startsWith('/')) return;
      event.preventDefault();
      event.stopPropagation();
      setTo(href);
    };
    document.addEventListener('click', onClick, true);
    return () => document.removeEventListener('click', onClick, true);
  }, [changes]);
  if (to === null) return null;
  return (
    <Dialog
      open
      onClose={() => setTo(null)}
      title={t('edit.leaveTitle')}
      closeLabel={t('common.close')}
      width={460}
      initialFocus={stay}
      actions={
        <>
          <Button
            onClick={() => {
              setTo(null);
              router.push(to);
            }}
          >
            {t('edit.leaveNow')}
          </Button>
          <Button ref={stay} look="primary" onClick={() => setTo(null)}>
            {t('edit.stay')}
          </Button>
        </>
      }
    >
      <p className="text-ctl">{t('edit.leave', { n: changes })}</p>
    </Dialog>
  );
}
