'use client';
/** An error where the content would be: the server's sentence, the request id, and Try again. */
import { ApiError } from '../client/request.ts';
import { type I18n, useI18n } from '../i18n/provider.tsx';
import { Button } from '../ui/button.tsx';
import { Notice } from '../ui/surface.tsx';

export function errorText(error: unknown, { t, said }: Pick<I18n, 't' | 'said'>): string {
  if (error instanceof ApiError) return error.code === 'offline' ? t('common.offline') : said(error.said, error.message);
  return error instanceof Error ? error.message : String(error);
}

export function ErrorNotice({ error, onRetry, className }: { error: unknown; onRetry?: () => void; className?: string }) {
  const i18n = useI18n();
  const { t } = i18n;
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
      {errorText(error, i18n)}
      {requestId ? (
        <span className="ml-2 font-mono text-hint text-text-3 select-all">{t('common.requestId', { id: requestId })}</span>
      ) : null}
    </Notice>
  );
}
