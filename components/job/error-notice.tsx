'use client';
/** An error where the content would be: the server's sentence, the request id, and Try again. */
import { ApiError } from '../client/request.ts';
import { useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/surface.tsx';

export function errorText(error: unknown, offline: string): string {
  if (error instanceof ApiError) return error.code === 'offline' ? offline : error.message;
  return error instanceof Error ? error.message : String(error);
}

export function ErrorNotice({ error, onRetry, className }: { error: unknown; onRetry?: () => void; className?: string }) {
  const { t } = useI18n();
  const requestId = error instanceof ApiError ? error.requestId : '';
  return (
    <Notice
      kind="bad"
      live
      {...(className ? { className } : {})}
      action={
        onRetry ? (
          <Button size="sm" onClick={onRetry}>
            {t('common.retry')}
          </Button>
        ) : null
      }
    >
      {errorText(error, t('common.offline'))}
      {requestId ? (
        <span className="ml-2 font-mono text-hint text-text-3 select-all">{t('common.requestId', { id: requestId })}</span>
      ) : null}
    </Notice>
  );
}
